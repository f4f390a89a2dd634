import type { Payment } from './load.ts';

interface Entry {
  reference?: unknown;
  side?: unknown;
}

/** Payments that an account shows not exactly once on their side, or at all though nobody was told that they were booked. */
export function findMiscounts(
  payments: readonly Payment[],
  accounts: readonly { accountId: string; items: readonly Entry[] }[],
): string[] {
  const seen = new Map<string, number>();
  for (const { accountId, items } of accounts) {
    for (const { reference, side } of items) {
      const key = `${reference} ${side} ${accountId}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const problems: string[] = [];
  for (const { paymentId, debtorAccount, creditorAccount } of payments) {
    for (const key of [`${paymentId} D ${debtorAccount}`, `${paymentId} C ${creditorAccount}`]) {
      const count = seen.get(key) ?? 0;
      if (count !== 1) problems.push(`${key} stands there ${count} times.`);
      seen.delete(key);
    }
  }
  const deposits = new Set(accounts.map(({ accountId }) => `deposit-${accountId} C ${accountId}`));
  for (const key of seen.keys()) if (!deposits.has(key)) problems.push(`${key} was never acknowledged.`);
  return problems;
}
