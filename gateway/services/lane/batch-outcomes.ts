import {
  type BatchOperation,
  type BatchResponse,
  batchKey,
  type OperationOutcome as LedgerOutcome,
} from '@tangram/chaincode/core/batch.ts';
import { readOutcomes } from '@tangram/chaincode/core/read-outcomes.ts';
import type { KeyWrite } from '../../fabric/decode-block.ts';
import type { EndorsedTransaction } from '../../fabric/endorsement.ts';
import { operationTable } from '../../fabric/operation-table.ts';
import type { OperationOutcome } from '../types.ts';
import type { CommitTools } from './await-commit.ts';
import type { OperationGroup } from './operation-group.ts';

/** What was endorsed: the ledger's hash after the batch and what becomes of each operation if it is committed. */
export interface LaneAnswer {
  hash: string;
  accepted: number;
  results: LedgerOutcome[];
}

/** Read before anything is submitted: afterwards a malformed answer could not be told from an unbooked batch. */
export function readAnswer(
  endorsed: EndorsedTransaction,
  sent: { operations: readonly BatchOperation[]; names: Parameters<typeof readOutcomes>[1]['names'] },
): LaneAnswer {
  const response = JSON.parse(endorsed.result) as BatchResponse;
  const { lane, sequence, hash, accepted } = response;
  const key = batchKey(sequence);
  const isRow = (write: KeyWrite) => write.namespace === lane && write.key === key;
  const row = accepted === 0 ? undefined : (endorsed.writes().find(isRow)?.value ?? undefined);
  return { hash, accepted, results: readOutcomes(operationTable, { ...sent, response, row }) };
}

/** What became of a batch's operations, group by group, with where each stands on the ledger. */
export async function outcomesOf(
  tools: Pick<CommitTools, 'findBlockOf'>,
  groups: readonly OperationGroup[],
  found: {
    results: readonly LedgerOutcome[];
    position?: { transactionId: string; blockNumber: bigint | undefined };
  },
): Promise<OperationOutcome[][]> {
  const { results, position } = found;
  const blockOf = new Map<string, bigint | undefined>();
  if (position) blockOf.set(position.transactionId, position.blockNumber);
  for (const result of results) {
    if (result.outcome !== 'replayed' || blockOf.has(result.transactionId)) continue;
    blockOf.set(result.transactionId, await tools.findBlockOf(result.transactionId).catch(() => undefined));
  }
  const at = { transactionId: position?.transactionId ?? '', blockOf };
  let start = 0;
  return groups.map(({ operations }) => {
    const end = start + operations.length;
    const own = results.slice(start, end);
    start = end;
    return own.map((result) => toOutcome(result, at));
  });
}

function toOutcome(
  outcome: LedgerOutcome,
  { transactionId, blockOf }: { transactionId: string; blockOf: Map<string, bigint | undefined> },
): OperationOutcome {
  switch (outcome.outcome) {
    case 'accepted': {
      const result = outcome.result as Record<string, unknown>;
      return { outcome: 'accepted', result, transactionId, blockNumber: blockOf.get(transactionId)?.toString() ?? '' };
    }
    case 'replayed': {
      const blockNumber = blockOf.get(outcome.transactionId)?.toString();
      const result = outcome.result as Record<string, unknown>;
      return { ...outcome, result, ...(blockNumber === undefined ? {} : { blockNumber }) };
    }
    case 'refused':
      return outcome;
  }
}
