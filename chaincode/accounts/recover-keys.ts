import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { getOwnAccount } from './find-account.ts';
import type { AnnounceKeyRecovery, CompleteKeyRecovery, KeyRecovery, SigningKeysResult } from './schemas.ts';
import { readSigningKeys } from './signing-keys.ts';
import { keyRecoveries } from './store.ts';

/** How long the customer may object, for all to see: by a change of keys that is signed with a key not lost. */
const OBJECTION_MILLISECONDS = 7 * 24 * 3_600_000;

/**
 * Announces that the bank will replace the lost keys of an account; a second announcement begins anew. Refuses, in
 * order: ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED, SIGNING_KEYS_ABSENT, SIGNING_KEY_INVALID.
 */
export function announceKeyRecovery(ledger: Ledger, request: AnnounceKeyRecovery): KeyRecovery {
  const { recoveryId, accountId, keys } = request;
  const account = getOwnAccount(ledger, accountId);
  if (account.status === 'CLOSED') throw errors.ACCOUNT_CLOSED({ accountId });
  if (account.keys === undefined) throw errors.SIGNING_KEYS_ABSENT({ accountId });
  readSigningKeys(keys);

  const effectiveAt = new Date(ledger.nowMilliseconds + OBJECTION_MILLISECONDS).toISOString();
  const times = { announcedAt: ledger.now, effectiveAt };
  const recovery: KeyRecovery = { accountId, recoveryId, keys, status: 'ANNOUNCED', ...times };

  keyRecoveries.put(ledger, recovery);
  ledger.emit('KeyRecoveryAnnounced', { accountId, recoveryId, effectiveAt });
  return recovery;
}

/**
 * Replaces the keys of an account as announced. Refuses, in order: ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED,
 * KEY_RECOVERY_NOT_ANNOUNCED, KEY_RECOVERY_TOO_EARLY.
 */
export function completeKeyRecovery(ledger: Ledger, request: CompleteKeyRecovery): SigningKeysResult {
  const { recoveryId, accountId } = request;
  const account = getOwnAccount(ledger, accountId);
  const recovery = keyRecoveries.find(ledger, accountId);
  if (account.status === 'CLOSED') throw errors.ACCOUNT_CLOSED({ accountId });
  if (recovery?.status !== 'ANNOUNCED' || recovery.recoveryId !== recoveryId) {
    throw errors.KEY_RECOVERY_NOT_ANNOUNCED({ accountId, recoveryId });
  }
  const { effectiveAt } = recovery;
  if (ledger.now < effectiveAt) throw errors.KEY_RECOVERY_TOO_EARLY({ accountId, effectiveAt });
  const keys = readSigningKeys(recovery.keys);
  const keyIds = keys.map(({ keyId }) => keyId);

  ledger.book.setKeys(accountId, keys);
  keyRecoveries.put(ledger, { ...recovery, status: 'DONE' });
  ledger.emit('SigningKeysSet', { accountId, keyIds, recoveryId });
  return { accountId, keyIds };
}
