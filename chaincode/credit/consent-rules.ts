import { type SigningField, type SigningPlace, signingText } from '../core/signing-text.ts';
import { boundsOf } from './data/fields.ts';
import { findField } from './data/kinds.ts';
import { fieldOfLeaf } from './disclosure/commitment.ts';
import { errors } from './errors.ts';
import type { Consent, GiveConsent, Purpose } from './schemas.ts';

/** What a subject signs who lets a bank read fields of its credit data: one line a field, in the order of the request. */
export function consentText(place: SigningPlace, request: GiveConsent): string {
  const { consentId, subjectId, grantee, purpose, fields, expiresAt } = request;
  return signingText(place, 'credit:giveConsent', [
    ['consentId', consentId],
    ['subjectId', subjectId],
    ['grantee', grantee],
    ['purpose', purpose],
    ...fields.map((field): SigningField => ['field', field]),
    ['expiresAt', expiresAt],
  ]);
}

/** Kind and leaf that a name `<kind>.<leaf>` stands for. Refuses: FIELD_UNKNOWN. */
export function leafOfField(field: string): { readonly kind: string; readonly leaf: string } {
  const dot = field.indexOf('.');
  const [kind, leaf] = [field.slice(0, dot), field.slice(dot + 1)];
  const found = findField(kind, fieldOfLeaf(leaf));
  const isBand = leaf !== fieldOfLeaf(leaf);
  if (found === undefined || (isBand && boundsOf(found) === undefined)) throw errors.FIELD_UNKNOWN({ field });
  return { kind, leaf };
}

/** What somebody wants to do under a consent. */
export interface Use {
  readonly subjectId: string;
  readonly reader: string;
  /** Absent while nothing is read yet: any that the subject agreed to. */
  readonly purpose?: Purpose;
  readonly fields: readonly string[];
  readonly nowMilliseconds: number;
}

/**
 * Refuses, in order: CONSENT_NOT_FOUND, CONSENT_REVOKED, CONSENT_EXPIRED, CONSENT_NOT_YOURS, CONSENT_PURPOSE_DIFFERS,
 * CONSENT_FIELD_MISSING. At its very end a consent has ended.
 */
export function assertConsented(consentId: string, consent: Consent | undefined, use: Use): asserts consent is Consent {
  const { subjectId, reader } = use;
  if (consent?.subjectId !== subjectId) throw errors.CONSENT_NOT_FOUND({ consentId });
  const { expiresAt, purpose } = consent;
  if (consent.status === 'REVOKED') throw errors.CONSENT_REVOKED({ consentId });
  if (use.nowMilliseconds >= Date.parse(expiresAt)) throw errors.CONSENT_EXPIRED({ consentId, expiresAt });
  if (consent.grantee !== reader) throw errors.CONSENT_NOT_YOURS({ consentId, bank: reader });
  if (use.purpose !== undefined && use.purpose !== purpose) {
    throw errors.CONSENT_PURPOSE_DIFFERS({ consentId, purpose });
  }
  for (const field of use.fields) {
    if (!consent.fields.includes(field)) throw errors.CONSENT_FIELD_MISSING({ consentId, field });
  }
}

/** The bank's word that a subject agreed moves no data to another bank. Refuses: CONSENT_ATTESTED_ONLY. */
export function assertMayShare({ consentId, attestedBy }: Consent): void {
  if (attestedBy !== 'subject') throw errors.CONSENT_ATTESTED_ONLY({ consentId });
}
