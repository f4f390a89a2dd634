import { assertUnsigned } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import { parsePositiveAmount } from '../core/money.ts';
import { bookTransfer } from './book-transfer.ts';
import { errors } from './errors.ts';
import { findOwnPayment, noAftermath, type Original } from './find-original.ts';
import { asJson, type ReversalRequestItem } from './outbox-items.ts';
import { assertAvailable, getCreditor, getDebtor } from './parties.ts';
import { dateOf } from './rules.ts';
import type { Aftermath, Outbox, PaymentStatus, ReversalResult, ReversePayment } from './schemas.ts';
import { aftermaths } from './store.ts';

/**
 * Corrects a payment that should not have been made: once, whole, naming its original, with a booking date of its own
 * and the original's booking date as value date (P8). Across banks it asks the creditor's bank, which gives the money
 * back or refuses. Refuses, in order: PAYMENT_NOT_FOUND, PAYMENT_NOT_POSTED, PAYMENT_RETURNED, PAYMENT_REVERSED,
 * PAYMENT_REFUNDED, within the bank DEBTOR_CLOSED, DEBTOR_FROZEN, ACCOUNTS_SIGNATURE_MISSING (the original's creditor,
 * who has signing keys and refunds instead), CREDITOR_CLOSED (the original's debtor, who could not be given the money
 * back), within the bank INSUFFICIENT_FUNDS.
 */
export function reversePayment(ledger: Ledger, request: ReversePayment): ReversalResult {
  const { reversalId, paymentId } = request;
  const original = findOwnPayment(ledger, paymentId);
  if (original === undefined) throw errors.PAYMENT_NOT_FOUND({ paymentId });
  const aftermath = aftermaths.find(ledger, paymentId) ?? noAftermath(paymentId, ledger.namespace);
  assertReversible(original, aftermath);

  const isWithinBank = original.creditorBank === ledger.namespace;
  const valueDate = dateOf(original.bookedAt);
  const { amount } = original;

  const booked = isWithinBank ? reverseHere(ledger, original, valueDate) : askBack(ledger, original, request);
  aftermaths.put(ledger, { ...aftermath, reversalId, reversal: isWithinBank ? 'DONE' : 'REQUESTED' });
  const event = isWithinBank ? 'PaymentReversed' : 'ReversalRequested';
  ledger.emit(event, { reversalId, paymentId, amount, valueDate });
  return { reversalId, paymentId, amount, bookingDate: dateOf(ledger.now), valueDate, ...booked };
}

function assertReversible({ paymentId, status }: Original, aftermath: Aftermath): void {
  if (status !== 'SETTLED' && status !== 'ACCEPTED')
    throw errors.PAYMENT_NOT_POSTED({ paymentId, paymentStatus: status });
  if (aftermath.returned !== undefined) throw errors.PAYMENT_RETURNED({ paymentId });
  // A request that the creditor's bank refused may be made again, under a new id.
  if (aftermath.reversal === 'DONE' || aftermath.reversal === 'REQUESTED') {
    throw errors.PAYMENT_REVERSED({ paymentId, reversalId: aftermath.reversalId ?? '' });
  }
  if (aftermath.refunded !== '0') throw errors.PAYMENT_REFUNDED({ paymentId, refunded: aftermath.refunded });
}

interface Booked {
  readonly status: PaymentStatus;
  readonly outbox?: Outbox;
}

function reverseHere(ledger: Ledger, original: Original, valueDate: string): Booked {
  const money = parsePositiveAmount(original.amount);
  const { currency } = money;
  const debtor = getDebtor(ledger, original.creditorAccount, currency);
  assertUnsigned(debtor);
  const creditor = getCreditor(ledger, original.debtorAccount, { currency, isGivenBack: true });
  assertAvailable(debtor, money.amount);
  return bookTransfer(ledger, { debtor, creditor, money, valueDate });
}

function askBack(ledger: Ledger, original: Original, request: ReversePayment): Booked {
  const { paymentId, debtorAccount, creditorAccount, amount } = original;
  getCreditor(ledger, debtorAccount, { currency: amount.currency, isGivenBack: true });
  const { reversalId, reason } = request;
  const item: ReversalRequestItem = {
    kind: 'reversal-request',
    reversalId,
    paymentId,
    debtorAccount,
    creditorAccount,
    ...amount,
    reason,
  };
  return { status: 'ACCEPTED', outbox: { ...ledger.lane.send(original.creditorBank, asJson(item)) } };
}
