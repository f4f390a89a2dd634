import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type { Hold, HoldReference } from './schemas.ts';
import { holds } from './store.ts';

/** A hold as recorded; one past its expiry stays HELD until it is swept, though it can no longer be posted. Refuses: HOLD_NOT_FOUND. */
export function getHold(ledger: Ledger, request: HoldReference): Hold {
  const hold = holds.find(ledger, request.holdId);
  if (hold === undefined) throw errors.HOLD_NOT_FOUND(request);
  return hold;
}
