import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConformanceCase, observe } from './bench.ts';
import { startEmbedded } from './drivers/embedded.ts';
import { attachNative } from './drivers/native.ts';
import type { ConformanceNetwork, Outcome } from './network.ts';
import { closeClients } from './session.ts';

export type Outcomes = Record<string, Outcome>;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What Fabric 3.1.5 answered to each case of a group. */
export function expectedOutcomes(group: string): Outcomes {
  return JSON.parse(readFileSync(here(`expected/${group}.json`), 'utf8')) as Outcomes;
}

/** File in which a run leaves what it saw, for the table that compares drivers. */
export function observedFile(driver: string, group: string): string {
  return here(`../../.tangram/conformance/${driver}/${group}.json`);
}

/** The network that CONFORMANCE_DRIVER names: an embedded one of its own, or the native one that CONFORMANCE_NATIVE describes. */
async function openNetwork(): Promise<ConformanceNetwork> {
  const driver = process.env.CONFORMANCE_DRIVER ?? 'embedded';
  if (driver === 'embedded') return startEmbedded();
  const file = process.env.CONFORMANCE_NATIVE;
  if (driver !== 'native' || !file)
    throw new Error('CONFORMANCE_DRIVER is embedded, or native with CONFORMANCE_NATIVE');
  return attachNative(file);
}

function write(file: string, outcomes: Outcomes): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(outcomes, null, 2)}\n`);
}

/**
 * Runs the cases of a group, one test each, and compares what they saw with what Fabric 3.1.5 did. With
 * CONFORMANCE_RECORD a native run writes those expectations anew.
 */
export function conformance(group: string, cases: ConformanceCase[]): void {
  describe(`conformance: ${group}`, () => {
    const isRecording = process.env.CONFORMANCE_RECORD !== undefined;
    const observed: Outcomes = {};
    let network: ConformanceNetwork;

    beforeAll(async () => {
      network = await openNetwork();
      if (isRecording && network.driver !== 'native') throw new Error('only Fabric itself says what is expected');
    });
    afterAll(async () => {
      closeClients();
      await network?.close();
      if (!network) return;
      write(observedFile(network.driver, group), observed);
      if (isRecording) write(here(`expected/${group}.json`), observed);
    });

    test.each(cases.map((each) => [each.name, each] as const))('%s', async (name, conformanceCase) => {
      observed[name] = await observe(network, conformanceCase);
      if (!isRecording) expect(observed[name]).toEqual(expectedFor(expectedOutcomes(group), name));
    });
  });
}

/** The expectation of a case; a case without one must not pass unnoticed. */
export function expectedFor(expected: Outcomes, name: string): Outcome {
  if (!(name in expected)) throw new Error(`nothing is expected of '${name}': record it on Fabric first`);
  return expected[name] as Outcome;
}
