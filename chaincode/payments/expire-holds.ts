import type { Ledger } from '../core/ledger.ts';
import { releaseHold } from './open-hold.ts';
import { isExpired } from './rules.ts';
import type { ExpiredHolds, ExpireHolds } from './schemas.ts';
import { holds } from './store.ts';

/** Releases those of the named holds that are open and past their expiry; passes over the others. Refuses nothing. */
export async function expireHolds(ledger: Ledger, request: ExpireHolds): Promise<ExpiredHolds> {
  await holds.prefetch(
    ledger,
    request.holdIds.map((holdId) => [holdId]),
  );

  const expired: string[] = [];
  for (const holdId of request.holdIds) {
    const hold = await holds.find(ledger, holdId);
    if (hold?.status !== 'HELD' || !isExpired(hold, ledger.now)) continue;
    await releaseHold(ledger, hold);
    holds.put(ledger, { ...hold, status: 'EXPIRED' });
    ledger.emit('HoldExpired', { holdId, debtorAccount: hold.debtorAccount, amount: hold.amount });
    expired.push(holdId);
  }
  return { expired };
}
