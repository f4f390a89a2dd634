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

/** File of what Fabric 3.1.5 answered to each case of a group. */
export const expectedFile = (group: string): string => here(`expected/${group}.json`);

/** File in which a run leaves what it saw, for the table that compares drivers. */
export const observedFile = (driver: string, group: string): string =>
  here(`../../.tangram/conformance/${driver}/${group}.json`);

/** Reads the outcomes of a group. */
export function readOutcomes(file: string): Outcomes {
  return JSON.parse(readFileSync(file, 'utf8')) as Outcomes;
}

/** The network that CONFORMANCE_DRIVER names: an embedded one of its own, or the real nodes that CONFORMANCE_NATIVE describes. */
async function openNetwork(): Promise<ConformanceNetwork> {
  const driver = process.env.CONFORMANCE_DRIVER ?? 'embedded';
  if (driver === 'embedded') return startEmbedded();
  const file = process.env.CONFORMANCE_NATIVE;
  if ((driver !== 'native' && driver !== 'compose') || !file)
    throw new Error('CONFORMANCE_DRIVER is embedded, or native or compose with CONFORMANCE_NATIVE');
  return { ...attachNative(file), driver };
}

function write(file: string, outcomes: Outcomes): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(outcomes, null, 2)}\n`);
}

/** The expectation of a case; a case without one must not pass unnoticed. */
export function expectedFor(expected: Outcomes, name: string): Outcome {
  if (!(name in expected)) throw new Error(`nothing is expected of '${name}': record it on Fabric first`);
  return expected[name] as Outcome;
}

/**
 * Runs groups of cases on one network, one test each, and compares what they saw with what Fabric 3.1.5 did. With
 * CONFORMANCE_RECORD a native run writes those expectations anew.
 */
export function conformance(groups: Record<string, ConformanceCase[]>): void {
  const isRecording = process.env.CONFORMANCE_RECORD !== undefined;
  const observed: Record<string, Outcomes> = {};
  let network: ConformanceNetwork;

  beforeAll(async () => {
    network = await openNetwork();
    if (isRecording && network.driver !== 'native') throw new Error('only Fabric itself says what is expected');
  });

  afterAll(async () => {
    closeClients();
    await network?.close();
    if (!network) return;
    for (const [group, outcomes] of Object.entries(observed)) {
      write(observedFile(network.driver, group), outcomes);
      if (isRecording) write(expectedFile(group), outcomes);
    }
  });

  describe.each(Object.entries(groups))('conformance: %s', (group, cases) => {
    const expected = isRecording ? {} : readOutcomes(expectedFile(group));
    observed[group] = {};

    test.each(cases.map((each) => [each.name, each] as const))('%s', async (name, conformanceCase) => {
      const outcome = await observe(network, conformanceCase);
      (observed[group] as Outcomes)[name] = outcome;
      if (!isRecording) expect(outcome).toEqual(expectedFor(expected, name));
    });
  });
}
