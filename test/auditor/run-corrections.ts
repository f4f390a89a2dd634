import {
  account,
  amountFault,
  bank,
  coverFault,
  creditorFault,
  debtorFault,
  firstFault,
  type Leg,
  limitFault,
} from './parties.ts';
import { move } from './run-payments.ts';
import { signatureFault } from './signatures.ts';
import {
  type BankState,
  bankOf,
  book,
  type Item,
  type Model,
  type PaymentState,
  refused,
  type Step,
  ship,
  type Verdict,
} from './state.ts';

interface Refundable {
  readonly debtor: string;
  readonly creditor: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly state: { refunded: bigint; returned: boolean; reversal: string };
}

export function refundPayment(model: Model, step: Step): Verdict {
  const { lane, request } = step;
  const state = bank(model, lane);
  const found = findRefundable(state, lane, request);
  if (typeof found === 'string') return refused(found);
  const left = found.amount - found.state.refunded;
  const fallback = { amount: String(left > 0n ? left : found.amount), currency: found.currency };
  const money = request.amount ?? fallback;
  const leg: Leg = {
    lane,
    debtor: found.creditor,
    creditor: found.debtor,
    currency: money.currency,
    amount: BigInt(money.amount),
  };
  const code = firstFault(
    found.state.returned ? 'PAYMENTS_PAYMENT_RETURNED' : undefined,
    found.state.reversal === 'DONE' ? 'PAYMENTS_PAYMENT_REVERSED' : undefined,
    amountFault(money),
    leg.amount > left ? 'PAYMENTS_REFUND_EXCEEDS_PAYMENT' : undefined,
    () => debtorFault(model, leg),
    () => signatureFault(model, step, leg.debtor),
    () => creditorFault(model, leg, true),
    () => coverFault(model, leg),
    () => limitFault(model, leg),
  );
  if (code !== undefined) return refused(code);
  found.state.refunded += leg.amount;
  const { refundId, paymentId } = request;
  const from = request.debtorBank ?? lane;
  state.refunds.set(refundId, { paymentId, from, debtor: leg.debtor, amount: leg.amount, returned: false });
  return { postings: move(model, leg, { kind: 'refund', id: refundId, paymentId }) };
}

function findRefundable(state: BankState, lane: string, request: Step['request']): Refundable | string {
  if (request.debtorBank !== undefined && request.debtorBank !== lane) {
    const received = state.received.get(`${request.debtorBank}/${request.paymentId}`);
    if (received === undefined || received.index !== request.outboxIndex) return 'PAYMENTS_PAYMENT_NOT_FOUND';
    return { ...received.item, state: received };
  }
  const payment = state.payments.get(request.paymentId);
  if (payment === undefined) return 'PAYMENTS_PAYMENT_NOT_FOUND';
  if (payment.stage !== 'BOOKED') return 'PAYMENTS_PAYMENT_NOT_POSTED';
  if (bankOf(payment.creditor) !== lane) return 'PAYMENTS_NOT_CREDITED_HERE';
  return { ...payment, state: payment };
}

export function reversePayment(model: Model, { lane, request }: Step): Verdict {
  const payment = bank(model, lane).payments.get(request.paymentId);
  const fault = reversalFault(payment);
  if (payment === undefined || fault !== undefined) return refused(fault as string);
  const { debtor, creditor, currency, amount } = payment;
  const { reversalId, paymentId } = request;
  const to = bankOf(creditor);
  const leg: Leg = { lane, debtor: creditor, creditor: debtor, currency, amount };
  if (to !== lane) {
    const closed = creditorFault(model, leg, true);
    if (closed !== undefined) return refused(closed);
    payment.reversal = 'REQUESTED';
    payment.reversalId = reversalId;
    ship(
      model,
      { lane, to },
      { kind: 'reversal-request', id: reversalId, paymentId, debtor, creditor, currency, amount },
    );
    return { postings: [] };
  }
  const code = firstFault(
    debtorFault(model, leg),
    () => (account(model, creditor).keys === undefined ? undefined : 'ACCOUNTS_SIGNATURE_MISSING'),
    () => creditorFault(model, leg, true),
    () => coverFault(model, leg),
  );
  if (code !== undefined) return refused(code);
  payment.reversal = 'DONE';
  payment.reversalId = reversalId;
  return { postings: move(model, leg, { kind: 'none', id: reversalId, paymentId }) };
}

function reversalFault(payment: PaymentState | undefined): string | undefined {
  if (payment === undefined) return 'PAYMENTS_PAYMENT_NOT_FOUND';
  return firstFault(
    payment.stage === 'BOOKED' ? undefined : 'PAYMENTS_PAYMENT_NOT_POSTED',
    payment.returned ? 'PAYMENTS_PAYMENT_RETURNED' : undefined,
    payment.reversal === 'DONE' || payment.reversal === 'REQUESTED' ? 'PAYMENTS_PAYMENT_REVERSED' : undefined,
    payment.refunded > 0n ? 'PAYMENTS_PAYMENT_REFUNDED' : undefined,
  );
}

/** The creditor's bank answers a reversal request with the money or with a refusal. */
export function answerReversal(model: Model, { lane, from }: { lane: string; from: string }, asked: Item): Verdict {
  const { paymentId, id, creditor, debtor, currency, amount } = asked;
  const received = bank(model, lane).received.get(`${from}/${paymentId}`);
  const owner = bank(model, lane).accounts.get(creditor);
  const canGive =
    received !== undefined &&
    !received.returned &&
    received.reversal === 'NONE' &&
    received.refunded === 0n &&
    owner?.status === 'OPEN' &&
    owner.keys === undefined &&
    owner.booked - owner.pending >= amount;
  const about = { id, paymentId, debtor, creditor, currency };
  if (!canGive) {
    ship(model, { lane, to: from }, { ...about, kind: 'reversal-refused', amount: 0n });
    return { postings: [] };
  }
  account(model, creditor).booked -= amount;
  received.reversal = 'DONE';
  const { sent } = bank(model, lane);
  sent.set(`${from}/${currency}`, (sent.get(`${from}/${currency}`) ?? 0n) + amount);
  ship(model, { lane, to: from }, { ...about, kind: 'reversal', amount });
  const postings: { account: string; side: string; amount: string; currency: string }[] = [];
  book(postings, { from: creditor, to: `${lane}.due-to-${from}`, amount, currency });
  return { postings };
}
