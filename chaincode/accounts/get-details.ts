import { canonicalJson, sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { errors } from './errors.ts';
import { isHeldAt } from './find-account.ts';
import type { AccountDetails, AccountReference } from './schemas.ts';
import { detailsKey, openings } from './store.ts';

/** Private details of an account, for the owner's clients on the owner's own peer only. Refuses: DETAILS_NOT_DEPOSITED. */
export function getDetails(ledger: Ledger, request: AccountReference): AccountDetails {
  const { accountId } = request;
  const bank = ledger.namespace;
  const owner = mspIdOf(bank);
  const opening = isHeldAt(bank, accountId) ? openings.find(ledger, accountId) : undefined;
  const page = opening && ledger.privateData.get(owner, detailsKey(opening.detailsPage));
  const records = page === undefined ? [] : (JSON.parse(page) as AccountDetails[]);
  const record = records.find((each) => sha256(canonicalJson(each)) === opening?.detailsDigest);
  if (record === undefined) throw errors.DETAILS_NOT_DEPOSITED({ accountId, bank });
  return record;
}
