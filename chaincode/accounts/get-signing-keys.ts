import type { Ledger } from '../core/ledger.ts';
import { getOwnAccount } from './find-account.ts';
import type { AccountReference, SigningKeysView } from './schemas.ts';
import { keyRecoveries } from './store.ts';

/** The keys with which an account's customer signs; none where no signature is asked for. Refuses: ACCOUNT_NOT_FOUND. */
export function getSigningKeys(ledger: Ledger, { accountId }: AccountReference): SigningKeysView {
  const { keys = [] } = getOwnAccount(ledger, accountId);
  const recovery = keyRecoveries.find(ledger, accountId);
  return { accountId, keys: [...keys], ...(recovery === undefined ? {} : { recovery }) };
}
