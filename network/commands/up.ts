import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import { holderOf } from '../drivers/run-folder.ts';
import type { KeeperMessage } from '../keeper.ts';
import type { Command, Context } from './context.ts';

const keeperFile = join(import.meta.dirname, '..', 'keeper.ts');

/** Starts a network in the background and returns when it is open for business. */
export const up: Command = {
  name: 'up',
  summary: 'starts a network in the background, from nothing or from what it left',
  async run(context) {
    const holder = holderOf(context.dataFolder);
    if (holder !== undefined) {
      throw new Error(`Process ${holder} already runs in ${context.dataFolder}. End it first: npm run network -- down`);
    }
    const keeper = startKeeper(context);
    const stages = (await keeper.hear((message) => 'stages' in message && message)).stages;
    await showStages(keeper, stages, context);
    const { gateways, issuer } = await keeper.hear((message) => 'ready' in message && message);
    keeper.release();
    const lines = Object.entries(gateways).map(([name, url]) => `  ${name.padEnd(12)} ${url}/docs`);
    const text = `Open for business.\n${lines.join('\n')}\n  ${'issuer'.padEnd(12)} ${issuer}\nHow it is: npm run network -- status. The end: npm run network -- down.`;
    context.answer(text, { ready: true, driver: context.driver, gateways, issuer });
    return 0;
  },
};

/** A spinner per stage in a terminal, a line per stage in a pipe, nothing for programs. */
async function showStages({ hear }: Keeper, stages: string[], { json }: Context): Promise<void> {
  const isTerminal = process.stdout.isTTY === true && !json;
  const tasks = stages.map(
    (title): ListrTask => ({
      title,
      task: async (_context, task) => {
        const { milliseconds } = await hear((message) => 'done' in message && message.done === title && message);
        task.title = `${title} (${(milliseconds / 1000).toFixed(1)} s)`;
        if (!isTerminal && !json) process.stdout.write(`✔ ${task.title}\n`);
      },
    }),
  );
  await new Listr(tasks, { renderer: isTerminal ? 'default' : 'silent' }).run();
}

type Keeper = ReturnType<typeof startKeeper>;

/** Spawns the keeper in a session of its own; `hear` resolves with the first message, past or to come, that is picked. */
function startKeeper({ driver, dataFolder, file, portBases, organization }: Context) {
  mkdirSync(join(dataFolder, 'logs'), { recursive: true });
  const logFile = join(dataFolder, 'logs', 'keeper.log');
  const log = openSync(logFile, 'a');
  const base = portBases ? ['--port-base', String(portBases.network)] : [];
  const here = organization ? ['--organization', organization] : [];
  const args = ['--driver', driver, '--data', dataFolder, '--network', file, ...base, ...here];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', keeperFile, ...args], {
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  const messages: KeeperMessage[] = [];
  let wake = () => {};
  let isOver = false;
  child.on('message', (message) => {
    messages.push(message as KeeperMessage);
    wake();
  });
  child.once('exit', () => {
    isOver = true;
    wake();
  });

  async function hear<Found>(pick: (message: KeeperMessage) => Found | false): Promise<Found> {
    for (;;) {
      for (const message of messages) {
        if ('error' in message) throw new Error(message.error);
        const found = pick(message);
        if (found !== false) return found;
      }
      if (isOver) throw new Error(`The network ended while it was starting. Its log: ${logFile}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  function release(): void {
    if (child.connected) child.disconnect();
    child.unref();
  }
  return { hear, release };
}
