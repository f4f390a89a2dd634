import type { Ledger } from '../core/ledger.ts';
import { assertOpen, getOwnAccount } from './find-account.ts';
import type { SetSigningKeys, SigningKeysResult } from './schemas.ts';
import { assertSigned } from './signatures.ts';
import { readSigningKeys } from './signing-keys.ts';
import { signingKeysText } from './signing-texts.ts';
import { keyRecoveries } from './store.ts';

/**
 * Gives an account the keys with which its customer signs from now on, or takes them away. The first keys are the
 * bank's word; every change after that is signed with one of the keys so far, and cancels a recovery (A9). Refuses, in
 * order: ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED, ACCOUNT_FROZEN, SIGNATURE_…, SIGNING_KEY_INVALID.
 */
export function setSigningKeys(ledger: Ledger, request: SetSigningKeys): SigningKeysResult {
  const { accountId, signature } = request;
  const account = getOwnAccount(ledger, accountId);
  const recovery = keyRecoveries.find(ledger, accountId);

  assertOpen(account);
  const isSigned = account.keys !== undefined || signature !== undefined;
  if (isSigned) assertSigned(ledger, account, { request, text: signingKeysText });
  const keys = readSigningKeys(request.keys);
  const keyIds = keys.map(({ keyId }) => keyId);

  ledger.book.setKeys(accountId, keys);
  if (recovery?.status === 'ANNOUNCED') keyRecoveries.put(ledger, { ...recovery, status: 'CANCELLED' });
  ledger.emit('SigningKeysSet', { accountId, keyIds });
  return { accountId, keyIds };
}
