import { availableBalance, bookedBalance } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { getOwnAccount } from './find-account.ts';
import type { AccountReference, AccountView } from './schemas.ts';
import { openings } from './store.ts';

/** Balances of an account as committed. Refuses: ACCOUNT_NOT_FOUND. */
export function getAccount(ledger: Ledger, request: AccountReference): AccountView {
  const account = getOwnAccount(ledger, request.accountId);
  return {
    accountId: account.accountId,
    currency: account.currency,
    status: account.status,
    booked: String(bookedBalance(account)),
    available: String(availableBalance(account)),
    pending: String(account.pending),
    openedAt: openings.get(ledger, account.accountId).openedAt,
  };
}
