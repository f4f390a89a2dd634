import type { Holding } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { isHeldAt } from './find-account.ts';
import { suspenses } from './store.ts';

/** Id under which money is booked that came back for an account which can no longer take it. */
export const suspenseAccount = (bank: string): string => `${bank}.suspense`;

/** An account of this bank, or undefined. */
export function findOwnAccount(ledger: Ledger, accountId: string): Holding | undefined {
  return isHeldAt(ledger.namespace, accountId) ? ledger.book.find(accountId) : undefined;
}

/** Books money that no customer account can take; the bank owes it until it finds the owner (A7). */
export function creditSuspense(ledger: Ledger, money: Amount): void {
  const { currency, amount } = money;
  const before = suspenses.find(ledger, currency) ?? { currency, credits: '0', items: 0 };
  suspenses.put(ledger, { currency, credits: String(BigInt(before.credits) + amount), items: before.items + 1 });
}
