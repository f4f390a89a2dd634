import { assertSigned, findOwnAccount } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import { consentText, leafOfField } from './consent-rules.ts';
import { errors } from './errors.ts';
import { ownSubject } from './holders.ts';
import type { Consent, GiveConsent } from './schemas.ts';
import { consents } from './store.ts';

/**
 * Records a subject's consent: signed with a key of its account, or, where the account has none, attested by the bank.
 * Refuses, in order: SUBJECT_NOT_HERE, SUBJECT_ERASED, FIELD_UNKNOWN, CONSENT_PERIOD_INVALID, ACCOUNTS_SIGNATURE_….
 */
export function giveConsent(ledger: Ledger, request: GiveConsent): Consent {
  const { signature, ...terms } = request;
  const { subjectId, expiresAt, fields } = terms;
  const bank = ledger.namespace;
  ownSubject(ledger, subjectId);
  const account = findOwnAccount(ledger, subjectId);
  if (account === undefined) throw errors.SUBJECT_NOT_HERE({ subjectId, bank });
  for (const field of fields) leafOfField(field);
  if (Date.parse(expiresAt) <= ledger.nowMilliseconds) throw errors.CONSENT_PERIOD_INVALID({ expiresAt });
  const isKeyed = account.keys !== undefined || signature !== undefined;
  if (isKeyed) assertSigned(ledger, account, { request, text: consentText });

  const consent: Consent = {
    ...terms,
    attestedBy: isKeyed ? 'subject' : 'bank',
    status: 'GIVEN',
    givenAt: ledger.now,
  };
  consents.put(ledger, consent);
  ledger.emit('ConsentGiven', { consentId: terms.consentId, subjectId, grantee: terms.grantee });
  return consent;
}
