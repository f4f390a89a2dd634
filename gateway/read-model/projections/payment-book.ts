import { listOf, numbersOf, type ReadModelDatabase } from '../database.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';

type PaymentRow = Row<'payment'>;
type StateRow = Row<'payment_state'>;

/** The payments of a block, and those of earlier ones that it is about. */
export interface PaymentBook {
  find(debtorBank: string, paymentId: string): PaymentRow | undefined;
  /** Adds a new payment, with its texts as ciphertext. */
  add(row: PaymentRow, texts: string | undefined): void;
  /** Changes what became of a payment. */
  changeState(row: PaymentRow, change: Partial<StateRow>): void;
  /** New payments that carry texts. */
  withTexts(): { row: PaymentRow; texts: string }[];
  save(): Promise<void>;
}

const keyOf = (debtorBank: string, paymentId: string): string => `${debtorBank}/${paymentId}`;

/** Opens the book with the payments of these ids. */
export async function openPaymentBook(database: ReadModelDatabase, ids: string[]): Promise<PaymentBook> {
  const { db } = database;
  const list = listOf(database, ids);
  const known =
    ids.length === 0 ? [] : await db.selectFrom('payment').selectAll().where('payment_id', 'in', list).execute();
  const numbers = numbersOf(
    database,
    known.map(({ number }) => number),
  );
  const found =
    known.length === 0 ? [] : await db.selectFrom('payment_state').selectAll().where('number', 'in', numbers).execute();
  const byKey = new Map(known.map((row) => [keyOf(row.debtor_bank, row.payment_id), row]));
  const states = new Map(found.map((row) => [row.number, row]));
  const added: PaymentRow[] = [];
  const changed = new Set<StateRow>();
  const texts: { row: PaymentRow; texts: string }[] = [];
  return {
    find: (debtorBank, paymentId) => byKey.get(keyOf(debtorBank, paymentId)),
    add: (row, ciphertext) => {
      added.push(row);
      byKey.set(keyOf(row.debtor_bank, row.payment_id), row);
      if (ciphertext !== undefined) texts.push({ row, texts: ciphertext });
    },
    changeState: ({ number }, change) => {
      const state = Object.assign(states.get(number) ?? newState(number), change);
      states.set(number, state);
      changed.add(state);
    },
    withTexts: () => texts,
    save: async () => {
      await putRows(database, 'payment', added);
      await putRows(database, 'payment_state', [...changed]);
    },
  };
}

const newState = (number: bigint): StateRow => ({
  number,
  status: null,
  posted: null,
  posted_at: null,
  outbox_index: null,
  reason: null,
  refunded: '0',
  reversal: null,
  reversal_id: null,
  expires_at: null,
});
