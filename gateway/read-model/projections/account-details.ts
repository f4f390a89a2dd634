import { digestDetails, openDetails, type SealedDetails } from '../../secrets/account-details.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection, ProjectionContext } from './projection.ts';

const PREFIX = 'account-details/';

/**
 * Holders of the own bank's accounts, from the own implicit collection; the gateways' own key opens them. Whoever asks for
 * an account's opening twice with different details has both records deposited; the opening tells which one counts.
 */
export const projectAccountDetails: Projection = async (context) => {
  await putRows(context.database, 'account_opening', openingsOf(context));
  await putRows(context.database, 'account_details', depositedDetails(context));
};

function openingsOf({ facts, organization }: ProjectionContext): Row<'account_opening'>[] {
  return facts.batches
    .filter(({ header }) => header.lane === organization)
    .flatMap(({ operations }) => operations.filter(({ operation }) => operation === 'accounts:openAccount'))
    .map(({ request }) => ({
      account_id: String(request.accountId),
      details_digest: String(request.detailsDigest),
    }));
}

function depositedDetails({ facts, organization, secrets }: ProjectionContext): Row<'account_details'>[] {
  const rows = new Map<string, Row<'account_details'>>();
  for (const transaction of facts.block.transactions) {
    for (const write of transaction.privateWrites) {
      if (write.namespace !== organization || !write.key.startsWith(PREFIX) || write.value === null) continue;
      for (const record of JSON.parse(Buffer.from(write.value).toString('utf8')) as SealedDetails[]) {
        // What another client of the bank deposited under no key of its gateways names nobody.
        const details = openDetails(secrets, record);
        if (details === undefined) continue;
        const digest = digestDetails(record);
        rows.set(digest, {
          account_id: details.accountId,
          details_digest: digest,
          customer_id: details.customerId ?? null,
          name: details.name,
          iban: details.iban ?? null,
        });
      }
    }
  }
  return [...rows.values()];
}
