import type { Ledger } from '../core/ledger.ts';
import { assertConsented, assertMayShare, leafOfField } from './consent-rules.ts';
import { errors } from './errors.ts';
import { consentOf, heldSubject } from './holders.ts';
import type { Access, Grant, RecordAccess } from './schemas.ts';
import { accesses, holdings, subjects } from './store.ts';

/**
 * Records that a bank is about to read fields, before it can: its own copy, or, for another bank, what is shared with
 * it. Answers the access number only. Refuses, in order: SUBJECT_ERASED, HOLDING_NOT_FOUND, FIELD_UNKNOWN,
 * CONSENT_NOT_FOUND to CONSENT_FIELD_MISSING, CONSENT_ATTESTED_ONLY.
 */
export function recordAccess(ledger: Ledger, request: RecordAccess): Grant {
  const { subjectId, kind, reference, consentId, reader, fields } = request;
  const subject = heldSubject(ledger, subjectId);
  if (holdings.find(ledger, subjectId, kind, reference) === undefined) {
    throw errors.HOLDING_NOT_FOUND({ kind, reference, subjectId });
  }
  for (const field of fields) {
    if (leafOfField(field).kind !== kind) throw errors.FIELD_UNKNOWN({ field });
  }
  const consent = consentOf(ledger, subjectId, consentId);
  const { nowMilliseconds } = ledger;
  assertConsented(consentId, consent, { ...request, nowMilliseconds });
  if (reader !== ledger.namespace) assertMayShare(consent);

  const accessNumber = subject.accessCount + 1;
  const access: Access = { ...request, accessNumber, accessedAt: ledger.now };
  accesses.put(ledger, access);
  subjects.put(ledger, { ...subject, accessCount: accessNumber });
  ledger.emit('CreditDataAccessed', { subjectId, accessNumber, reader, consentId });
  return { subjectId, accessNumber };
}
