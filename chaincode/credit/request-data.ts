import type { Ledger } from '../core/ledger.ts';
import { assertConsented, assertMayShare } from './consent-rules.ts';
import { errors } from './errors.ts';
import { consentOf, heldSubject } from './holders.ts';
import type { DataRequest } from './schemas.ts';
import { dataRequests } from './store.ts';
import { isPublicKey } from './transfer-key.ts';

/**
 * Publishes the key, made for this subject alone, under which a consented bank wants to be sent data. Refuses, in order:
 * SUBJECT_ERASED, CONSENT_NOT_FOUND to CONSENT_FIELD_MISSING, CONSENT_ATTESTED_ONLY, ENCRYPTION_KEY_INVALID.
 */
export function requestData(ledger: Ledger, request: DataRequest): DataRequest {
  const { consentId, subjectId } = request;
  heldSubject(ledger, subjectId);
  const consent = consentOf(ledger, subjectId, consentId);
  const { nowMilliseconds, namespace: reader } = ledger;
  assertConsented(consentId, consent, { subjectId, reader, fields: [], nowMilliseconds });
  assertMayShare(consent);
  if (!isPublicKey(request.encryptionKey)) throw errors.ENCRYPTION_KEY_INVALID();

  dataRequests.put(ledger, request);
  ledger.emit('CreditDataRequested', { consentId, subjectId, grantee: reader });
  return request;
}
