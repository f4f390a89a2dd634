import { setTimeout as sleep } from 'node:timers/promises';
import { splitChains } from './operation-service.ts';
import type { Pair, PairSettlement } from './settlement-service.ts';
import type { Operation, OperationOutcome, OperationService } from './types.ts';

const ROUNDS_MAX = 8;
const ROUND_MILLISECONDS = 250;
const LIMIT_CODE = 'PAYMENTS_LIMIT_EXCEEDED';

/**
 * Submits operations and, where a pair's limit stopped some that would fit under it alone, settles the pair and
 * submits those again: a burst larger than the limit is slowed by settlement, not refused.
 */
export function createLimitRelief(
  operations: OperationService,
  settlement: Pick<PairSettlement, 'settleDelivered'>,
): OperationService['submit'] {
  return async (submitted) => {
    const outcomes = await operations.submit(submitted);
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const stopped = stoppedByLimit(submitted, outcomes);
      if (stopped.indexes.length === 0) break;
      const settled = await Promise.all(
        [...stopped.pairs.values()].map((pair) => settlement.settleDelivered(pair).catch(() => false)),
      );
      // Nothing to settle yet: the creditor's bank first has to receive what was sent.
      if (!settled.includes(true)) await sleep(ROUND_MILLISECONDS);
      const again = await operations.submit(stopped.indexes.map((index) => submitted[index] as Operation));
      stopped.indexes.forEach((index, place) => {
        outcomes[index] = again[place] as OperationOutcome;
      });
    }
    return outcomes;
  };
}

/** Whole chains with a member that the limit stopped, and the pairs to settle. */
function stoppedByLimit(
  operations: Operation[],
  outcomes: OperationOutcome[],
): { indexes: number[]; pairs: Map<string, Pair> } {
  const indexes: number[] = [];
  const pairs = new Map<string, Pair>();
  const members = operations.map((operation, index) => ({ request: operation.request, index }));
  for (const chain of splitChains(members)) {
    const found = chain.map(({ index }) => pairOf(outcomes[index])).filter((pair) => pair !== undefined);
    if (found.length === 0) continue;
    for (const { index } of chain) indexes.push(index);
    for (const pair of found) pairs.set(`${pair.creditorBank}/${pair.currency}`, pair);
  }
  return { indexes, pairs };
}

/** The pair of an operation that was refused by the limit although it is below it. */
function pairOf(outcome: OperationOutcome | undefined): Pair | undefined {
  if (outcome?.outcome !== 'refused' || outcome.code !== LIMIT_CODE) return undefined;
  const { debtorBank, creditorBank, currency, limit, required } = outcome.params;
  if (BigInt(String(required)) > BigInt(String(limit))) return undefined;
  return { debtorBank: String(debtorBank), creditorBank: String(creditorBank), currency: String(currency) };
}
