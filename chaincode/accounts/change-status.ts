import type { Ledger } from '../core/ledger.ts';
import type { Account, AccountStatus, StatusResult } from './schemas.ts';
import { accounts, directory } from './store.ts';

/** Saves a new status in the account and in the directory that other banks read. */
export function changeStatus(ledger: Ledger, account: Account, change: StatusChange): StatusResult {
  const { accountId, currency } = account;
  accounts.put(ledger, { ...account, status: change.status });
  directory.put(ledger, { accountId, currency, status: change.status });
  ledger.emit(change.event, { accountId });
  return { accountId, status: change.status };
}

interface StatusChange {
  readonly status: AccountStatus;
  readonly event: 'AccountFrozen' | 'AccountUnfrozen' | 'AccountClosed';
}
