import { canonicalJson } from '../core/canonical.ts';
import { bankOfAccount } from '../core/identifiers.ts';
import type { Ledger } from '../core/ledger.ts';
import { assertConsented, assertMayShare } from './consent-rules.ts';
import { placeOf } from './deposit-data.ts';
import type { Disclosure } from './disclosure/commitment.ts';
import { verifyDisclosure } from './disclosure/verify-disclosure.ts';
import { errors } from './errors.ts';
import { consentOf, heldSubject, isHome, latestHolding } from './holders.ts';
import { freshAccess } from './read-data.ts';
import { transientReader } from './read-transient.ts';
import { type Consent, type Deposited, type DepositShare, type Holding, ShareDeposit } from './schemas.ts';
import { putSealed } from './sealed-data.ts';
import { seal } from './sealing.ts';
import { accesses, dataRequests } from './store.ts';
import { publicKeyOf, sharedKeyOf } from './transfer-key.ts';

const readShare = transientReader('share', ShareDeposit);

/** What a share is checked by, at the deposit and once more at the record. */
interface ShareTerms {
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
  readonly consentId: string;
  readonly accessNumber: number;
}

/**
 * The home bank hands opened fields to a consented bank: called with that bank's endorsement alone, they are checked
 * against the home bank's commitment and sealed, for the key that it asked with, in its collection. Refuses, in order:
 * SUBJECT_ERASED, ACCESS_NOT_RECORDED, ACCESS_EXPIRED, CONSENT_NOT_FOUND to CONSENT_ATTESTED_ONLY, VERSION_STALE,
 * DEPOSIT_INVALID, CONSENT_FIELD_MISSING, DISCLOSURE_INVALID, REQUEST_NOT_FOUND.
 */
export function depositShare(ledger: Ledger, request: DepositShare): Deposited {
  const { subjectId, kind, version, consentId, digest } = request;
  const { consent, holding } = checkShare(ledger, request);
  const { disclosures, ephemeralSecret } = readShare(ledger, digest);
  assertOpened(kind, { consent, holding }, disclosures);
  const asked = dataRequests.find(ledger, subjectId, consentId);
  const bank = ledger.namespace;
  const subjectKey = asked && sharedKeyOf(ephemeralSecret, asked.encryptionKey);
  if (subjectKey === undefined) throw errors.REQUEST_NOT_FOUND({ bank, consentId });

  const reference = `${version}`;
  const place = placeOf(bank, subjectId, `${kind}/${reference}`);
  const sealed = seal({ subjectKey, place }, ephemeralSecret, canonicalJson({ disclosures }));
  const value = { sealed, ephemeralKey: publicKeyOf(ephemeralSecret) };
  const { schemaVersion, commitment } = holding;
  return putSealed(ledger, { subjectId, kind, reference }, { schemaVersion, commitment, value });
}

/** Consent, recorded access and version of a share, as the home bank's rows tell them. */
export function checkShare(ledger: Ledger, terms: ShareTerms): { consent: Consent; holding: Holding } {
  const { subjectId, kind, version, consentId, accessNumber } = terms;
  const reader = ledger.namespace;
  heldSubject(ledger, subjectId);
  // The home bank has the data already, and would overwrite it.
  if (isHome(ledger, subjectId)) throw errors.CONSENT_NOT_YOURS({ consentId, bank: reader });
  const consent = consentOf(ledger, subjectId, consentId);
  assertConsented(consentId, consent, { subjectId, reader, fields: [], nowMilliseconds: ledger.nowMilliseconds });
  assertMayShare(consent);
  const access = accesses.findFrom(ledger, bankOfAccount(subjectId), [[subjectId, `${accessNumber}`]])[0];
  const { consentId: recorded, ...of } = freshAccess(ledger, access, { subjectId, accessNumber });
  const isSame = recorded === consentId && of.reader === reader && of.kind === kind && of.reference === `${version}`;
  if (!isSame) throw errors.ACCESS_NOT_RECORDED({ subjectId, accessNumber });
  return { consent, holding: latestHolding(ledger, { subjectId, kind, version }) };
}

/** Refuses, in order: CONSENT_FIELD_MISSING, DISCLOSURE_INVALID. */
export function assertOpened(
  kind: string,
  { consent, holding }: { readonly consent: Consent; readonly holding: Holding },
  disclosures: readonly Disclosure[],
): void {
  const { consentId } = consent;
  const { owner, subjectId, schemaVersion, reference, commitment } = holding;
  const context = { owner, subjectId, kind, schemaVersion, reference };
  for (const disclosure of disclosures) {
    const field = `${kind}.${disclosure.leaf}`;
    if (!consent.fields.includes(field)) throw errors.CONSENT_FIELD_MISSING({ consentId, field });
    if (!verifyDisclosure({ context, commitment }, disclosure)) throw errors.DISCLOSURE_INVALID({ field });
  }
}
