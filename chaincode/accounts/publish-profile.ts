import type { Ledger } from '../core/ledger.ts';
import type { Profile } from './schemas.ts';
import { profile } from './store.ts';

/** Publishes the key with which other banks' gateways encrypt payment texts for this bank. Refuses nothing. */
export function publishProfile(ledger: Ledger, request: Profile): Profile {
  profile.put(ledger, request);
  ledger.emit('ProfilePublished', { bank: ledger.namespace });
  return request;
}
