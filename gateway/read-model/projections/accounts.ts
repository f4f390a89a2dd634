import type { Account } from '@tangram/chaincode/accounts/schemas.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

/** The own bank's customer accounts as the ledger holds them. */
export const projectAccounts: Projection = async ({ database, facts, organization }) => {
  const rows = new Map<string, Row<'account'>>();
  for (const { namespace, value } of facts.rows('account/')) {
    if (namespace !== organization) continue;
    const account = value as Account;
    rows.set(account.accountId, {
      account_id: account.accountId,
      currency: account.currency,
      status: account.status,
      booked: String(BigInt(account.bookedCredits) - BigInt(account.bookedDebits)),
      pending: account.pendingDebits,
    });
  }
  await putRows(database, 'account', [...rows.values()]);
};
