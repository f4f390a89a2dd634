import type {
  Aftermath,
  Hold,
  HoldFunds,
  Outbox,
  RefundPayment,
  RefundResult,
  SendPayment,
} from '@tangram/chaincode/payments/schemas.ts';
import { decryptTexts, type PaymentTexts } from '../../secrets/payment-texts.ts';
import type { OperationFact } from '../block-facts.ts';
import { toPosition } from '../position.ts';
import type { Row } from '../schema.ts';
import type { ProjectionContext } from './projection.ts';

export type PaymentRow = Row<'payment'>;

/** Home bank of an account: what stands before the first hyphen. */
export function bankOf(accountId: string): string {
  return accountId.slice(0, accountId.indexOf('-'));
}

/** Row of a payment just accepted; undefined when it touches no account of this bank. */
export function rowOfSend(context: ProjectionContext, fact: OperationFact, index: number): PaymentRow | undefined {
  const request = fact.entry.request as unknown as SendPayment;
  const { outbox } = fact.entry.result as { outbox?: Outbox };
  return newRow(context, fact, {
    index,
    id: request.paymentId,
    kind: 'payment',
    transfer: request,
    status: outbox ? 'ACCEPTED' : 'SETTLED',
    outbox,
  });
}

/** Row of funds just held. */
export function rowOfHold(context: ProjectionContext, fact: OperationFact, index: number): PaymentRow | undefined {
  const request = fact.entry.request as unknown as HoldFunds;
  const row = newRow(context, fact, { index, id: request.holdId, kind: 'hold', transfer: request, status: 'HELD' });
  return row && { ...row, expires_at: request.expiresAt };
}

/** Row of a refund: a payment back, whose accounts are the original's the other way round. */
export function rowOfRefund(
  context: ProjectionContext,
  fact: OperationFact,
  place: { index: number; original: PaymentRow },
): PaymentRow | undefined {
  const request = fact.entry.request as unknown as RefundPayment;
  const { amount, outbox } = fact.entry.result as RefundResult;
  const { original } = place;
  const row = newRow(context, fact, {
    index: place.index,
    id: request.refundId,
    kind: 'refund',
    transfer: { debtorAccount: original.creditor_account, creditorAccount: original.debtor_account, amount },
    status: outbox ? 'ACCEPTED' : 'SETTLED',
    outbox,
  });
  return (
    row && {
      ...row,
      uetr: original.uetr,
      end_to_end_id: original.end_to_end_id,
      original_payment_id: original.payment_id,
    }
  );
}

/** What the ledger's hold row says became of a hold. */
export function applyHold(row: PaymentRow, hold: Hold, time: string): PaymentRow {
  switch (hold.status) {
    case 'POSTED':
      return {
        ...row,
        amount: hold.posted ?? row.amount,
        status: hold.outbox ? 'ACCEPTED' : 'SETTLED',
        settled_at: hold.outbox ? null : time,
        outbox_index: hold.outbox ? BigInt(hold.outbox.index) : null,
      };
    case 'VOIDED':
    case 'EXPIRED':
      return { ...row, status: hold.status };
    case 'HELD':
      return row;
  }
}

/** What the ledger's row about a booked payment says: refunds, return, reversal. */
export function applyAftermath(row: PaymentRow, aftermath: Aftermath): PaymentRow {
  return {
    ...row,
    refunded: aftermath.refunded,
    ...(aftermath.returned === undefined ? {} : { status: 'RETURNED', reason: aftermath.returned }),
    reversal: aftermath.reversal ?? null,
    reversal_id: aftermath.reversalId ?? null,
  };
}

interface NewPayment {
  index: number;
  id: string;
  kind: 'payment' | 'hold' | 'refund';
  status: 'HELD' | 'ACCEPTED' | 'SETTLED';
  transfer: Pick<SendPayment, 'debtorAccount' | 'creditorAccount' | 'amount' | 'uetr' | 'texts'>;
  outbox?: Outbox | undefined;
}

function newRow(context: ProjectionContext, fact: OperationFact, payment: NewPayment): PaymentRow | undefined {
  const { transfer, status, outbox } = payment;
  const creditorBank = bankOf(transfer.creditorAccount);
  if (fact.namespace !== context.organization && creditorBank !== context.organization) return undefined;
  const { block } = context.facts;
  const texts = readTexts(context, { payment, debtorBank: fact.namespace, creditorBank });
  return {
    payment_id: payment.id,
    debtor_bank: fact.namespace,
    creditor_bank: creditorBank,
    position: toPosition(block.number, fact.transaction.index, payment.index),
    kind: payment.kind,
    status,
    debtor_account: transfer.debtorAccount,
    creditor_account: transfer.creditorAccount,
    amount: transfer.amount.amount,
    currency: transfer.amount.currency,
    uetr: transfer.uetr ?? null,
    end_to_end_id: texts?.endToEndId ?? null,
    remittance: texts?.remittance ?? null,
    debtor_name: texts?.debtorName ?? null,
    creditor_name: texts?.creditorName ?? null,
    reason: null,
    refunded: '0',
    reversal: null,
    reversal_id: null,
    original_payment_id: null,
    expires_at: null,
    accepted_at: fact.time,
    settled_at: status === 'SETTLED' ? fact.time : null,
    outbox_index: outbox ? BigInt(outbox.index) : null,
    transaction_id: fact.transaction.transactionId,
    block: block.number,
  };
}

function readTexts(
  context: ProjectionContext,
  sent: { payment: NewPayment; debtorBank: string; creditorBank: string },
): PaymentTexts | undefined {
  const { texts } = sent.payment.transfer;
  const otherBank = sent.debtorBank === context.organization ? sent.creditorBank : sent.debtorBank;
  const otherPublicKey =
    otherBank === context.organization ? context.secrets.encryptionPublicKey : context.network.profiles.get(otherBank);
  if (texts === undefined || otherPublicKey === undefined) return undefined;
  return decryptTexts(context.secrets, { paymentId: sent.payment.id, otherPublicKey, texts });
}
