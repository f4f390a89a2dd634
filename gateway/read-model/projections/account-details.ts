import { openDetails, type SealedDetails } from '../../secrets/account-details.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

const PREFIX = 'account-details/';

/** Holders of the own bank's accounts, from the own implicit collection; the gateways' own key opens them. */
export const projectAccountDetails: Projection = async ({ database, facts, organization, secrets }) => {
  const rows = new Map<string, Row<'account_details'>>();
  for (const transaction of facts.block.transactions) {
    for (const write of transaction.privateWrites) {
      if (write.namespace !== organization || !write.key.startsWith(PREFIX) || write.value === null) continue;
      // What another client of the bank deposited under no key of its gateways names nobody.
      const details = openDetails(secrets, JSON.parse(Buffer.from(write.value).toString('utf8')) as SealedDetails);
      if (details === undefined) continue;
      rows.set(details.accountId, {
        account_id: details.accountId,
        customer_id: details.customerId ?? null,
        name: details.name,
        iban: details.iban ?? null,
      });
    }
  }
  await putRows(database, 'account_details', [...rows.values()]);
};
