import { listOf, type ReadModelDatabase } from '../database.ts';
import type { Row } from '../schema.ts';
import type { AccountDetails, AccountView, Page, PageRequest } from '../types.ts';
import { decodeCursor, limitOf, toPage } from './cursor.ts';

/** Balances and status of an account of the own bank. */
export async function findAccount({ db }: ReadModelDatabase, accountId: string): Promise<AccountView | undefined> {
  const row = await db.selectFrom('account').selectAll().where('account_id', '=', accountId).executeTakeFirst();
  return row && toView(row);
}

/** Accounts in the order of their ids. */
export async function listAccounts(
  database: ReadModelDatabase,
  page: PageRequest & { accounts?: string[] },
): Promise<Page<AccountView>> {
  const limit = limitOf(page);
  let query = database.db
    .selectFrom('account')
    .selectAll()
    .orderBy('account_id')
    .limit(limit + 1);
  const after = decodeCursor(page.cursor);
  if (after !== undefined) query = query.where('account_id', '>', after);
  if (page.accounts) query = query.where('account_id', 'in', listOf(database, page.accounts));
  return toPage(await query.execute(), { limit, cursorOf: (row) => row.account_id, itemOf: toView });
}

/** Deposited details of accounts, those alone with which they were opened. */
const openedDetails = ({ db }: ReadModelDatabase) =>
  db
    .selectFrom('account_details')
    .innerJoin('account_opening', (join) =>
      join
        .onRef('account_opening.account_id', '=', 'account_details.account_id')
        .onRef('account_opening.details_digest', '=', 'account_details.details_digest'),
    );

/** Accounts whose private details name the customer. */
export async function listAccountsOf(database: ReadModelDatabase, customerId: string): Promise<string[]> {
  const rows = await openedDetails(database)
    .select('account_details.account_id')
    .where('customer_id', '=', customerId)
    .orderBy('account_details.account_id')
    .execute();
  return rows.map((row) => row.account_id);
}

/** Accounts whose private details carry the IBAN: one at most, unless the bank gave it twice. */
export async function listAccountsByIban(database: ReadModelDatabase, iban: string): Promise<string[]> {
  const rows = await openedDetails(database)
    .select('account_details.account_id')
    .where('iban', '=', iban)
    .orderBy('account_details.account_id')
    .limit(2)
    .execute();
  return rows.map((row) => row.account_id);
}

/** Who holds an account of the own bank; undefined when it is not open here. */
export async function findDetails(database: ReadModelDatabase, accountId: string): Promise<AccountDetails | undefined> {
  const row = await openedDetails(database)
    .select(['name', 'customer_id', 'iban'])
    .where('account_details.account_id', '=', accountId)
    .executeTakeFirst();
  return (
    row && {
      accountId,
      name: row.name,
      ...(row.customer_id === null ? {} : { customerId: row.customer_id }),
      ...(row.iban === null ? {} : { iban: row.iban }),
    }
  );
}

function toView(row: Row<'account'>): AccountView {
  return {
    accountId: row.account_id,
    currency: row.currency,
    status: row.status,
    booked: row.booked,
    available: String(BigInt(row.booked) - BigInt(row.pending)),
  };
}
