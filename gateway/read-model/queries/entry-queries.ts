import { listOf, type ReadModelDatabase } from '../database.ts';
import type { Row } from '../schema.ts';
import type { EntryView, Page, PageRequest, StatementView } from '../types.ts';
import { findAccount } from './account-queries.ts';
import { decodeCursor, limitOf, toPage } from './cursor.ts';

/** Entries of an account, newest first. */
export async function listEntries(
  database: ReadModelDatabase,
  accountId: string,
  page: PageRequest,
): Promise<Page<EntryView>> {
  const limit = limitOf(page);
  let query = database.db
    .selectFrom('entry')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('position', 'desc')
    .limit(limit + 1);
  const before = decodeCursor(page.cursor);
  if (before !== undefined) query = query.where('position', '<', before);
  const rows = await query.execute();
  const toView = await viewWithPayments(database, rows);
  return toPage(rows, { limit, cursorOf: (row) => row.position, itemOf: toView });
}

/** Opening balance, entries and closing balance of a half-open period; undefined for an unknown account. */
export async function findStatement(
  database: ReadModelDatabase,
  accountId: string,
  { from, to }: { from: string; to: string },
): Promise<StatementView | undefined> {
  const account = await findAccount(database, accountId);
  if (!account) return undefined;
  const entries = database.db.selectFrom('entry').where('account_id', '=', accountId);
  const before = await entries
    .select('balance')
    .where('booking_time', '<', from)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  const rows = await entries
    .selectAll()
    .where('booking_time', '>=', from)
    .where('booking_time', '<', to)
    .orderBy('position')
    .execute();
  const opening = before?.balance ?? '0';
  const toView = await viewWithPayments(database, rows);
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

/** Entries carry a reference; what it refers to adds the counterparty and the texts. */
async function viewWithPayments(
  database: ReadModelDatabase,
  rows: Row<'entry'>[],
): Promise<(row: Row<'entry'>) => EntryView> {
  const references = [...new Set(rows.map((row) => row.reference).filter(Boolean))];
  const payments =
    references.length === 0
      ? []
      : await database.db
          .selectFrom('payment')
          .selectAll()
          .where((where) =>
            where.or([
              where('payment_id', 'in', listOf(database, references)),
              where('reversal_id', 'in', listOf(database, references)),
            ]),
          )
          .execute();
  const byId = Map.groupBy(payments, (payment) => payment.payment_id);
  const byReversal = Map.groupBy(payments, (payment) => payment.reversal_id ?? '');
  return (row) => {
    const candidates = byId.get(row.reference) ?? byReversal.get(row.reference) ?? [];
    return toView(row, findPayment(row, candidates));
  };
}

/** Several banks may use one id: the payment is the one that names the account, of the entry's bank if there are two. */
function findPayment(entry: Row<'entry'>, candidates: Row<'payment'>[]): Row<'payment'> | undefined {
  const naming = candidates.filter(
    (payment) => payment.debtor_account === entry.account_id || payment.creditor_account === entry.account_id,
  );
  return naming.find((payment) => payment.debtor_bank === entry.origin_bank) ?? naming[0];
}

function toView(row: Row<'entry'>, payment: Row<'payment'> | undefined): EntryView {
  const isDebtor = payment?.debtor_account === row.account_id;
  return {
    entryId: row.entry_id,
    accountId: row.account_id,
    side: row.side as 'D' | 'C',
    amount: row.amount,
    currency: row.currency,
    balance: row.balance,
    operation: row.operation,
    reference: row.reference,
    counterparty: payment ? (isDebtor ? payment.creditor_account : payment.debtor_account) : null,
    counterpartyName: payment ? (isDebtor ? payment.creditor_name : payment.debtor_name) : null,
    endToEndId: payment?.end_to_end_id ?? null,
    remittance: payment?.remittance ?? null,
    uetr: payment?.uetr ?? null,
    bookingTime: row.booking_time,
    valueDate: row.value_date,
    transactionId: row.transaction_id,
  };
}
