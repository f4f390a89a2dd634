import type { Ledger } from '../core/ledger.ts';
import { checker } from '../core/schema.ts';
import { collection } from '../core/store.ts';
import { AccountOpening, KeyRecovery, Profile, Suspense } from './schemas.ts';

export const openings = collection('account', AccountOpening, (opening) => [opening.accountId]);
export const keyRecoveries = collection('key-recovery', KeyRecovery, (recovery) => [recovery.accountId]);
export const suspenses = collection('suspense', Suspense, (suspense) => [suspense.currency]);

const PROFILE_KEY = 'profile';
const isProfile = checker(Profile);

/** The one row of a bank that is not a collection. */
export const profile = {
  key: PROFILE_KEY,
  put(ledger: Ledger, record: Profile): void {
    if (!isProfile(record)) throw new Error('a profile does not match its schema');
    ledger.state.put(PROFILE_KEY, record);
  },
};

/** Key of a page of private details in the owner's implicit collection: its digest, which is the peer's own hash of it. */
export const detailsKey = (page: string): string => `account-details/${page}`;
