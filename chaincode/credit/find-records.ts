import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type {
  Consent,
  ConsentReference,
  ErasureCertificate,
  Holding,
  HoldingReference,
  SubjectReference,
} from './schemas.ts';
import { consents, erasures, holdings } from './store.ts';

/** Refuses: CONSENT_NOT_FOUND. */
export function getConsent(ledger: Ledger, { consentId }: ConsentReference): Consent {
  const consent = consents.find(ledger, consentId);
  if (consent === undefined) throw errors.CONSENT_NOT_FOUND({ consentId });
  return consent;
}

/** The public commitment to what a bank holds. Refuses: HOLDING_NOT_FOUND. */
export function getHolding(ledger: Ledger, { subjectId, kind, reference }: HoldingReference): Holding {
  const holding = holdings.find(ledger, subjectId, kind, reference);
  if (holding === undefined) throw errors.HOLDING_NOT_FOUND({ kind, reference, subjectId });
  return holding;
}

/** Refuses: ERASURE_NOT_ORDERED. */
export function getErasure(ledger: Ledger, { subjectId }: SubjectReference): ErasureCertificate {
  const certificate = erasures.find(ledger, subjectId);
  if (certificate === undefined) throw errors.ERASURE_NOT_ORDERED({ subjectId });
  return certificate;
}
