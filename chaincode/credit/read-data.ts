import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { assertConsented } from './consent-rules.ts';
import { errors } from './errors.ts';
import { consentOf, heldSubject } from './holders.ts';
import type { Access, Grant, Sealed } from './schemas.ts';
import { accesses, sealedKey } from './store.ts';

/** How long a recorded access may be used; then a new one is recorded. */
const ACCESS_SECONDS = 300;

/**
 * Sealed bytes for whoever recorded an access to them, on the holder's own peer only, while the consent is in force.
 * Refuses, in order: SUBJECT_ERASED, ACCESS_NOT_RECORDED, ACCESS_EXPIRED, CONSENT_NOT_FOUND to CONSENT_FIELD_MISSING,
 * NOT_DEPOSITED.
 */
export function readData(ledger: Ledger, { subjectId, accessNumber }: Grant): Sealed {
  heldSubject(ledger, subjectId);
  const access = freshAccess(ledger, accesses.find(ledger, subjectId, `${accessNumber}`), { subjectId, accessNumber });
  const { kind, reference, consentId } = access;
  const { nowMilliseconds } = ledger;
  // A consent may have been revoked since the access was recorded.
  assertConsented(consentId, consentOf(ledger, subjectId, consentId), { ...access, nowMilliseconds });
  const value = ledger.privateData.get(mspIdOf(ledger.namespace), sealedKey(subjectId, kind, reference));
  if (value === undefined) throw errors.NOT_DEPOSITED({ kind, reference, subjectId });
  return JSON.parse(value) as Sealed;
}

/** Refuses, in order: ACCESS_NOT_RECORDED, ACCESS_EXPIRED. */
export function freshAccess(ledger: Ledger, access: Access | undefined, grant: Grant): Access {
  if (access === undefined) throw errors.ACCESS_NOT_RECORDED({ ...grant });
  const { accessedAt } = access;
  if (ledger.nowMilliseconds > Date.parse(accessedAt) + ACCESS_SECONDS * 1000) {
    throw errors.ACCESS_EXPIRED({ accessedAt, seconds: ACCESS_SECONDS });
  }
  return access;
}
