import { holderOf } from '../drivers/run-folder.ts';
import type { Context } from './context.ts';

/** Refuses a command that works on the processes of a running native network anywhere else. */
export function demandRealNodes({ driver, dataFolder }: Context, command: string): void {
  if (driver !== 'native') {
    throw new Error(`${command} works on the processes of real nodes: --driver native, not ${driver}.`);
  }
  if (holderOf(dataFolder) === undefined) {
    throw new Error(`No network runs in ${dataFolder}. Start it: npm run network -- up --driver native`);
  }
}
