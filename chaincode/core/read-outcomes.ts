import type { BatchOperation, BatchResponse, OperationOutcome } from './batch.ts';
import type { OperationTable } from './operation-table.ts';
import type { NameTable } from './wire/names.ts';
import { decodeOutcomes } from './wire/row-codec.ts';

interface Sent {
  readonly operations: readonly BatchOperation[];
  /** Names of the batch, as encodeBatch gave them. */
  readonly names: NameTable;
  readonly response: Pick<BatchResponse, 'outcomes' | 'replays'>;
}

/** What became of the operations that were sent, in their order. Throws a RangeError where the answer is malformed. */
export function readOutcomes(table: OperationTable, { operations, names, response }: Sent): OperationOutcome[] {
  const outcomes = decodeOutcomes(table, { names, entries: operations }, Buffer.from(response.outcomes, 'base64'));
  const replays = response.replays.values();
  return outcomes.map((outcome) => {
    if (outcome.outcome === 'accepted') return { outcome: 'accepted', result: outcome.result };
    if (outcome.outcome === 'refused') return outcome;
    const { value: first } = replays.next();
    if (first === undefined) throw new RangeError('a first result is missing');
    return { outcome: 'replayed', ...first };
  });
}
