import type { Network } from './drivers/network.ts';
import { askKeeper, type ChildRequest } from './requests.ts';

/** Names of the processes that the keeper of a run folder holds, those that are halted included. */
export const childNames = (dataFolder: string): Promise<string[]> => askKeeper(dataFolder, { children: 'names' });

/** Ends processes politely and leaves them down until they are relaunched. Refuses a name that the keeper does not know. */
export const haltChildren = (dataFolder: string, names: string[]): Promise<void> =>
  askKeeper(dataFolder, { children: 'halt', names });

/** Starts halted processes again with the files that lie there now; resolves when they are ready. */
export const relaunchChildren = (dataFolder: string, names: string[]): Promise<void> =>
  askKeeper(dataFolder, { children: 'relaunch', names });

/**
 * Halts processes and starts them again, with `between` while they are down; they come back also when it fails. Without
 * it the keeper does both by itself, also when the command that asked has ended.
 */
export async function restartChildren(
  dataFolder: string,
  names: string[],
  between?: () => Promise<void> | void,
): Promise<void> {
  if (!between) return askKeeper(dataFolder, { children: 'restart', names });
  await haltChildren(dataFolder, names);
  try {
    await between();
  } finally {
    await relaunchChildren(dataFolder, names);
  }
}

/** The keeper's side: answers a request about the processes of the network that it holds. */
export async function answerChildRequest(network: Network, request: ChildRequest): Promise<string[] | undefined> {
  const { children } = network;
  if (!children) throw new Error('Containers run the processes of this network: ask the container engine.');
  if (request.children === 'names') return children.names();
  const { names } = request;
  if (request.children !== 'relaunch') await children.halt(names);
  if (request.children !== 'halt') await children.relaunch(names);
  return undefined;
}
