import type { Ledger } from '../core/ledger.ts';
import { releaseHold } from './open-hold.ts';
import { isExpired } from './rules.ts';
import type { ExpiredHolds, ExpireHolds } from './schemas.ts';
import { holds } from './store.ts';

/** Releases those of the named holds that are open and past their expiry; passes over the others. Refuses nothing. */
export function expireHolds(ledger: Ledger, request: ExpireHolds): ExpiredHolds {
  holds.demand(
    ledger,
    request.holdIds.map((holdId) => [holdId]),
  );

  const expired: string[] = [];
  for (const holdId of request.holdIds) {
    const hold = holds.find(ledger, holdId);
    if (hold?.status !== 'HELD' || !isExpired(hold, ledger.now)) continue;
    releaseHold(ledger, hold);
    holds.put(ledger, { ...hold, status: 'EXPIRED' });
    ledger.emit('HoldExpired', { holdId, debtorAccount: hold.debtorAccount, amount: hold.amount });
    expired.push(holdId);
  }
  return { expired };
}
