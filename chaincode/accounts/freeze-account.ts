import type { Ledger } from '../core/ledger.ts';
import { changeStatus } from './change-status.ts';
import { assertOpen, getOwnAccount } from './find-account.ts';
import type { AccountReference, StatusResult } from './schemas.ts';

/** Stops debits and new credits of an account. Refuses, in order: ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED, ACCOUNT_FROZEN. */
export function freezeAccount(ledger: Ledger, request: AccountReference): StatusResult {
  const account = getOwnAccount(ledger, request.accountId);

  assertOpen(account);

  return changeStatus(ledger, account, 'freeze');
}
