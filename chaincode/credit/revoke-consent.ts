import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type { Consent, ConsentReference } from './schemas.ts';
import { consents } from './store.ts';

/** Ends a consent at once and for ever; the bank may do so on the subject's word. Refuses: CONSENT_NOT_FOUND, CONSENT_REVOKED. */
export function revokeConsent(ledger: Ledger, { consentId }: ConsentReference): Consent {
  const consent = consents.find(ledger, consentId);
  if (consent === undefined) throw errors.CONSENT_NOT_FOUND({ consentId });
  if (consent.status === 'REVOKED') throw errors.CONSENT_REVOKED({ consentId });

  const revoked: Consent = { ...consent, status: 'REVOKED', revokedAt: ledger.now };
  consents.put(ledger, revoked);
  ledger.emit('ConsentRevoked', { consentId, subjectId: consent.subjectId });
  return revoked;
}
