import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import type { OperationOutcome } from '../types.ts';

/** Operations that were handed over together, in order. They may be booked in several batches; chains are never cut. */
export interface OperationGroup {
  readonly operations: readonly BatchOperation[];
  /** What the operations take in a batch, at most for texts of one byte a character. */
  readonly bytes: number;
  /** On whose behalf: the queue serves callers in turns. */
  readonly caller: string;
  /** Called once, with one outcome per operation. */
  readonly answer: (outcomes: OperationOutcome[]) => void;
  /** When the queue took it, by the process's own clock. */
  addedAt?: number;
  /** Booked by this gateway or not at all: a sibling forwarded it, or it is about this gateway. */
  readonly stays?: boolean;
  /** Answered as soon as it is booked: the customer reads elsewhere, or asks for the block itself. */
  readonly isReadElsewhere?: boolean;
  /** Sent to a sibling that was lost before it answered. */
  isInDoubt?: boolean;
  /** How often it was sent from one gateway to another in vain. */
  moves?: number;
}

/** A group that nobody has taken yet. */
export function newGroup(group: Omit<OperationGroup, 'bytes'>): OperationGroup {
  return { ...group, bytes: sizeOfAll(group.operations) };
}

/** Cuts a group in two, to be answered as one. */
export function splitGroup(group: OperationGroup, place: number): [OperationGroup, OperationGroup] {
  const outcomes: OperationOutcome[][] = [];
  let openCount = 2;
  const first = group.operations.slice(0, place);
  const bytes = sizeOfAll(first);
  const part = (index: number, share: Pick<OperationGroup, 'operations' | 'bytes'>): OperationGroup => ({
    ...group,
    ...share,
    answer: (answered) => {
      outcomes[index] = answered;
      openCount -= 1;
      if (openCount === 0) group.answer(outcomes.flat());
    },
  });
  const rest = { operations: group.operations.slice(place), bytes: group.bytes - bytes };
  return [part(0, { operations: first, bytes }), part(1, rest)];
}

/** The last place at or before `most` where no chain is cut; when the first chain is longer than that, its end. */
export function cutBefore(operations: readonly BatchOperation[], most: number): number {
  let place = Math.min(most, operations.length);
  while (place > 0 && isLinked(operations[place - 1])) place -= 1;
  if (place > 0) return place;
  place = 1;
  while (place < operations.length && isLinked(operations[place - 1])) place += 1;
  return place;
}

/** Two halves of a list of groups; undefined where nothing is left to cut. */
export function halveGroups(groups: readonly OperationGroup[]): [OperationGroup[], OperationGroup[]] | undefined {
  const middle = groups.length >> 1;
  if (middle > 0) return [groups.slice(0, middle), groups.slice(middle)];
  const [group] = groups;
  if (group === undefined) return undefined;
  const place = cutBefore(group.operations, group.operations.length >> 1);
  if (place >= group.operations.length) return undefined;
  const [first, second] = splitGroup(group, place);
  return [[first], [second]];
}

/** How many operations the groups hold. */
export function countOf(groups: readonly OperationGroup[]): number {
  let count = 0;
  for (const { operations } of groups) count += operations.length;
  return count;
}

/** True when the next operation stands in one chain with this one. */
export function isLinked(operation: BatchOperation | undefined): boolean {
  return operation?.linked === true || operation?.request.linked === true;
}

const FIELD_BYTES = 4;

function sizeOfAll(operations: readonly BatchOperation[]): number {
  let size = 0;
  for (const operation of operations) size += sizeOf(operation);
  return size;
}

/** Bytes that an operation takes in a batch, at most for texts of one byte a character. */
export function sizeOf({ operation, request, caller }: BatchOperation): number {
  return operation.length + caller.ref.length + sizeOfValue(request);
}

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length + FIELD_BYTES;
  if (typeof value !== 'object' || value === null) return 2 * FIELD_BYTES;
  let size = FIELD_BYTES;
  for (const name in value) size += sizeOfValue((value as Record<string, unknown>)[name]);
  return size;
}
