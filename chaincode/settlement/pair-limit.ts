import type { Ledger } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { crosses, outstanding, settlementThreshold } from './rules.ts';
import type { Limit } from './schemas.ts';
import { limits, settledOut, settledSeen } from './store.ts';

/** Terms of a pair for which the consortium has not set any: 1,000,000.00, settled at half. */
const DEFAULT_TERMS = { limit: '100000000', settleAtShare: 5000 } as const;

/** The terms of a pair, or the default ones. */
export const termsOf = (row: Limit | undefined): { limit: bigint; settleAtShare: number } => ({
  limit: BigInt(row?.limit ?? DEFAULT_TERMS.limit),
  settleAtShare: row?.settleAtShare ?? DEFAULT_TERMS.settleAtShare,
});

/** Key of a pair's terms in the consortium's namespace. */
export const limitKey = (debtorBank: string, creditorBank: string, currency: string): string =>
  limits.key(debtorBank, creditorBank, currency);

/**
 * Says whether an amount to another bank stays within the pair's limit, and emits SettlementDue where it takes the
 * pair to its share of the limit. To be called before the amount is counted as sent.
 */
export function checkPairLimit(ledger: Ledger, bank: string, money: Amount): LimitCheck {
  const { currency, amount } = money;
  const [row] = limits.findFrom(ledger, 'consortium', [[ledger.namespace, bank, currency]]);
  const { limit, settleAtShare } = termsOf(row);
  const threshold = settlementThreshold(limit, settleAtShare);

  let used = outstandingSeen(ledger, bank, currency);
  // Settlement writes settled-out while batches are under way: reading it only where it could matter keeps batches
  // and settlements from aborting each other.
  if (crosses(threshold, used, amount) || used + amount > limit) {
    lookAtSettled(ledger, bank, currency);
    used = outstandingSeen(ledger, bank, currency);
  }

  if (used + amount <= limit && crosses(threshold, used, amount)) {
    ledger.emit('SettlementDue', {
      debtorBank: ledger.namespace,
      creditorBank: bank,
      currency,
      outstanding: String(used + amount),
      limit: String(limit),
    });
  }
  return { isWithin: used + amount <= limit, limit, used };
}

export interface LimitCheck {
  readonly isWithin: boolean;
  readonly limit: bigint;
  readonly used: bigint;
}

const outstandingSeen = (ledger: Ledger, bank: string, currency: string): bigint =>
  outstanding({
    sent: ledger.lane.sent(bank, currency),
    settled: ledger.lane.counter(settledSeen(bank), currency),
  });

function lookAtSettled(ledger: Ledger, bank: string, currency: string): void {
  const row = settledOut.find(ledger, bank, currency);
  const seen = ledger.lane.counter(settledSeen(bank), currency);
  const news = BigInt(row?.amount ?? '0') - seen;
  if (news !== 0n) ledger.lane.addToCounter(settledSeen(bank), { amount: news, currency });
}
