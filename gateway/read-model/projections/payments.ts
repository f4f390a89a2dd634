import type { Aftermath, Hold, RefundPayment } from '@tangram/chaincode/payments/schemas.ts';
import { sql } from 'kysely';
import type { OperationFact } from '../block-facts.ts';
import { listOf, type ReadModelDatabase } from '../database.ts';
import { putRows } from '../put-rows.ts';
import { applyAftermath, applyHold, type PaymentRow, rowOfHold, rowOfRefund, rowOfSend } from './payment-rows.ts';
import type { Projection, ProjectionContext } from './projection.ts';

/**
 * Payments, holds and refunds whose debtor or creditor is a customer of this bank. A payment to another bank is
 * SETTLED when that bank's inbox cursor has passed its outbox row, unless it came back.
 */
export const projectPayments: Projection = async (context) => {
  const touched = await loadTouched(context);
  addNewPayments(context, touched);
  applyHolds(context, touched);
  await putRows(context.database, 'payment', touched.changed());
  await settleDelivered(context);
  await applyAftermaths(context);
  await markReturnedRefunds(context);
};

/** Payment rows of this block by bank and id, with those that it changes. */
interface TouchedPayments {
  find(bank: string, id: string): PaymentRow | undefined;
  put(row: PaymentRow): void;
  changed(): PaymentRow[];
}

const keyOf = (bank: string, id: string): string => `${bank}/${id}`;

async function loadTouched(context: ProjectionContext): Promise<TouchedPayments> {
  const ids = new Set<string>();
  for (const { value } of context.facts.rows('hold/')) ids.add((value as Hold).holdId);
  for (const { entry } of context.facts.operations) {
    if (entry.operation === 'payments:refundPayment') ids.add((entry.request as unknown as RefundPayment).paymentId);
  }
  const rows = await loadPayments(context.database, [...ids]);
  const byKey = new Map(rows.map((row) => [keyOf(row.debtor_bank, row.payment_id), row]));
  const changed = new Map<string, PaymentRow>();
  return {
    find: (bank, id) => changed.get(keyOf(bank, id)) ?? byKey.get(keyOf(bank, id)),
    put: (row) => {
      changed.set(keyOf(row.debtor_bank, row.payment_id), row);
    },
    changed: () => [...changed.values()],
  };
}

async function loadPayments(database: ReadModelDatabase, ids: string[]): Promise<PaymentRow[]> {
  if (ids.length === 0) return [];
  return database.db.selectFrom('payment').selectAll().where('payment_id', 'in', listOf(database, ids)).execute();
}

function addNewPayments(context: ProjectionContext, touched: TouchedPayments): void {
  const counts = new Map<number, number>();
  for (const fact of context.facts.operations) {
    const index = counts.get(fact.transaction.index) ?? 0;
    counts.set(fact.transaction.index, index + 1);
    const row = newPayment(context, fact, { index, touched });
    if (row) touched.put(row);
  }
}

function newPayment(
  context: ProjectionContext,
  fact: OperationFact,
  { index, touched }: { index: number; touched: TouchedPayments },
): PaymentRow | undefined {
  switch (fact.entry.operation) {
    case 'payments:sendPayment':
      return rowOfSend(context, fact, index);
    case 'payments:holdFunds':
      return rowOfHold(context, fact, index);
    case 'payments:refundPayment': {
      const request = fact.entry.request as unknown as RefundPayment;
      const original = touched.find(request.debtorBank ?? fact.namespace, request.paymentId);
      return original && rowOfRefund(context, fact, { index, original });
    }
    default:
      return undefined;
  }
}

function applyHolds(context: ProjectionContext, touched: TouchedPayments): void {
  for (const { namespace, value, transaction } of context.facts.rows('hold/')) {
    const hold = value as Hold;
    const row = touched.find(namespace, hold.holdId);
    if (row) touched.put(applyHold(row, hold, hold.postedAt ?? transaction.time));
  }
}

/** Rows of other banks' outboxes up to the cursor are credited in the batch that moves the cursor. */
async function settleDelivered({ database, facts }: ProjectionContext): Promise<void> {
  for (const { row } of facts.batches) {
    const senders = new Set(
      row.entries
        .filter((entry) => entry.operation === 'payments:receive' && entry.outcome === 'accepted')
        .map((entry) => String(entry.request.from)),
    );
    for (const sender of senders) {
      await database.db
        .updateTable('payment')
        .set({ status: 'SETTLED', settled_at: row.time })
        // Literal, because a partial index is not chosen for a parameter.
        .where('status', '=', sql.lit('ACCEPTED'))
        .where('debtor_bank', '=', sender)
        .where('creditor_bank', '=', row.lane)
        .where('outbox_index', '<=', BigInt(row.head.inbox[sender] ?? 0))
        .execute();
    }
  }
}

/** `payment/` stands at the debtor's bank, `received/` at the creditor's; each tells what that bank knows. */
async function applyAftermaths({ database, facts }: ProjectionContext): Promise<void> {
  const found = [...facts.rows('payment/'), ...facts.rows('received/')];
  if (found.length === 0) return;
  const rows = await loadPayments(
    database,
    found.map(({ value }) => (value as Aftermath).paymentId),
  );
  const byKey = new Map(rows.map((row) => [keyOf(row.debtor_bank, row.payment_id), row]));
  for (const { value } of found) {
    const aftermath = value as Aftermath;
    const key = keyOf(aftermath.debtorBank, aftermath.paymentId);
    const row = byKey.get(key);
    if (row) byKey.set(key, applyAftermath(row, aftermath));
  }
  await putRows(database, 'payment', [...byKey.values()]);
}

/** A refund to a closed account comes back like any payment; its row names only the refund. */
async function markReturnedRefunds({ database, facts }: ProjectionContext): Promise<void> {
  for (const { namespace, value } of facts.rows('refund/')) {
    const { refundId, returned } = value as { refundId: string; returned: string };
    await database.db
      .updateTable('payment')
      .set({ status: 'RETURNED', reason: returned })
      .where('debtor_bank', '=', namespace)
      .where('payment_id', '=', refundId)
      .where('kind', '=', 'refund')
      .execute();
  }
}
