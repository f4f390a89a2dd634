import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayErrors, problemOf } from '../gateway-errors.ts';
import type { LiveHolder } from '../siblings/siblings.ts';
import type { OperationOutcome } from '../types.ts';
import type { OperationGroup } from './operation-group.ts';
import type { OperationQueue } from './operation-queue.ts';

export interface ForwarderOptions {
  lane: string;
  queue: OperationQueue;
  /** Resolves when reads here will show the block. */
  afterBlock: (blockNumber: bigint) => Promise<unknown>;
  /** The sibling said that it does not hold the lane any more. */
  onMoved: () => void;
}

export interface Forwarder {
  /** Sends groups to the sibling that holds the lane; resolves when the next batch may be taken. Never rejects. */
  send(holder: LiveHolder, groups: OperationGroup[]): Promise<void>;
  /** Puts groups back, to be booked wherever the lane is then. */
  putBack(groups: OperationGroup[]): void;
  isBusy(): boolean;
  /** Resolves when one of the requests under way has ended. */
  oneDone(): Promise<void>;
}

const REQUESTS_MAX = 4;
const MOVES_MAX = 200;
const PAUSE_MILLISECONDS = 30;
const HELD_ELSEWHERE = 'GATEWAY_LANE_HELD_ELSEWHERE';

/**
 * Forwards batches. What was sent to a sibling that is then lost is put back and booked again under the same ids: the
 * ledger knows whether it was booked there, so nothing is guessed.
 */
export function createForwarder({ lane, queue, afterBlock, onMoved }: ForwarderOptions): Forwarder {
  const running = new Set<Promise<void>>();

  function putBack(groups: OperationGroup[]): void {
    const lasting: OperationGroup[] = [];
    for (const group of groups) {
      group.moves = (group.moves ?? 0) + 1;
      if (group.moves <= MOVES_MAX) lasting.push(group);
      else answerAll([group], group.isInDoubt ? gatewayErrors.OUTCOME_UNKNOWN() : heldElsewhere(lane, 'unknown'));
    }
    queue.putBack(lasting);
  }

  async function sendNow(holder: LiveHolder, groups: OperationGroup[]): Promise<void> {
    try {
      const outcomes = await holder.forward(
        lane,
        groups.map((group) => group.operations),
      );
      const moved = groups.filter((_, index) => isMoved(outcomes[index]));
      void answerAfterBlock(groups, outcomes, afterBlock);
      if (moved.length === 0) return;
      onMoved();
      await sleep(PAUSE_MILLISECONDS);
      putBack(moved);
    } catch {
      for (const group of groups) group.isInDoubt = true;
      // A sibling that lives and yet fails is stopping or not ours: let its heartbeat tell.
      if (holder.isAlive()) await sleep(PAUSE_MILLISECONDS);
      putBack(groups);
    }
  }

  return {
    putBack,
    isBusy: () => running.size > 0,
    oneDone: () => Promise.race(running),
    send: async (holder, groups) => {
      const work = sendNow(holder, groups).finally(() => running.delete(work));
      running.add(work);
      // A batch that left something behind may have cut one request's operations in two: they stay in order.
      if (queue.length() > 0) await work;
      else if (running.size >= REQUESTS_MAX) await Promise.race(running);
    },
  };
}

/** The problem of operations whose lane another gateway holds. */
export const heldElsewhere = (lane: string, holder: string) => gatewayErrors.LANE_HELD_ELSEWHERE({ lane, holder });

export function answerAll(groups: readonly OperationGroup[], error: Parameters<typeof problemOf>[0]): void {
  const problem = problemOf(error);
  for (const group of groups) group.answer(group.operations.map(() => problem));
}

const isMoved = (outcomes: OperationOutcome[] | undefined): boolean => {
  const [first] = outcomes ?? [];
  return first !== undefined && 'code' in first && first.code === HELD_ELSEWHERE;
};

async function answerAfterBlock(
  groups: OperationGroup[],
  outcomes: OperationOutcome[][],
  afterBlock: ForwarderOptions['afterBlock'],
): Promise<void> {
  const blocks = outcomes.flat().flatMap((outcome) => (outcome.outcome === 'accepted' ? [outcome.blockNumber] : []));
  const numbers = blocks.filter((block) => block !== '').map(BigInt);
  if (numbers.length > 0) await afterBlock(numbers.reduce(later));
  groups.forEach((group, index) => {
    const found = outcomes[index];
    if (found && !isMoved(found)) group.answer(found);
  });
}

// Math.max does not take bigint.
function later(one: bigint, other: bigint): bigint {
  if (one < other) return other;
  return one;
}
