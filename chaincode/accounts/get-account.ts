import type { Ledger } from '../core/ledger.ts';
import { getOwnAccount } from './find-account.ts';
import { availableBalance, bookedBalance } from './rules.ts';
import type { AccountReference, AccountView } from './schemas.ts';

/** Balances of an account as committed. Refuses: ACCOUNT_NOT_FOUND. */
export function getAccount(ledger: Ledger, request: AccountReference): AccountView {
  const account = getOwnAccount(ledger, request.accountId);
  return {
    accountId: account.accountId,
    currency: account.currency,
    status: account.status,
    booked: String(bookedBalance(account)),
    available: String(availableBalance(account)),
    pending: account.pendingDebits,
    openedAt: account.openedAt,
  };
}
