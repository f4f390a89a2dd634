import type { OperationOutcome as LedgerOutcome } from '@tangram/chaincode/core/batch.ts';
import type { OperationOutcome } from '../types.ts';
import type { CommitTools } from './await-commit.ts';
import type { OperationGroup } from './operation-group.ts';

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
