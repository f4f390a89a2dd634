import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { errors } from './errors.ts';
import { isHeldAt } from './find-account.ts';
import type { AccountDetails, AccountReference } from './schemas.ts';
import { detailsKey } from './store.ts';

/** Private details of an account, for the owner's clients on the owner's own peer only. Refuses: DETAILS_NOT_DEPOSITED. */
export function getDetails(ledger: Ledger, request: AccountReference): AccountDetails {
  const { accountId } = request;
  const bank = ledger.namespace;
  const owner = mspIdOf(bank);
  const value = isHeldAt(bank, accountId) ? ledger.privateData.get(owner, detailsKey(accountId)) : undefined;
  if (value === undefined) throw errors.DETAILS_NOT_DEPOSITED({ accountId, bank });
  return JSON.parse(value) as AccountDetails;
}
