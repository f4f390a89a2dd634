import type { Checkpoint } from '../batch.ts';
import { SEGMENTS } from './holding.ts';

/** A segment is saved after so many operations, or so many batches, whichever comes first. */
const OPERATIONS = 16_000;
const BATCHES = 64;

/** The checkpoint after a batch, and the segment that the batch saves, if any: they take turns. */
export function advance(
  before: Checkpoint,
  batch: { readonly sequence: number; readonly operations: number },
): { checkpoint: Checkpoint; segment: number | undefined } {
  const operations = before.operations + batch.operations;
  const batches = before.batches + 1;
  if (operations < OPERATIONS && batches < BATCHES) {
    return { checkpoint: { ...before, operations, batches }, segment: undefined };
  }
  const segment = before.next;
  const marks = Array.from({ length: SEGMENTS }, (_, each) =>
    each === segment ? batch.sequence : (before.marks[each] ?? 0),
  );
  return { checkpoint: { next: (segment + 1) % SEGMENTS, operations: 0, batches: 0, marks }, segment };
}
