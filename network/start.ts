/** Starts the embedded network with all that stands on it, plays the walkthrough, and stays up until it is told to end. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findTakenPorts } from './config/port-check.ts';
import { defaultPortBases, organizationNames, type PortBases, resolvePorts } from './config/topology.ts';
import { createEmbeddedNetwork } from './drivers/embedded.ts';
import type { Network } from './drivers/network.ts';
import { createConsole, type StartConsole } from './walkthrough/console.ts';
import { runWalkthrough } from './walkthrough/run-walkthrough.ts';

/** What a run folder may hold; --fresh removes these names and nothing else. */
const runFolderEntries = ['organizations', 'network', 'gateways', 'issuer', 'logs', 'clock.json'];
const lockName = 'run.pid';

const { values: options } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'port-base': { type: 'string' },
    data: { type: 'string', default: '.tangram' },
    driver: { type: 'string', default: 'embedded' },
  },
});

const out = createConsole({ json: options.json });
let network: Network | undefined;
let ending: Promise<never> | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => end(signal === 'SIGINT' ? 130 : 143));
}
// The process that started us is gone, or nobody reads our output any more.
process.once('disconnect', () => end(143));
process.channel?.unref();
process.stdout.on('error', () => end(143));
process.on('exit', () => unlock(resolve(options.data)));

try {
  await main();
} catch (error) {
  out.failed(error as Error);
  await end(1);
}

async function main(): Promise<void> {
  const dataFolder = resolve(options.data);
  const portBases = choosePortBases(options['port-base']);
  if (options.driver !== 'embedded')
    throw new Error(`There is no driver ${options.driver}; embedded is the only one so far.`);
  lock(dataFolder);
  if (options.fresh) {
    for (const entry of runFolderEntries) rmSync(join(dataFolder, entry), { recursive: true, force: true });
  }
  await demandPorts(portBases);

  network = createEmbeddedNetwork({ dataFolder, portBases });
  network.onCrash((name, lastWords) => out.crashed(name, lastWords));
  await out.stages(network.stages());
  const isAsExpected = await runWalkthrough(network, out);
  if (options.once) return end(isAsExpected ? 0 : 1);
  out.ready(await gatewayAccess(network), network.issuerUrl());
}

async function gatewayAccess(running: Network) {
  const entries = organizationNames.map(async (name) => [
    name,
    { url: running.gatewayUrl(name), token: await running.token({ bank: name, role: 'operator' }) },
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Parameters<StartConsole['ready']>[0];
}

/** Stops everything once, however often it is asked; a second Ctrl-C does not make it leave children behind. */
function end(code: number): Promise<never> {
  ending ??= (async () => {
    out.ending();
    await network?.stop();
    process.exit(code);
  })();
  return ending;
}

function choosePortBases(text: string | undefined): PortBases {
  if (text === undefined) return defaultPortBases;
  const base = Number(text);
  if (!Number.isInteger(base) || base < 1024 || base > 65_000) {
    throw new Error(`--port-base must be a whole number from 1024 to 65000, not ${text}.`);
  }
  return { gateway: base, network: base };
}

async function demandPorts(portBases: PortBases): Promise<void> {
  const taken = await findTakenPorts(resolvePorts(portBases).all);
  if (taken.length === 0) return;
  const lines = taken.map(
    ({ port, role, holder }) => `  ${port} (${role}) is held by ${holder ?? 'a process that this user may not see'}`,
  );
  throw new Error(
    `${taken.length} of the ports are taken:\n${lines.join('\n')}\nEnd that process, or choose others: npm start -- --port-base 20000`,
  );
}

/** One network per run folder: two would write the same ledger. */
function lock(dataFolder: string): void {
  const file = join(dataFolder, lockName);
  if (existsSync(file) && isAlive(Number(readFileSync(file, 'utf8')))) {
    throw new Error(
      `Process ${readFileSync(file, 'utf8')} already runs in ${dataFolder}. End it, or use another folder: npm start -- --data /tmp/tangram --port-base 20000`,
    );
  }
  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(file, String(process.pid));
}

function unlock(dataFolder: string): void {
  const file = join(dataFolder, lockName);
  if (existsSync(file) && readFileSync(file, 'utf8') === String(process.pid)) rmSync(file);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
