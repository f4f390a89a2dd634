/** Starts a network with all that stands on it, plays the walkthrough, and stays up until it is told to end. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parsePortBase } from './commands/context.ts';
import { findNetworkFile } from './config/network-file.ts';
import { demandPorts } from './config/port-check.ts';
import { organizationNames } from './config/topology.ts';
import { chooseDriver, createNetwork, defaultDataFolder } from './drivers/create.ts';
import type { Network } from './drivers/network.ts';
import {
  clearRunFolder,
  demandDriver,
  lockRunFolder,
  noteRunFacts,
  readRunFacts,
  unlockRunFolder,
} from './drivers/run-folder.ts';
import { createConsole, type StartConsole } from './walkthrough/console.ts';
import { runWalkthrough } from './walkthrough/run-walkthrough.ts';

const { values: options } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'port-base': { type: 'string' },
    data: { type: 'string' },
    driver: { type: 'string', default: 'embedded' },
    network: { type: 'string' },
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

try {
  await main();
} catch (error) {
  out.failed(error as Error);
  await end(1);
}

async function main(): Promise<void> {
  const driver = chooseDriver(options.driver);
  const dataFolder = resolve(options.data ?? defaultDataFolder(driver));
  lockRunFolder(dataFolder);
  process.on('exit', () => unlockRunFolder(dataFolder));
  if (options.fresh) clearRunFolder(dataFolder);
  const kept = readRunFacts(dataFolder);
  const portBases = parsePortBase(options['port-base']) ?? kept?.portBases;
  const file = options.network === undefined ? kept?.file : findNetworkFile(options.network);
  demandDriver(dataFolder, driver);
  const chosen = createNetwork({ driver, dataFolder, portBases, file });
  await demandPorts(chosen.ports);
  noteRunFacts(dataFolder, { driver, portBases, file });

  network = chosen.network;
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
