import { type RawBuilder, sql } from 'kysely';
import type { ReadModelDatabase } from '../database.ts';
import { toLedgerId } from '../position.ts';
import type { Row } from '../schema.ts';
import type { EntryView, Page, PageRequest, StatementView } from '../types.ts';
import { decodeCursor, limitOf, toPage } from './cursor.ts';
import { findReferenced, type PaymentRecord } from './payment-queries.ts';

/** An entry with the batch that booked it. */
interface EntryRecord extends Row<'entry'> {
  block: bigint;
  tx: bigint;
  time: string;
  transaction_id: string;
}

const COLUMNS = sql`e.number, e.account_id, e.previous, e.batch, e.place, e.side, e.amount, e.balance, e.operation, e.reference,
  e.origin_bank, e.value_date, b.block, b.tx, b.time, b.transaction_id`;

/** Follows an account's entries from one of them on, newest first, as long as each goes on. */
async function follow(
  { db }: ReadModelDatabase,
  { first, account }: { first: bigint; account: string },
  { goesOn, limit }: { goesOn: RawBuilder<unknown>; limit: RawBuilder<unknown> },
): Promise<EntryRecord[]> {
  const { rows } = await sql<EntryRecord>`
    with recursive chain as (
      select ${COLUMNS} from entry e join batch b on b.number = e.batch where e.number = ${first}
        and e.account_id = ${account}
      union all
      select ${COLUMNS} from chain c join entry e on e.number = c.previous join batch b on b.number = e.batch
      where ${goesOn}
    )
    select * from chain ${limit}`.execute(db);
  return rows;
}

/** Entries of an account, newest first. */
export async function listEntries(
  database: ReadModelDatabase,
  accountId: string,
  page: PageRequest,
): Promise<Page<EntryView>> {
  const limit = limitOf(page);
  const cursor = decodeCursor(page.cursor);
  const account = await findAccountRow(database, accountId);
  const first = cursor !== undefined && /^\d{1,15}$/.test(cursor) ? BigInt(cursor) : account?.last_entry;
  if (!account || !first) return { items: [], nextCursor: null };
  const rows = await follow(
    database,
    { first, account: accountId },
    { goesOn: sql`true`, limit: sql`limit ${sql.lit(limit + 1)}` },
  );
  const toView = await viewWithPayments(database, account, rows);
  return toPage(rows, { limit, cursorOf: (row) => String(row.previous ?? 0), itemOf: toView });
}

/** Opening balance, entries and closing balance of a half-open period; undefined for an unknown account. */
export async function findStatement(
  database: ReadModelDatabase,
  accountId: string,
  { from, to }: { from: string; to: string },
): Promise<StatementView | undefined> {
  const account = await findAccountRow(database, accountId);
  if (!account) return undefined;
  const first = account.last_entry;
  // The last one before the period as well: its balance opens the statement.
  const all =
    first === null
      ? []
      : await follow(database, { first, account: accountId }, { goesOn: sql`c.time >= ${from}`, limit: sql`` });
  const rows = all.filter(({ time }) => time >= from && time < to).reverse();
  const opening = all.find(({ time }) => time < from)?.balance ?? '0';
  const toView = await viewWithPayments(database, account, rows);
  return {
    accountId,
    currency: account.currency,
    from,
    to,
    opening,
    closing: rows.at(-1)?.balance ?? opening,
    entries: rows.map(toView),
  };
}

function findAccountRow({ db }: ReadModelDatabase, accountId: string): Promise<Row<'account'> | undefined> {
  return db.selectFrom('account').selectAll().where('account_id', '=', accountId).executeTakeFirst();
}

/** Entries carry a reference; what it refers to adds the counterparty and the texts. */
async function viewWithPayments(
  database: ReadModelDatabase,
  account: Row<'account'>,
  rows: EntryRecord[],
): Promise<(row: EntryRecord) => EntryView> {
  const references = [...new Set(rows.map((row) => row.reference).filter(Boolean))];
  const payments = await findReferenced(database, references);
  const byId = Map.groupBy(payments, (payment) => payment.payment_id);
  const byReversal = Map.groupBy(payments, (payment) => payment.reversal_id ?? '');
  return (row) => {
    const candidates = byId.get(row.reference) ?? byReversal.get(row.reference) ?? [];
    return toView(account, row, findPayment(account, row, candidates));
  };
}

/** Several banks may use one id: the payment is the one that names the account, of the entry's bank if there are two. */
function findPayment(
  { account_id }: Row<'account'>,
  entry: EntryRecord,
  candidates: PaymentRecord[],
): PaymentRecord | undefined {
  const naming = candidates.filter(
    (payment) => payment.debtor_account === account_id || payment.creditor_account === account_id,
  );
  return naming.find((payment) => payment.debtor_bank === entry.origin_bank) ?? naming[0];
}

function toView(account: Row<'account'>, row: EntryRecord, payment: PaymentRecord | undefined): EntryView {
  const { account_id: accountId, currency } = account;
  const isDebtor = payment?.debtor_account === accountId;
  return {
    entryId: toLedgerId(row.block, Number(row.tx), Number(row.place)),
    accountId,
    side: row.side as 'D' | 'C',
    amount: row.amount,
    currency,
    balance: row.balance,
    operation: row.operation,
    reference: row.reference,
    counterparty: payment ? (isDebtor ? payment.creditor_account : payment.debtor_account) : null,
    counterpartyName: payment ? (isDebtor ? payment.creditor_name : payment.debtor_name) : null,
    endToEndId: payment?.end_to_end_id ?? null,
    remittance: payment?.remittance ?? null,
    uetr: payment?.uetr ?? null,
    bookingTime: row.time,
    valueDate: row.value_date ?? row.time.slice(0, 10),
    transactionId: row.transaction_id,
  };
}
