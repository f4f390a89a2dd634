import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayErrors } from './gateway-errors.ts';
import type { LaneWriter } from './lane/lane-writer.ts';
import type { Siblings } from './siblings/siblings.ts';
import type { Operation, OperationService, Requester } from './types.ts';

export interface TakeOverOptions {
  operations: OperationService;
  lanes: ReadonlyMap<string, LaneWriter>;
  siblings: Siblings;
  /** A bank's key for payment texts; the central bank has none. */
  publicKey: string | undefined;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

const RETRY_MILLISECONDS = 500;
/** With siblings the next try may find out who lives, and customers wait for it. */
const RETRY_AMONG_SIBLINGS_MILLISECONDS = 50;
const HELD_ELSEWHERE = gatewayErrors.LANE_HELD_ELSEWHERE({ lane: '', holder: '' }).code;
const requester: Requester = { kind: 'system', subject: 'gateway' };

/**
 * Takes the lanes over that no sibling holds, with a batch of their own, so that an older process of this gateway is
 * refused from then on and no customer's operation pays for it. Ends when every lane is held here or by a sibling.
 */
export async function takeOverLanes(options: TakeOverOptions): Promise<void> {
  const profile = options.publicKey === undefined ? [] : [publishProfile(options.publicKey)];
  await Promise.all([...options.lanes.values()].map((writer) => takeOver(options, writer, profile)));
}

/** From then on: takes a lane over as soon as the sibling that holds it is gone, whether or not a customer waits. */
export function keepLanes(options: TakeOverOptions): void {
  const busy = new Set<string>();
  options.siblings.onChange(() => {
    for (const writer of options.lanes.values()) {
      const { lane } = writer;
      for (const claim of options.siblings.claims(lane)) writer.hearClaim(claim);
      if (busy.has(lane) || writer.status().role !== 'none') continue;
      busy.add(lane);
      void takeOver(options, writer, []).finally(() => busy.delete(lane));
    }
  });
}

const publishProfile = (encryptionKey: string): Operation => ({
  operation: 'accounts:publishProfile',
  request: { encryptionKey },
  requester,
});

async function takeOver(options: TakeOverOptions, writer: LaneWriter, more: Operation[]): Promise<void> {
  const { operations, siblings, signal, onProblem } = options;
  const { lane } = writer;
  const pause = siblings.count > 0 ? RETRY_AMONG_SIBLINGS_MILLISECONDS : RETRY_MILLISECONDS;
  const batch = [{ operation: 'lane:takeOver', request: {}, requester }, ...more];
  while (!signal.aborted) {
    const outcomes = await operations.submit(batch.map((operation) => ({ ...operation, lane, stays: true })));
    const problem = outcomes.find(({ outcome }) => outcome !== 'accepted' && outcome !== 'replayed');
    if (!problem || writer.status().role === 'forwarder') return;
    const isExpected = 'code' in problem && problem.code === HELD_ELSEWHERE;
    if (!isExpected) onProblem(`lane ${lane} is not taken over yet`, problem);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
