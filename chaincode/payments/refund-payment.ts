import { authoriseDebit } from '../accounts/index.ts';
import { findBank } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import { type Amount, type AmountJson, formatAmount, parsePositiveAmount } from '../core/money.ts';
import { bookTransfer } from './book-transfer.ts';
import { errors } from './errors.ts';
import { findOwnPayment, findReceivedCredit, noAftermath } from './find-original.ts';
import type { RefundItem } from './outbox-items.ts';
import { assertAvailable, assertWithinLimit, getCreditor, getDebtor } from './parties.ts';
import { refundable } from './rules.ts';
import type { Aftermath, RefundPayment, RefundResult } from './schemas.ts';
import { refundText } from './signing-texts.ts';
import { aftermaths, receivedAftermaths } from './store.ts';

/**
 * The creditor of a payment gives money back, in part or whole, never more than the original (P7). Refuses, in order:
 * PAYMENT_NOT_FOUND, PAYMENT_NOT_POSTED, NOT_CREDITED_HERE, PAYMENT_RETURNED, PAYMENT_REVERSED, CORE_CURRENCY_UNKNOWN,
 * CORE_AMOUNT_NOT_POSITIVE, REFUND_EXCEEDS_PAYMENT, DEBTOR_…, ACCOUNTS_SIGNATURE_…, CREDITOR_… but not _FROZEN,
 * INSUFFICIENT_FUNDS, LIMIT_EXCEEDED.
 */
export function refundPayment(ledger: Ledger, request: RefundPayment): RefundResult {
  const { refundId, paymentId } = request;
  const original = getRefundable(ledger, request);
  const { aftermath } = original;
  const money = refundAmount(request, original);
  // The payment's creditor pays now, and its debtor is paid.
  const debtor = getDebtor(ledger, original.creditorAccount, money.currency);
  authoriseDebit(ledger, debtor, { request, text: refundText, amount: money.amount });
  const creditor = getCreditor(ledger, original.debtorAccount, { currency: money.currency, isGivenBack: true });

  assertAvailable(debtor, money.amount);
  assertWithinLimit(ledger, creditor, money);
  const amount = formatAmount(money);
  const refunded = String(BigInt(aftermath.refunded) + money.amount);

  const accounts = { debtorAccount: original.creditorAccount, creditorAccount: original.debtorAccount };
  const item: RefundItem = { kind: 'refund', refundId, paymentId, ...accounts, ...amount };
  const booked = bookTransfer(ledger, { debtor, creditor, money, item });
  const rows = aftermath.debtorBank === ledger.namespace ? aftermaths : receivedAftermaths;
  rows.put(ledger, { ...aftermath, refunded });
  ledger.emit('PaymentRefunded', { refundId, paymentId, ...accounts, amount, refunded, status: booked.status });
  return { refundId, paymentId, ...accounts, amount, refunded, ...booked };
}

interface Refundable {
  readonly debtorAccount: string;
  readonly creditorAccount: string;
  readonly amount: AmountJson;
  readonly aftermath: Aftermath;
}

function getRefundable(ledger: Ledger, request: RefundPayment): Refundable {
  const { debtorBank = ledger.namespace } = request;
  const original =
    debtorBank === ledger.namespace
      ? getPaidWithin(ledger, request.paymentId)
      : getPaidFrom(ledger, { ...request, debtorBank });
  const { paymentId, returned, reversal, reversalId = '' } = original.aftermath;
  if (returned !== undefined) throw errors.PAYMENT_RETURNED({ paymentId });
  if (reversal === 'DONE') throw errors.PAYMENT_REVERSED({ paymentId, reversalId });
  return original;
}

function getPaidWithin(ledger: Ledger, paymentId: string): Refundable {
  const payment = findOwnPayment(ledger, paymentId);
  if (payment === undefined) throw errors.PAYMENT_NOT_FOUND({ paymentId });
  const { status, creditorBank } = payment;
  if (status !== 'SETTLED' && status !== 'ACCEPTED')
    throw errors.PAYMENT_NOT_POSTED({ paymentId, paymentStatus: status });
  if (creditorBank !== ledger.namespace) throw errors.NOT_CREDITED_HERE({ paymentId, creditorBank });
  const aftermath = aftermaths.find(ledger, paymentId) ?? noAftermath(paymentId, ledger.namespace);
  return { ...payment, aftermath };
}

function getPaidFrom(ledger: Ledger, request: RefundPayment & { debtorBank: string }): Refundable {
  const { paymentId, debtorBank, outboxIndex } = request;
  const isKnown = findBank(ledger, debtorBank) !== undefined;
  if (!isKnown || outboxIndex === undefined) throw errors.PAYMENT_NOT_FOUND({ paymentId });
  const credit = findReceivedCredit(ledger, { debtorBank, outboxIndex, paymentId });
  if (credit === undefined) throw errors.PAYMENT_NOT_FOUND({ paymentId });
  const { debtorAccount, creditorAccount, amount, currency } = credit;
  const found = receivedAftermaths.find(ledger, debtorBank, paymentId);
  const aftermath = found ?? noAftermath(paymentId, debtorBank);
  return { debtorAccount, creditorAccount, amount: { amount, currency }, aftermath };
}

function refundAmount(request: RefundPayment, original: Refundable): Amount {
  const { paymentId } = request;
  const left = refundable(BigInt(original.amount.amount), original.aftermath);
  const required = request.amount ?? {
    amount: left > 0n ? String(left) : original.amount.amount,
    currency: original.amount.currency,
  };
  const money = parsePositiveAmount(required);
  if (money.amount > left) {
    throw errors.REFUND_EXCEEDS_PAYMENT({ paymentId, refundable: String(left), required: required.amount });
  }
  return money;
}
