import type { Ledger } from '../core/ledger.ts';
import { checkShare } from './deposit-share.ts';
import { heldSubject } from './holders.ts';
import { depositedDigest, putHolding } from './record-data.ts';
import type { Holding, RecordShare } from './schemas.ts';

/**
 * Publishes that a bank has received consented data, bound to the home bank's commitment. Refuses, in order: what
 * depositShare refuses up to VERSION_STALE, NOT_DEPOSITED.
 */
export function recordShare(ledger: Ledger, request: RecordShare): Holding {
  const { subjectId, kind, version, consentId } = request;
  const { holding: owned } = checkShare(ledger, request);
  const reference = `${version}`;
  const sealedDigest = depositedDigest(ledger, { subjectId, kind, reference });

  const holding: Holding = { ...owned, sealedDigest, consentId, recordedAt: ledger.now };
  putHolding(ledger, heldSubject(ledger, subjectId), holding);
  ledger.emit('CreditDataShared', { subjectId, kind, version, consentId });
  return holding;
}
