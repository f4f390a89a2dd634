import type { Ledger } from '../core/ledger.ts';
import { changeStatus } from './change-status.ts';
import { errors } from './errors.ts';
import { getOwnAccount } from './find-account.ts';
import type { AccountReference, StatusResult } from './schemas.ts';

/** Lets a frozen account be used again. Refuses, in order: ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED, ACCOUNT_NOT_FROZEN. */
export function unfreezeAccount(ledger: Ledger, request: AccountReference): StatusResult {
  const account = getOwnAccount(ledger, request.accountId);

  const { accountId, status } = account;
  if (status === 'CLOSED') throw errors.ACCOUNT_CLOSED({ accountId });
  if (status !== 'FROZEN') throw errors.ACCOUNT_NOT_FROZEN({ accountId, accountStatus: status });

  return changeStatus(ledger, account, 'unfreeze');
}
