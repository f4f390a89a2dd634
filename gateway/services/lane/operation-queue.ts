import type { OperationOutcome } from '../types.ts';

/** Operations that must stand in one batch: a linked chain, or a single operation. */
export interface OperationGroup {
  /** The operations' JSON, as the batch will hold them. */
  texts: string[];
  bytes: number;
  /** Called once, with one outcome per operation. */
  answer: (outcomes: OperationOutcome[]) => void;
  /** When the queue took it, by the process's own clock. */
  addedAt?: number;
  /** Booked by this gateway or not at all: a sibling forwarded it, or it is about this gateway. */
  stays?: boolean;
  /** The customer reads at a sibling, whose own read model is what to wait for. */
  isReadElsewhere?: boolean;
  /** Sent to a sibling that was lost before it answered. */
  isInDoubt?: boolean;
  /** How often it was sent from one gateway to another in vain. */
  moves?: number;
}

export interface QueueLimits {
  batchOperationsMax: number;
  batchBytesMax: number;
  queueOperationsMax: number;
  queueBytesMax: number;
}

export const defaultQueueLimits: QueueLimits = {
  batchOperationsMax: 2_000,
  batchBytesMax: 4 * 1024 * 1024,
  queueOperationsMax: 50_000,
  queueBytesMax: 64 * 1024 * 1024,
};

export interface OperationQueue {
  /** False when the queue is full: nothing was taken. */
  tryAdd(groups: OperationGroup[]): boolean;
  /** Puts groups that were taken before all others, even after closing. */
  putBack(groups: OperationGroup[]): void;
  /** The next batch, as long as the limits allow; waits while the queue is empty. Undefined once closed and empty. */
  take(): Promise<OperationGroup[] | undefined>;
  length(): number;
  /** When the group that waits longest was taken. */
  oldestAt(): number | undefined;
  close(): void;
}

/** First in, first out. A batch takes what is there: no timer, so a lone operation leaves at once. */
export function createOperationQueue(limits: QueueLimits): OperationQueue {
  // A queue with a moving front: shift() on a long array would cost its whole length at every call.
  let groups: OperationGroup[] = [];
  let front = 0;
  let operations = 0;
  let bytes = 0;
  let closed = false;
  let wake: (() => void) | undefined;

  function takeNow(): OperationGroup[] {
    const batch: OperationGroup[] = [];
    let batchOperations = 0;
    let batchBytes = 0;
    for (let group = groups[front]; group; group = groups[front]) {
      const fits =
        batchOperations + group.texts.length <= limits.batchOperationsMax &&
        batchBytes + group.bytes <= limits.batchBytesMax;
      if (!fits && batch.length > 0) break;
      batch.push(group);
      batchOperations += group.texts.length;
      batchBytes += group.bytes;
      front += 1;
    }
    operations -= batchOperations;
    bytes -= batchBytes;
    if (front > 1_000 || front === groups.length) {
      groups = groups.slice(front);
      front = 0;
    }
    return batch;
  }

  return {
    tryAdd: (added) => {
      const addedOperations = countOf(added);
      const addedBytes = bytesOf(added);
      const isFull =
        operations + addedOperations > limits.queueOperationsMax || bytes + addedBytes > limits.queueBytesMax;
      if (closed || isFull) return false;
      for (const group of added) {
        group.addedAt = performance.now();
        groups.push(group);
      }
      operations += addedOperations;
      bytes += addedBytes;
      wake?.();
      return true;
    },
    putBack: (returned) => {
      groups = [...returned, ...groups.slice(front)];
      front = 0;
      operations += countOf(returned);
      bytes += bytesOf(returned);
      wake?.();
    },
    take: async () => {
      while (operations === 0 && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return operations === 0 ? undefined : takeNow();
    },
    length: () => operations,
    oldestAt: () => groups[front]?.addedAt,
    close: () => {
      closed = true;
      wake?.();
    },
  };
}

const countOf = (groups: OperationGroup[]): number => groups.reduce((sum, group) => sum + group.texts.length, 0);
const bytesOf = (groups: OperationGroup[]): number => groups.reduce((sum, group) => sum + group.bytes, 0);
