import type { Ledger } from '../core/ledger.ts';
import { type Amount, formatAmount, parsePositiveAmount } from '../core/money.ts';
import { bookTransfer } from './book-transfer.ts';
import { errors } from './errors.ts';
import { getOpenHold, releaseHold } from './open-hold.ts';
import { assertWithinLimit, getCreditor, getDebtor } from './parties.ts';
import { releasedByPost } from './rules.ts';
import type { Hold, HoldFunds, HoldResult, PostHold } from './schemas.ts';
import { announcement, creditItem } from './send-payment.ts';
import { holds } from './store.ts';

/**
 * Posts a hold, whole or in part; a partial post releases the rest (P4). A refused post leaves the hold as it was.
 * Refuses, in order: HOLD_NOT_FOUND, HOLD_ALREADY_POSTED, HOLD_ALREADY_VOIDED, HOLD_EXPIRED, CORE_CURRENCY_UNKNOWN,
 * CORE_AMOUNT_NOT_POSITIVE, DEBTOR_FROZEN, DEBTOR_CURRENCY_MISMATCH, HOLD_EXCEEDED, CREDITOR_…, LIMIT_EXCEEDED.
 */
export function postHold(ledger: Ledger, request: PostHold): HoldResult {
  const { holdId } = request;
  const hold = getOpenHold(ledger, holdId);
  const money = parsePositiveAmount(request.amount ?? hold.amount);
  const { keys } = getDebtor(ledger, hold.debtorAccount, money.currency);
  assertWithinHold(hold, money);
  const creditor = getCreditor(ledger, hold.creditorAccount, { currency: money.currency });
  assertWithinLimit(ledger, creditor, money);
  const held = ledger.findAccepted('payment', holdId);

  const amount = formatAmount(money);
  const item = creditItem(holdId, held?.request as unknown as HoldFunds, amount.amount);
  const released = String(releasedByPost(BigInt(hold.amount.amount), money.amount));

  const debtor = releaseHold(ledger, hold);
  // The customer's signature under the hold covers its posting.
  if (keys !== undefined) ledger.book.grantDebit(hold.debtorAccount, money.amount);
  const booked = bookTransfer(ledger, { debtor, creditor, money, item });
  const { outbox } = booked;
  const posted = { posted: amount.amount, postedAt: ledger.now, ...(outbox === undefined ? {} : { outbox }) };
  holds.put(ledger, { ...hold, status: 'POSTED', ...posted });
  const { debtorAccount, creditorAccount } = hold;
  ledger.emit('HoldPosted', { holdId, posted: amount, released });
  const { type, data } = announcement(booked.status, { paymentId: holdId, debtorAccount, creditorAccount, amount });
  ledger.emit(type, data);
  return { holdId, amount, released, ...booked };
}

function assertWithinHold(hold: Hold, money: Amount): void {
  if (money.amount <= BigInt(hold.amount.amount)) return;
  throw errors.HOLD_EXCEEDED({
    holdId: hold.holdId,
    held: hold.amount.amount,
    required: String(money.amount),
  });
}
