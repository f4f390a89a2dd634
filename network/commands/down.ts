import { clearRunFolder, holderOf } from '../drivers/run-folder.ts';
import type { Command } from './context.ts';

const stopMilliseconds = 60_000;

/** Stops the network of a run folder and waits until no process is left; the ledger stays unless it is purged. */
export const down: Command = {
  name: 'down',
  summary: 'stops every process; --purge forgets ledger, keys and read models too',
  options: { purge: { type: 'boolean', text: 'forgets ledger, keys and read models too' } },
  async run(context) {
    const holder = holderOf(context.dataFolder);
    if (holder !== undefined) await stop(holder, context.dataFolder);
    if (context.flag('purge')) clearRunFolder(context.dataFolder);
    const stopped = holder === undefined ? 'Nothing was running.' : 'Stopped; no process is left.';
    const kept = context.flag('purge')
      ? 'Ledger, keys and read models are gone.'
      : 'The ledger is kept for the next up.';
    context.answer(`${stopped} ${kept}`, { wasRunning: holder !== undefined, purged: context.flag('purge') });
    return 0;
  },
};

async function stop(holder: number, dataFolder: string): Promise<void> {
  process.kill(holder, 'SIGTERM');
  const deadline = Date.now() + stopMilliseconds;
  while (holderOf(dataFolder) !== undefined) {
    if (Date.now() > deadline) {
      throw new Error(
        `Process ${holder} does not end. See its log (npm run network -- logs keeper), then kill -9 ${holder}: its processes end with it.`,
      );
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
