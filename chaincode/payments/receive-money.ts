import { findOwnAccount } from '../accounts/index.ts';
import { parsePositiveAmount } from '../core/money.ts';
import { findOwnPayment, findOwnRefund, noAftermath, type Original } from './find-original.ts';
import type { Inflow } from './inflow.ts';
import type { CreditItem, RefundItem, RefundReturnItem, ReturnItem } from './outbox-items.ts';
import { refundable, returnReason } from './rules.ts';
import { aftermaths, receivedAftermaths, refundReturns } from './store.ts';

/** Credits the creditor, or returns the payment when the account is closed, frozen or gone. */
export function receiveCredit(inflow: Inflow, item: CreditItem): 'credited' | 'returned' {
  const { ledger, from } = inflow;
  const { paymentId, debtorAccount, creditorAccount, amount, currency } = item;
  const money = parsePositiveAmount(item);
  const account = findOwnAccount(ledger, creditorAccount);
  const reason = returnReason(account, currency);

  if (account !== undefined && reason === undefined) {
    inflow.settle({ paymentId, debtorAccount, creditorAccount, amount, currency }, money);
    return 'credited';
  }
  const returned = reason ?? 'AC03';
  inflow.sendBack({ kind: 'return', paymentId, amount, currency, reason: returned }, money, paymentId);
  receivedAftermaths.put(ledger, { ...noAftermath(paymentId, from), returned });
  ledger.emit('PaymentReturnSent', { paymentId, debtorBank: from, reason: returned });
  return 'returned';
}

/** Credits the debtor of a payment that came back; money that matches no payment of ours goes to suspense. */
export function receiveReturn(inflow: Inflow, item: ReturnItem): 'other' {
  const { ledger, from } = inflow;
  const { paymentId, reason, amount, currency } = item;
  const money = parsePositiveAmount(item);
  const payment = findOwnPayment(ledger, paymentId);
  const aftermath = aftermaths.find(ledger, paymentId) ?? noAftermath(paymentId, ledger.namespace);

  const isOurs = isSentTo(payment, from) && payment.amount.amount === amount && payment.amount.currency === currency;
  if (!isOurs || aftermath.returned !== undefined) {
    inflow.suspend(money, paymentId);
    return 'other';
  }
  inflow.giveBack(payment.debtorAccount, money, paymentId);
  aftermaths.put(ledger, { ...aftermath, returned: reason });
  const { debtorAccount } = payment;
  ledger.emit('PaymentReturned', { paymentId, debtorAccount, amount: { amount, currency }, reason });
  return 'other';
}

/** Credits the debtor of a payment that its creditor refunds; a closed account's refund goes back to who refunded. */
export function receiveRefund(inflow: Inflow, item: RefundItem): 'credited' | 'returned' | 'other' {
  const { ledger, from } = inflow;
  const { refundId, paymentId, amount, currency } = item;
  const money = parsePositiveAmount(item);
  const payment = findOwnPayment(ledger, paymentId);
  const aftermath = aftermaths.find(ledger, paymentId) ?? noAftermath(paymentId, ledger.namespace);

  const isOurs = isSentTo(payment, from) && payment.amount.currency === currency;
  if (!isOurs || money.amount > refundable(BigInt(payment.amount.amount), aftermath)) {
    inflow.suspend(money, refundId);
    return 'other';
  }
  const account = findOwnAccount(ledger, payment.debtorAccount);
  if (account === undefined || account.status === 'CLOSED') {
    inflow.sendBack({ kind: 'refund-return', refundId, amount, currency, reason: 'AC04' }, money, refundId);
    ledger.emit('RefundReturnSent', { refundId, paymentId, reason: 'AC04' });
    return 'returned';
  }
  inflow.credit(account, money, refundId);
  aftermaths.put(ledger, { ...aftermath, refunded: String(BigInt(aftermath.refunded) + money.amount) });
  ledger.emit('RefundSettled', {
    refundId,
    paymentId,
    creditorAccount: account.accountId,
    amount: { amount, currency },
  });
  return 'credited';
}

/** Credits who refunded with a refund that came back; the amount may be refunded again. */
export function receiveRefundReturn(inflow: Inflow, item: RefundReturnItem): 'other' {
  const { ledger, from } = inflow;
  const { refundId, reason, amount, currency } = item;
  const money = parsePositiveAmount(item);
  const refund = findOwnRefund(ledger, refundId);
  const isRepeated = refundReturns.find(ledger, refundId) !== undefined;

  const isSame = refund?.result.amount.amount === amount && refund.result.amount.currency === currency;
  if (refund?.request.debtorBank !== from || !isSame || isRepeated) {
    inflow.suspend(money, refundId);
    return 'other';
  }
  const { paymentId } = refund.request;
  inflow.giveBack(refund.result.debtorAccount, money, refundId);
  refundReturns.put(ledger, { refundId, returned: reason });
  const aftermath = receivedAftermaths.get(ledger, from, paymentId);
  receivedAftermaths.put(ledger, { ...aftermath, refunded: String(BigInt(aftermath.refunded) - money.amount) });
  ledger.emit('RefundReturned', { refundId, paymentId, amount: { amount, currency }, reason });
  return 'other';
}

/** True for a payment of a customer here to a customer of that bank, which was booked. */
export function isSentTo(payment: Original | undefined, bank: string): payment is Original {
  return payment?.creditorBank === bank && payment.status === 'ACCEPTED';
}
