import type { JsonObject } from '@tangram/chaincode/core/ledger.ts';
import type {
  CreditItem,
  HoldFunds,
  Outbox,
  RefundPayment,
  RefundResult,
  SendPayment,
} from '@tangram/chaincode/payments/schemas.ts';
import type { Static } from 'typebox';
import type { BatchFact, OperationFact } from '../block-facts.ts';
import type { Row } from '../schema.ts';
import type { PaymentBook } from './payment-book.ts';
import { isOwnAccount, numberOf, type ProjectionContext } from './projection.ts';

type PaymentRow = Row<'payment'>;

interface Place {
  context: ProjectionContext;
  batch: BatchFact;
  book: PaymentBook;
}

/** Adds what an operation began: a payment, a hold, or a refund that sends one back. */
export function addOperation(place: Place, fact: OperationFact): void {
  const { lane } = place.batch.header;
  switch (fact.operation) {
    case 'payments:sendPayment': {
      const request = fact.request as unknown as SendPayment;
      const { outbox } = fact.result as { outbox?: Outbox };
      add(place, { id: request.paymentId, debtorBank: lane, kind: 'payment', transfer: request, outbox });
      return;
    }
    case 'payments:holdFunds': {
      const request = fact.request as unknown as HoldFunds;
      const { holdId, expiresAt } = request;
      const row = add(place, { id: holdId, debtorBank: lane, kind: 'hold', transfer: request, expiresAt });
      if (row) place.book.changeState(row, { status: 'HELD', expires_at: expiresAt });
      return;
    }
    case 'payments:refundPayment':
      addRefund(place, fact);
  }
}

/** Adds a payment that another bank's outbox tells of; posted holds are known already. */
export function addItem(place: Place, item: JsonObject): void {
  const { header, outboxIndex } = place.batch;
  if (item.kind !== 'credit') return;
  const { paymentId, amount, currency, ...transfer } = item as unknown as Static<typeof CreditItem>;
  if (place.book.isHold(header.lane, paymentId)) return;
  const sent = { ...transfer, amount: { amount, currency } };
  add(place, {
    id: paymentId,
    debtorBank: header.lane,
    kind: 'payment',
    transfer: sent,
    outbox: { index: outboxIndex ?? 0 },
  });
}

/** A refund's accounts are the original's the other way round. */
function addRefund(place: Place, { request, result }: OperationFact): void {
  const { refundId, paymentId, debtorBank = place.batch.header.lane } = request as unknown as RefundPayment;
  const original = place.book.find(debtorBank, paymentId);
  if (original === undefined) return;
  const { amount, outbox } = result as unknown as RefundResult;
  const row = add(place, {
    id: refundId,
    debtorBank: place.batch.header.lane,
    kind: 'refund',
    transfer: { debtorAccount: original.creditor_account, creditorAccount: original.debtor_account, amount },
    outbox,
    original,
  });
  if (row) row.uetr = original.uetr;
}

interface NewPayment {
  id: string;
  debtorBank: string;
  kind: 'payment' | 'hold' | 'refund';
  transfer: Pick<SendPayment, 'debtorAccount' | 'creditorAccount' | 'amount' | 'uetr' | 'texts'>;
  outbox?: { index: number } | undefined;
  expiresAt?: string;
  original?: PaymentRow;
}

/** Undefined where neither side is a customer of this bank. */
function add({ context, batch, book }: Place, payment: NewPayment): PaymentRow | undefined {
  const { organization, memory } = context;
  const { transfer, outbox } = payment;
  const creditorBank = bankOf(transfer.creditorAccount);
  if (payment.debtorBank !== organization && creditorBank !== organization) return undefined;
  memory.last.payment += 1n;
  const number = memory.last.payment;
  const row: PaymentRow = {
    number,
    payment_id: payment.id,
    debtor_bank: payment.debtorBank,
    creditor_bank: creditorBank,
    kind: payment.kind,
    debtor_account: transfer.debtorAccount,
    creditor_account: transfer.creditorAccount,
    amount: transfer.amount.amount,
    currency: transfer.amount.currency,
    batch: numberOf(context, batch),
    outbox_index: outbox ? BigInt(outbox.index) : null,
    debtor_previous: link(context, transfer.debtorAccount, number),
    creditor_previous: link(context, transfer.creditorAccount, number),
    uetr: transfer.uetr ?? null,
    original: payment.original?.number ?? null,
  };
  book.add(row, transfer.texts);
  return row;
}

/** Puts a payment before all others of an own account; gives the one that was first. */
function link({ memory, touched, organization }: ProjectionContext, accountId: string, number: bigint): bigint | null {
  if (!isOwnAccount(accountId, organization)) return null;
  const account = memory.accounts.get(accountId);
  if (account === undefined) return null;
  const previous = account.last_payment;
  account.last_payment = number;
  touched.add(account);
  return previous;
}

/** Home bank of an account: what stands before the first hyphen. */
export function bankOf(accountId: string): string {
  return accountId.slice(0, accountId.indexOf('-'));
}
