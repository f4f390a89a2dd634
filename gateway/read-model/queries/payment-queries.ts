import { sql } from 'kysely';
import { listOf, type ReadModelDatabase } from '../database.ts';
import type { Row } from '../schema.ts';
import type { Page, PaymentFilter, PaymentStatus, PaymentView } from '../types.ts';
import { decodeCursor, limitOf, toPage } from './cursor.ts';

/**
 * The payments of an id. Ids are unique per debtor's bank: the own bank's payment comes first, then those that other
 * banks' customers sent here.
 */
export async function findPaymentRows(
  { db }: ReadModelDatabase,
  paymentId: string,
  organization: string,
): Promise<Row<'payment'>[]> {
  const rows = await db
    .selectFrom('payment')
    .selectAll()
    .where('payment_id', '=', paymentId)
    .orderBy('position')
    .execute();
  const isOwn = (row: Row<'payment'>) => row.debtor_bank === organization;
  return [...rows.filter(isOwn), ...rows.filter((row) => !isOwn(row))];
}

/** Payments, newest first. */
export async function listPayments(database: ReadModelDatabase, filter: PaymentFilter): Promise<Page<PaymentView>> {
  const limit = limitOf(filter);
  let query = database.db
    .selectFrom('payment')
    .selectAll()
    .orderBy('position', 'desc')
    .limit(limit + 1);
  const before = decodeCursor(filter.cursor);
  if (before !== undefined) query = query.where('position', '<', before);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.from !== undefined) query = query.where('accepted_at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('accepted_at', '<', filter.to);
  const { accounts } = filter;
  if (accounts) {
    const list = listOf(database, accounts);
    query = query.where((where) =>
      where.or([where('debtor_account', 'in', list), where('creditor_account', 'in', list)]),
    );
  }
  return toPage(await query.execute(), { limit, cursorOf: (row) => row.position, itemOf: toPaymentView });
}

/** Holds of the own bank that are past their expiry. */
export async function listExpiredHolds(
  { db }: ReadModelDatabase,
  expired: { organization: string; now: string; limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('payment')
    .select('payment_id')
    .where('status', '=', sql.lit('HELD'))
    .where('debtor_bank', '=', expired.organization)
    .where('expires_at', '<=', expired.now)
    .orderBy('expires_at')
    .limit(expired.limit)
    .execute();
  return rows.map((row) => row.payment_id);
}

/** The row as clients see it. */
export function toPaymentView(row: Row<'payment'>): PaymentView {
  return {
    paymentId: row.payment_id,
    kind: row.kind,
    status: row.status as PaymentStatus,
    debtorAccount: row.debtor_account,
    creditorAccount: row.creditor_account,
    amount: { amount: row.amount, currency: row.currency },
    uetr: row.uetr,
    endToEndId: row.end_to_end_id,
    remittance: row.remittance,
    debtorName: row.debtor_name,
    creditorName: row.creditor_name,
    reason: row.reason,
    refunded: row.refunded,
    reversal: row.reversal,
    reversalId: row.reversal_id,
    originalPaymentId: row.original_payment_id,
    expiresAt: row.expires_at,
    acceptedAt: row.accepted_at,
    settledAt: row.settled_at,
    transactionId: row.transaction_id,
    blockNumber: String(row.block),
  };
}
