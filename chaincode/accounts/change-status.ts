import type { Holding } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { type AccountAction, statusAfter } from './rules.ts';
import type { StatusResult } from './schemas.ts';

const EVENTS = { freeze: 'AccountFrozen', unfreeze: 'AccountUnfrozen', close: 'AccountClosed' } as const;

/** Takes a step of the state table and saves it in the book, from which the directory that other banks read is made (A5). */
export function changeStatus(ledger: Ledger, account: Holding, action: AccountAction): StatusResult {
  const { accountId } = account;
  const status = statusAfter(account.status, action);
  if (status === undefined)
    throw new Error(`Invariant A5: ${accountId} is ${account.status}, no ${action} from there.`);

  ledger.book.setStatus(accountId, status);
  ledger.emit(EVENTS[action], { accountId });
  return { accountId, status };
}
