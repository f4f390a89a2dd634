import type { Holding } from '../core/book/holding.ts';
import { bankOfAccount } from '../core/identifiers.ts';
import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';

/** An account of this bank. Refuses: ACCOUNT_NOT_FOUND. */
export function getOwnAccount(ledger: Ledger, accountId: string): Holding {
  const account = isHeldAt(ledger.namespace, accountId) ? ledger.book.find(accountId) : undefined;
  if (account === undefined) throw errors.ACCOUNT_NOT_FOUND({ accountId, bank: ledger.namespace });
  return account;
}

/** True when the account id names this bank. */
export const isHeldAt = (bank: string, accountId: string): boolean => bankOfAccount(accountId) === bank;

/** Refuses, in order: ACCOUNT_CLOSED, ACCOUNT_FROZEN. */
export function assertOpen(account: Holding): void {
  const { accountId } = account;
  if (account.status === 'CLOSED') throw errors.ACCOUNT_CLOSED({ accountId });
  if (account.status === 'FROZEN') throw errors.ACCOUNT_FROZEN({ accountId });
}

/** Refuses: CURRENCY_MISMATCH. */
export function assertCurrency(account: Holding, currency: string): void {
  if (account.currency === currency) return;
  throw errors.CURRENCY_MISMATCH({ accountId: account.accountId, accountCurrency: account.currency, currency });
}
