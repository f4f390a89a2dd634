import { findOwnAccount } from '../accounts/index.ts';
import type { Holding } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { isExpired } from './rules.ts';
import type { Hold } from './schemas.ts';
import { holds } from './store.ts';

/**
 * A hold that can still be posted or voided. Refuses, in order: HOLD_NOT_FOUND, HOLD_ALREADY_POSTED,
 * HOLD_ALREADY_VOIDED, HOLD_EXPIRED (also when nobody has swept it yet).
 */
export function getOpenHold(ledger: Ledger, holdId: string): Hold {
  const hold = holds.find(ledger, holdId);
  if (hold === undefined) throw errors.HOLD_NOT_FOUND({ holdId });
  if (hold.status === 'POSTED') throw errors.HOLD_ALREADY_POSTED({ holdId, posted: hold.posted ?? '0' });
  if (hold.status === 'VOIDED') throw errors.HOLD_ALREADY_VOIDED({ holdId });
  if (hold.status === 'EXPIRED' || isExpired(hold, ledger.now)) {
    throw errors.HOLD_EXPIRED({ holdId, expiresAt: hold.expiresAt });
  }
  return hold;
}

/** Gives the whole of a hold's funds back to its debtor, whatever the account's status. */
export function releaseHold(ledger: Ledger, hold: Hold): Holding {
  const debtor = findOwnAccount(ledger, hold.debtorAccount);
  // An account with a hold cannot be closed, and accounts are never deleted.
  if (debtor === undefined) throw new Error(`Invariant P4: the account of hold ${hold.holdId} is missing.`);
  ledger.book.release(debtor.accountId, BigInt(hold.amount.amount));
  return debtor;
}
