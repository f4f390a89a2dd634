import type { BatchOperation, BatchResponse, OperationOutcome } from './batch.ts';
import type { OperationTable } from './operation-table.ts';
import type { NameTable } from './wire/names.ts';
import { decodeOutcomes, outcomesOfRow } from './wire/row-codec.ts';

interface Sent {
  readonly operations: readonly BatchOperation[];
  /** Names of the batch, as encodeBatch gave them. */
  readonly names: NameTable;
  readonly response: Pick<BatchResponse, 'outcomes' | 'replays'>;
  /** The batch row that the endorsement writes; none where nothing was accepted. */
  readonly row: Uint8Array | undefined;
}

/** What became of the operations that were sent, in their order. Throws a RangeError where the answer is malformed. */
export function readOutcomes(table: OperationTable, { operations, names, response, row }: Sent): OperationOutcome[] {
  if (response.outcomes === undefined && row === undefined) throw new RangeError('the answer has no outcomes');
  const bytes = row === undefined ? Buffer.from(response.outcomes ?? '', 'base64') : outcomesOfRow(row);
  const outcomes = decodeOutcomes(table, { names, entries: operations }, bytes);
  const replays = response.replays.values();
  return outcomes.map((outcome) => {
    if (outcome.outcome === 'accepted') return { outcome: 'accepted', result: outcome.result };
    if (outcome.outcome === 'refused') return outcome;
    const { value: first } = replays.next();
    if (first === undefined) throw new RangeError('a first result is missing');
    return { outcome: 'replayed', ...first };
  });
}
