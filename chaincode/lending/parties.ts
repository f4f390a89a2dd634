import { findOwnAccount } from '../accounts/index.ts';
import { availableBalance, type Holding } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { type Amount, assertSameCurrency } from '../core/money.ts';
import { errors } from './errors.ts';

/** An account of this bank that can pay and be paid. Refuses, in order: ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN, CORE_CURRENCY_MISMATCH. */
export function getOpenAccount(ledger: Ledger, accountId: string, money: Amount): Holding {
  const account = findOwnAccount(ledger, accountId);
  if (account === undefined) throw errors.ACCOUNT_NOT_HERE({ accountId, bank: ledger.namespace });
  if (account.status !== 'OPEN') throw errors.ACCOUNT_NOT_OPEN({ accountId, accountStatus: account.status });
  assertSameCurrency({ amount: 0n, currency: account.currency }, money);
  return account;
}

/** Refuses: INSUFFICIENT_FUNDS. */
export function assertAvailable(account: Holding, required: bigint): void {
  const available = availableBalance(account);
  if (required <= available) return;
  const { accountId } = account;
  throw errors.INSUFFICIENT_FUNDS({ accountId, available: String(available), required: String(required) });
}

/** Refuses: EXPIRY_PAST. */
export function assertFuture(ledger: Ledger, expiresAt: string): void {
  if (isPast(ledger, expiresAt)) throw errors.EXPIRY_PAST({ expiresAt, now: ledger.now });
}

/** True from the instant of expiry on. Without its Z an instant, with or without milliseconds, stands before its own text. */
export const isPast = (ledger: Ledger, instant: string): boolean => instant.replace('Z', '') < ledger.now;
