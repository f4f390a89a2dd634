import type { Checkpoint } from '../batch.ts';
import { SEGMENTS } from './holding.ts';

/**
 * A segment is saved after so many operations for each of its accounts, so that saving costs a payment alike in small
 * books and large ones, and whoever starts cold has little to replay of a small one.
 */
const OPERATIONS = { least: 1_000, perAccount: 2, most: 8_000 };
/** It is also saved after so many batches, however small. */
const BATCHES = 64;
const SEGMENTS_A_BATCH_MAX = 16;

/** The checkpoint after a batch, and the segments that the batch saves: they take turns. */
export function advance(
  before: Checkpoint,
  batch: { readonly sequence: number; readonly operations: number },
  accountsIn: (segment: number) => number,
): { checkpoint: Checkpoint; segments: readonly number[] } {
  const segments: number[] = [];
  let { next } = before;
  let operations = before.operations + batch.operations;
  let batches = before.batches + 1;
  while (segments.length < SEGMENTS_A_BATCH_MAX) {
    const due = Math.min(Math.max(accountsIn(next) * OPERATIONS.perAccount, OPERATIONS.least), OPERATIONS.most);
    if (operations < due && batches < BATCHES) break;
    segments.push(next);
    operations = Math.max(operations - due, 0);
    batches = 0;
    next = (next + 1) % SEGMENTS;
  }
  if (segments.length === 0) return { checkpoint: { ...before, operations, batches }, segments };
  const marks = Array.from({ length: SEGMENTS }, (_, each) =>
    segments.includes(each) ? batch.sequence : (before.marks[each] ?? 0),
  );
  return { checkpoint: { next, operations, batches, marks }, segments };
}
