import { holderOf } from '../drivers/run-folder.ts';
import { type Context, UsageError } from './context.ts';

/** Refuses where no network runs, and says how to start one. */
export function demandRunning({ driver, dataFolder }: Pick<Context, 'driver' | 'dataFolder'>): void {
  if (holderOf(dataFolder) !== undefined) return;
  throw new Error(
    `No network runs in ${dataFolder}. Start one: npm run network -- up --driver ${driver}; one that runs elsewhere: --data <its run folder>.`,
  );
}

/** Refuses drivers whose nodes are no processes with files of their own on this machine. */
export function demandNative({ driver }: Pick<Context, 'driver'>, command: string): void {
  if (driver === 'native') return;
  throw new UsageError(
    `${command} works on the processes and files of real nodes, which the ${driver} driver does not have: --driver native, or --data <run folder of a native network>.`,
  );
}
