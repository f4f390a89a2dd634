import { bookedBalance } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { changeStatus } from './change-status.ts';
import { errors } from './errors.ts';
import { assertOpen, getOwnAccount } from './find-account.ts';
import type { AccountReference, StatusResult } from './schemas.ts';

/**
 * Closes an account for ever, only at zero and without holds. Refuses, in order: ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED,
 * ACCOUNT_FROZEN, ACCOUNT_HAS_PENDING, ACCOUNT_NOT_EMPTY.
 */
export function closeAccount(ledger: Ledger, request: AccountReference): StatusResult {
  const account = getOwnAccount(ledger, request.accountId);

  assertOpen(account);
  const { accountId, pending } = account;
  if (pending !== 0n) throw errors.ACCOUNT_HAS_PENDING({ accountId, pending: String(pending) });
  const booked = bookedBalance(account);
  if (booked !== 0n) throw errors.ACCOUNT_NOT_EMPTY({ accountId, booked: String(booked) });

  return changeStatus(ledger, account, 'close');
}
