/** Keeps a network running in the background: `network up` starts it and hears how far it is, `network down` ends it. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createChangeLock } from './change-lock.ts';
import { parsePortBase } from './commands/context.ts';
import { demandPorts } from './config/port-check.ts';
import { chooseDriver, createNetwork } from './drivers/create.ts';
import type { Network } from './drivers/network.ts';
import { demandDriver, lockRunFolder, noteRunFacts, unlockRunFolder } from './drivers/run-folder.ts';
import { answerChildRequest } from './keeper-control.ts';
import { changeMembers } from './operations/members/change-members.ts';
import { hearRequests } from './requests.ts';

/** What the keeper tells the command that started it. */
export type KeeperMessage =
  | { stages: string[] }
  | { done: string; milliseconds: number }
  | { ready: true; gateways: Record<string, string>; issuer: string }
  | { error: string };

const { values } = parseArgs({
  options: {
    driver: { type: 'string', default: 'embedded' },
    data: { type: 'string', default: '.tangram' },
    'port-base': { type: 'string' },
    network: { type: 'string' },
    organization: { type: 'string' },
  },
});

let network: Network | undefined;
let ending: Promise<never> | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));

try {
  await main();
} catch (error) {
  tell({ error: (error as Error).message });
  await end(1);
}

async function main(): Promise<void> {
  const driver = chooseDriver(values.driver);
  const dataFolder = resolve(values.data);
  const portBases = parsePortBase(values['port-base']);
  lockRunFolder(dataFolder);
  process.on('exit', () => unlockRunFolder(dataFolder));
  const { network: file, organization } = values;
  demandDriver(dataFolder, driver);
  const chosen = createNetwork({ driver, dataFolder, portBases, file, organization });
  await demandPorts(chosen.ports);
  // Only what can be started is remembered; other drivers know one network file, wherever a clone is moved.
  noteRunFacts(dataFolder, { driver, portBases, file: driver === 'native' ? file : undefined, organization });
  network = chosen.network;
  network.onCrash((_name, lastWords) => process.stdout.write(`${new Date().toISOString()} ${lastWords}\n`));

  const stages = network.stages();
  tell({ stages: stages.map(({ title }) => title) });
  for (const { title, run } of stages) {
    const started = performance.now();
    await run();
    tell({ done: title, milliseconds: Math.round(performance.now() - started) });
  }
  tell({ ready: true, gateways: network.gatewayUrls(), issuer: network.issuerUrl() });
  process.disconnect?.();
  const running = network;
  const { deploy } = running;
  const locked = createChangeLock();
  const server = hearRequests(dataFolder, (request, report) =>
    locked<unknown>(request, async () => {
      if ('children' in request) return answerChildRequest(running, request, report);
      if ('members' in request) return changeMembers(running, request, report);
      if (!deploy) throw new Error('The images of this driver hold the chaincode: build them anew, then down and up.');
      return deploy(request.deploy);
    }),
  );
  process.on('exit', () => server.close());
}

function tell(message: KeeperMessage): void {
  process.stdout.write(`${new Date().toISOString()} ${JSON.stringify(message)}\n`);
  if (process.connected) process.send?.(message);
}

function end(code: number): Promise<never> {
  ending ??= (async () => {
    await network?.stop();
    process.exit(code);
  })();
  return ending;
}
