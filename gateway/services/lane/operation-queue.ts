import { countOf, cutBefore, type OperationGroup, sizeOf, splitGroup } from './operation-group.ts';

export interface QueueLimits {
  batchOperationsMax: number;
  batchBytesMax: number;
  queueOperationsMax: number;
  queueBytesMax: number;
}

export const defaultQueueLimits: QueueLimits = {
  batchOperationsMax: 10_000,
  // Below the 8 MB that the ledger takes, because sizes are estimates.
  batchBytesMax: 6 * 1024 * 1024,
  queueOperationsMax: 100_000,
  queueBytesMax: 64 * 1024 * 1024,
};

/** Part of the queue that one caller may fill, so that a full queue is never one caller's alone. */
const CALLER_SHARE = 0.5;

export interface OperationQueue {
  /** False when the queue is full, or the caller's half of it: nothing was taken. */
  tryAdd(groups: readonly OperationGroup[]): boolean;
  /** Puts groups that were taken before all others, even after closing. */
  putBack(groups: readonly OperationGroup[]): void;
  /**
   * The next batch: all that waits, as long as the limits allow, and no more operations than `most()` says by then. Waits
   * while the queue is empty; undefined once closed and empty.
   */
  take(most?: () => number): Promise<OperationGroup[] | undefined>;
  length(): number;
  /** When the group that waits longest was taken. */
  oldestAt(): number | undefined;
  close(): void;
}

/** Operations that a caller may put into a full batch before the next one's turn comes. */
const TURN_OPERATIONS = 128;

/** What waits for one caller, first in, first out, with a moving front: shift() on a long array costs its whole length. */
interface Line {
  groups: OperationGroup[];
  front: number;
  operations: number;
}

/**
 * A batch takes what is there: no timer, so a lone operation leaves at once. When more waits than a batch can hold,
 * callers take turns, so that a file of one does not keep the payments of others waiting.
 */
export function createOperationQueue(limits: QueueLimits): OperationQueue {
  const lines = new Map<string, Line>();
  let operations = 0;
  let bytes = 0;
  let closed = false;
  let wake: (() => void) | undefined;

  function add(group: OperationGroup): void {
    const line = lines.get(group.caller) ?? { groups: [], front: 0, operations: 0 };
    lines.set(group.caller, line);
    line.groups.push(group);
    line.operations += group.operations.length;
  }

  function isOverShare(added: readonly OperationGroup[]): boolean {
    const [first] = added;
    const waiting = first === undefined ? 0 : (lines.get(first.caller)?.operations ?? 0);
    return waiting + countOf(added) > limits.queueOperationsMax * CALLER_SHARE;
  }

  function takeNow(most: number): OperationGroup[] {
    const operationsMax = Math.min(limits.batchOperationsMax, most);
    const room: Room = { operations: operationsMax, bytes: limits.batchBytesMax, isEmpty: true };
    const isAll = operations <= room.operations && bytes <= room.bytes;
    const batch: OperationGroup[] = [];
    // Whoever had the last turn comes last: a line that is served goes behind the others.
    for (let [next] = lines; next !== undefined; [next] = lines) {
      const [caller, line] = next;
      const taken = takeTurn(line, room, isAll ? Number.POSITIVE_INFINITY : TURN_OPERATIONS);
      if (taken.length === 0) break;
      for (const group of taken) batch.push(group);
      lines.delete(caller);
      if (line.front < line.groups.length) lines.set(caller, line);
    }
    operations -= countOf(batch);
    bytes -= bytesOf(batch);
    return batch;
  }

  return {
    tryAdd: (added) => {
      const addedOperations = countOf(added);
      const addedBytes = bytesOf(added);
      const isFull =
        operations + addedOperations > limits.queueOperationsMax || bytes + addedBytes > limits.queueBytesMax;
      if (closed || isFull || isOverShare(added)) return false;
      for (const group of added) {
        group.addedAt = performance.now();
        add(group);
      }
      operations += addedOperations;
      bytes += addedBytes;
      wake?.();
      return true;
    },
    putBack: (returned) => {
      for (const [caller, groups] of Map.groupBy(returned, (group) => group.caller)) {
        const waiting = lines.get(caller) ?? { groups: [], front: 0, operations: 0 };
        lines.set(caller, {
          groups: [...groups, ...waiting.groups.slice(waiting.front)],
          front: 0,
          operations: waiting.operations + countOf(groups),
        });
      }
      operations += countOf(returned);
      bytes += bytesOf(returned);
      wake?.();
    },
    take: async (most) => {
      while (operations === 0 && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return operations === 0 ? undefined : takeNow(most?.() ?? limits.batchOperationsMax);
    },
    length: () => operations,
    oldestAt: () => {
      let oldest: number | undefined;
      for (const { groups, front } of lines.values()) {
        const addedAt = groups[front]?.addedAt;
        if (addedAt !== undefined && (oldest === undefined || addedAt < oldest)) oldest = addedAt;
      }
      return oldest;
    },
    close: () => {
      closed = true;
      wake?.();
    },
  };
}

/** What still fits into a batch. */
interface Room {
  operations: number;
  bytes: number;
  isEmpty: boolean;
}

/** Takes from one line as much as its turn and the room allow; an empty batch takes one chain whatever its size. */
function takeTurn(line: Line, room: Room, turn: number): OperationGroup[] {
  const taken: OperationGroup[] = [];
  let left = turn;
  for (let group = line.groups[line.front]; group && left > 0; group = line.groups[line.front]) {
    const fitting = countFitting(group, room, left);
    if (fitting === 0) break;
    const isWhole = fitting === group.operations.length;
    const [first, rest] = isWhole ? [group, undefined] : splitGroup(group, fitting);
    taken.push(first);
    if (rest) line.groups[line.front] = rest;
    else line.front += 1;
    line.operations -= fitting;
    room.operations -= fitting;
    room.bytes -= bytesOf([first]);
    room.isEmpty = false;
    left -= fitting;
    if (!isWhole) break;
  }
  if (line.front > 1_000) {
    line.groups = line.groups.slice(line.front);
    line.front = 0;
  }
  return taken;
}

/** How many of a group's operations fit, without cutting a chain; 0 when not even the first chain does. */
function countFitting({ operations, bytes }: OperationGroup, room: Room, turn: number): number {
  if (operations.length <= Math.min(room.operations, turn) && bytes <= room.bytes) return operations.length;
  let size = 0;
  let count = 0;
  const most = Math.min(operations.length, room.operations, turn);
  while (count < most) {
    size += sizeOf(operations[count] as (typeof operations)[number]);
    if (size > room.bytes) break;
    count += 1;
  }
  const place = cutBefore(operations, count);
  // The end of a first chain that is longer than what is left of the turn is still in its time; of the batch it is not.
  const isOver = place > count && (place > room.operations || size > room.bytes);
  return isOver && !room.isEmpty ? 0 : place;
}

function bytesOf(groups: readonly OperationGroup[]): number {
  let sum = 0;
  for (const { bytes } of groups) sum += bytes;
  return sum;
}
