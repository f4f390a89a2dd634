import { listOf, numbersOf, type ReadModelDatabase } from '../database.ts';
import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';

type PaymentRow = Row<'payment'>;
type StateRow = Row<'payment_state'>;

/** The payments of a block, and those of earlier ones that it is about. */
export interface PaymentBook {
  find(debtorBank: string, paymentId: string): PaymentRow | undefined;
  /** Whether the payment was held before it was sent. */
  isHold(debtorBank: string, paymentId: string): boolean;
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
  const holds = new Set(
    known.filter(({ kind }) => kind === 'hold').map((row) => keyOf(row.debtor_bank, row.payment_id)),
  );
  const states = new Map(found.map((row) => [row.number, row]));
  const added: PaymentRow[] = [];
  const changed = new Set<StateRow>();
  const texts: { row: PaymentRow; texts: string }[] = [];
  /** How many of those added can be found: hardly ever is any looked for. */
  let indexed = 0;
  return {
    find: (debtorBank, paymentId) => {
      for (; indexed < added.length; indexed += 1) {
        const row = added[indexed] as PaymentRow;
        byKey.set(keyOf(row.debtor_bank, row.payment_id), row);
      }
      return byKey.get(keyOf(debtorBank, paymentId));
    },
    isHold: (debtorBank, paymentId) => holds.size > 0 && holds.has(keyOf(debtorBank, paymentId)),
    add: (row, ciphertext) => {
      added.push(row);
      if (row.kind === 'hold') holds.add(keyOf(row.debtor_bank, row.payment_id));
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
