import type { Network } from './drivers/network.ts';
import { askKeeper, type ChildRequest, type Report } from './requests.ts';

/** Names of the processes that the keeper of a run folder holds, those that are halted included. */
export const childNames = (dataFolder: string): Promise<string[]> => askKeeper(dataFolder, { children: 'names' });

/** Ends processes politely and leaves them down until they are relaunched. Refuses a name that the keeper does not know. */
export const haltChildren = (dataFolder: string, names: string[]): Promise<void> =>
  askKeeper(dataFolder, { children: 'halt', names });

/** Starts halted processes again with the files that lie there now; resolves when they are ready. */
export const relaunchChildren = (dataFolder: string, names: string[]): Promise<void> =>
  askKeeper(dataFolder, { children: 'relaunch', names });

/**
 * Halts processes and starts them again, with `between` while they are down; they come back also when it fails. The
 * keeper does both by itself, also when the command that asked has ended, however that was.
 */
export async function restartChildren(
  dataFolder: string,
  names: string[],
  between?: () => Promise<void> | void,
): Promise<void> {
  if (!between) return askKeeper(dataFolder, { children: 'restart', names });
  let work = Promise.resolve();
  await askKeeper(dataFolder, { children: 'hold', names }, () => {
    work = (async () => between())();
    return work.catch(() => {});
  });
  await work;
}

/** The keeper's side: answers a request about the processes of the network that it holds. */
export async function answerChildRequest(
  { children }: Pick<Network, 'children'>,
  request: ChildRequest,
  report: Report,
): Promise<string[] | undefined> {
  if (!children) throw new Error('Containers run the processes of this network: ask the container engine.');
  if (request.children === 'names') return children.names();
  const { names } = request;
  if (request.children !== 'relaunch') await children.halt(names);
  if (request.children === 'hold') await report('halted');
  if (request.children !== 'halt') await children.relaunch(names);
  return undefined;
}
