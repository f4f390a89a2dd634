import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation, OperationService, Requester } from './types.ts';

export interface TakeOverOptions {
  operations: OperationService;
  lanes: string[];
  /** A bank's key for payment texts; the central bank has none. */
  publicKey: string | undefined;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

const RETRY_MILLISECONDS = 500;
const requester: Requester = { kind: 'system', subject: 'gateway' };

/**
 * Takes the lanes over with a batch of their own, so that an older process of this gateway is refused from then on
 * and no customer's operation pays for it. Ends when every lane is held; until then the ledger is asked again.
 */
export async function takeOverLanes(options: TakeOverOptions): Promise<void> {
  await Promise.all(options.lanes.map((lane) => takeOver(options, lane)));
}

async function takeOver(options: TakeOverOptions, lane: string): Promise<void> {
  const first: Operation[] = [{ operation: 'lane:takeOver', request: {}, requester, lane }];
  if (options.publicKey !== undefined) {
    const request = { encryptionKey: options.publicKey };
    first.push({ operation: 'accounts:publishProfile', request, requester, lane });
  }
  while (!options.signal.aborted) {
    const outcomes = await options.operations.submit(first);
    const problem = outcomes.find(({ outcome }) => outcome !== 'accepted' && outcome !== 'replayed');
    if (!problem) return;
    options.onProblem(`lane ${lane} is not taken over yet`, problem);
    await sleep(RETRY_MILLISECONDS, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
