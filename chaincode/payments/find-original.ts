import { outboxKey } from '../core/batch.ts';
import { bankOfAccount } from '../core/identifiers.ts';
import type { Ledger, OutboxRow } from '../core/ledger.ts';
import type { AmountJson } from '../core/money.ts';
import type { OutboxItem } from './outbox-items.ts';
import type {
  Aftermath,
  HoldFunds,
  Outbox,
  PaymentResult,
  PaymentStatus,
  RefundPayment,
  RefundResult,
  SendPayment,
} from './schemas.ts';
import { holds } from './store.ts';

/** A payment that was booked or held, as refunds, reversals and queries see it. */
export interface Original {
  readonly paymentId: string;
  readonly debtorBank: string;
  readonly creditorBank: string;
  readonly debtorAccount: string;
  readonly creditorAccount: string;
  /** What was posted; of a hold that was not posted, what is held. */
  readonly amount: AmountJson;
  readonly status: PaymentStatus;
  readonly outbox?: Outbox;
  readonly bookedAt: string;
  readonly expiresAt?: string;
  readonly acceptedAt: string;
  readonly sequence: number;
  readonly transactionId: string;
  readonly uetr?: string;
  readonly textsDigest?: string;
}

const REFUND = 'payments:refundPayment';

/** A payment whose debtor is a customer here; a refund is none that could be sent back again. Its status is that of the day it was booked. */
export function findOwnPayment(ledger: Ledger, paymentId: string): Original | undefined {
  const accepted = ledger.findAccepted('payment', paymentId);
  if (accepted === undefined || accepted.operation === REFUND) return undefined;
  const request = accepted.request as unknown as SendPayment | HoldFunds;
  const { debtorAccount, creditorAccount, uetr, textsDigest } = request;
  return {
    paymentId,
    debtorBank: ledger.namespace,
    creditorBank: bankOfAccount(creditorAccount),
    debtorAccount,
    creditorAccount,
    ...('holdId' in request
      ? findHoldState(ledger, request)
      : bookedState(accepted.result as unknown as PaymentResult, accepted.time)),
    acceptedAt: accepted.time,
    sequence: accepted.sequence,
    transactionId: accepted.transactionId,
    ...(uetr === undefined ? {} : { uetr }),
    ...(textsDigest === undefined ? {} : { textsDigest }),
  };
}

type State = Pick<Original, 'amount' | 'status' | 'outbox' | 'bookedAt' | 'expiresAt'>;

const bookedState = (result: PaymentResult, bookedAt: string): State => ({
  amount: result.amount,
  status: result.status,
  bookedAt,
  ...(result.outbox === undefined ? {} : { outbox: result.outbox }),
});

function findHoldState(ledger: Ledger, request: HoldFunds): State {
  const hold = holds.get(ledger, request.holdId);
  const { expiresAt, heldAt } = hold;
  if (hold.status !== 'POSTED') return { amount: hold.amount, status: hold.status, bookedAt: heldAt, expiresAt };
  return {
    amount: { amount: hold.posted ?? '0', currency: hold.amount.currency },
    status: hold.outbox === undefined ? 'SETTLED' : 'ACCEPTED',
    bookedAt: hold.postedAt ?? heldAt,
    expiresAt,
    ...(hold.outbox === undefined ? {} : { outbox: hold.outbox }),
  };
}

/** A refund that a customer here made. */
export function findOwnRefund(ledger: Ledger, refundId: string) {
  const accepted = ledger.findAccepted('payment', refundId);
  if (accepted?.operation !== REFUND) return undefined;
  return {
    request: accepted.request as unknown as RefundPayment,
    result: accepted.result as unknown as RefundResult,
  };
}

export interface CreditPlace {
  readonly debtorBank: string;
  readonly outboxIndex: number;
  readonly paymentId: string;
}

/** The credit that another bank sent here, if this bank has received that row of its outbox. */
export function findReceivedCredit(ledger: Ledger, place: CreditPlace) {
  const { debtorBank, outboxIndex, paymentId } = place;
  if (outboxIndex > ledger.lane.inboxIndex(debtorBank)) return undefined;
  const [row] = ledger.readFrom(debtorBank, [outboxKey(ledger.namespace, outboxIndex)]) as (OutboxRow | null)[];
  const items = (row?.items ?? []) as unknown as OutboxItem[];
  for (const item of items) {
    if (item.kind === 'credit' && item.paymentId === paymentId) return item;
  }
  return undefined;
}

/** The state of a payment after which nothing has happened. */
export const noAftermath = (paymentId: string, debtorBank: string): Aftermath => ({
  paymentId,
  debtorBank,
  refunded: '0',
});
