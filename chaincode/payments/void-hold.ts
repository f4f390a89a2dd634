import type { Ledger } from '../core/ledger.ts';
import { getOpenHold, releaseHold } from './open-hold.ts';
import type { HoldReference, HoldResult } from './schemas.ts';
import { holds } from './store.ts';

/**
 * Releases a hold, also of a frozen account. Refuses, in order: HOLD_NOT_FOUND, HOLD_ALREADY_POSTED,
 * HOLD_ALREADY_VOIDED, HOLD_EXPIRED.
 */
export function voidHold(ledger: Ledger, request: HoldReference): HoldResult {
  const { holdId } = request;
  const hold = getOpenHold(ledger, holdId);

  releaseHold(ledger, hold);
  holds.put(ledger, { ...hold, status: 'VOIDED' });
  ledger.emit('HoldVoided', { holdId, debtorAccount: hold.debtorAccount, amount: hold.amount });
  return { holdId, status: 'VOIDED', amount: hold.amount, released: hold.amount.amount };
}
