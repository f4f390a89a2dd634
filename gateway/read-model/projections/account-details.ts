import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

const PREFIX = 'account-details/';

interface Details {
  accountId: string;
  name: string;
  customerId?: string;
  iban?: string;
}

/** Holders of the own bank's accounts, from the own implicit collection, which no other organisation receives. */
export const projectAccountDetails: Projection = async ({ database, facts, organization }) => {
  const rows = new Map<string, Row<'account_details'>>();
  for (const transaction of facts.block.transactions) {
    for (const write of transaction.privateWrites) {
      if (write.namespace !== organization || !write.key.startsWith(PREFIX) || write.value === null) continue;
      const details = JSON.parse(Buffer.from(write.value).toString('utf8')) as Details;
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
