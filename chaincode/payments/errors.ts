import { defineErrors } from '../core/errors.ts';

/** Row order is the order of checks in code, and in the reference. */
export const errors = defineErrors('PAYMENTS', {
  HOLD_NOT_FOUND: {
    status: 404, outcome: 'refused', retry: 'after-change',
    text: 'Hold {holdId} does not exist here.',
    fix: 'Check the hold id.',
  },
  HOLD_ALREADY_POSTED: {
    status: 422, outcome: 'refused', retry: 'never',
    text: 'Hold {holdId} was posted with {posted}.',
    fix: 'Refund the payment if the money is to go back.',
  },
  HOLD_ALREADY_VOIDED: {
    status: 422, outcome: 'refused', retry: 'never',
    text: 'Hold {holdId} was voided.',
    fix: 'Make a new hold.',
  },
  HOLD_EXPIRED: {
    status: 422, outcome: 'refused', retry: 'never',
    text: 'Hold {holdId} expired at {expiresAt}.',
    fix: 'Make a new hold.',
  },
  HOLD_EXCEEDED: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AM09',
    text: 'Hold {holdId} is over {held}; {required} cannot be posted.',
    fix: 'Post at most the amount of the hold.',
  },
  EXPIRY_PAST: {
    status: 422, outcome: 'refused', retry: 'after-change',
    text: 'The hold would expire at {expiresAt}, which is not after {now}.',
    fix: 'Send an expiry in the future.',
  },
  PAYMENT_NOT_FOUND: {
    status: 404, outcome: 'refused', retry: 'after-change',
    text: 'Payment {paymentId} does not exist here.',
    fix: 'Check the payment id; for a payment of another bank name debtorBank and outboxIndex as well.',
  },
  PAYMENT_NOT_POSTED: {
    status: 422, outcome: 'refused', retry: 'later',
    text: 'Payment {paymentId} is {paymentStatus}, so there is nothing to send back.',
    fix: 'Void a hold instead of refunding it.',
  },
  NOT_CREDITED_HERE: {
    status: 422, outcome: 'refused', retry: 'never',
    text: 'Payment {paymentId} was credited at {creditorBank}, which alone can refund it.',
    fix: 'Ask the bank of the creditor.',
  },
  PAYMENT_RETURNED: {
    status: 422, outcome: 'refused', retry: 'never',
    text: 'Payment {paymentId} was returned, so there is nothing to send back.',
    fix: 'Nothing: the debtor has the money.',
  },
  PAYMENT_REVERSED: {
    status: 422, outcome: 'refused', retry: 'never',
    text: 'Payment {paymentId} is reversed by {reversalId}.',
    fix: 'Nothing: a payment is reversed once.',
  },
  PAYMENT_REFUNDED: {
    status: 422, outcome: 'refused', retry: 'never',
    text: 'Payment {paymentId} is refunded with {refunded}, so it cannot be reversed.',
    fix: 'Refund the rest.',
  },
  REFUND_EXCEEDS_PAYMENT: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AM09',
    text: 'Of payment {paymentId} {refundable} can still be refunded; {required} is asked.',
    fix: 'Refund at most what is left.',
  },
  SAME_ACCOUNT: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AC02',
    text: 'Debtor and creditor are both {accountId}.',
    fix: 'Name two accounts.',
  },
  DEBTOR_NOT_HELD_HERE: {
    status: 403, outcome: 'refused', retry: 'never', iso: 'AC02',
    text: 'Account {accountId} is not held at {bank}, which alone may debit its customers.',
    fix: 'Send the payment through the bank of the debtor.',
  },
  DEBTOR_UNKNOWN: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AC02',
    text: 'Debtor account {accountId} does not exist.',
    fix: 'Check the account id.',
  },
  DEBTOR_CLOSED: {
    status: 422, outcome: 'refused', retry: 'never', iso: 'AC04',
    text: 'Debtor account {accountId} is closed.',
    fix: 'Pay from another account.',
  },
  DEBTOR_FROZEN: {
    status: 422, outcome: 'refused', retry: 'later', iso: 'AC06',
    text: 'Debtor account {accountId} is frozen.',
    fix: 'Ask the bank why the account is frozen.',
  },
  DEBTOR_CURRENCY_MISMATCH: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AM03',
    text: 'Debtor account {accountId} is kept in {accountCurrency}, not {currency}.',
    fix: 'Pay in the currency of both accounts.',
  },
  CREDITOR_BANK_UNKNOWN: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'RC01',
    text: '{bank} is not a bank of this network.',
    fix: 'Check the beginning of the creditor account id.',
  },
  CREDITOR_UNKNOWN: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AC03',
    text: 'Creditor account {accountId} does not exist.',
    fix: 'Check the account id.',
  },
  CREDITOR_CLOSED: {
    status: 422, outcome: 'refused', retry: 'never', iso: 'AC04',
    text: 'Creditor account {accountId} is closed.',
    fix: 'Ask the creditor for another account.',
  },
  CREDITOR_FROZEN: {
    status: 422, outcome: 'refused', retry: 'later', iso: 'AC06',
    text: 'Creditor account {accountId} is frozen.',
    fix: 'Ask the creditor for another account, or pay later.',
  },
  CREDITOR_CURRENCY_MISMATCH: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AM03',
    text: 'Creditor account {accountId} is kept in {accountCurrency}, not {currency}.',
    fix: 'Pay in the currency of both accounts.',
  },
  INSUFFICIENT_FUNDS: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AM04',
    text: 'Account {accountId} has {available} available; {required} is required.',
    fix: 'Fund the account or lower the amount.',
  },
  LIMIT_EXCEEDED: {
    status: 422, outcome: 'refused', retry: 'later', iso: 'AM02',
    text: '{debtorBank} may owe {creditorBank} {limit} {currency}; {used} stands, {required} is required.',
    fix: 'Settle the pair, then send the payment again.',
  },
  SENDER_UNKNOWN: {
    status: 422, outcome: 'refused', retry: 'after-change',
    text: '{from} is no other bank of this network.',
    fix: 'Name another bank.',
  },
  NOTHING_TO_RECEIVE: {
    status: 422, outcome: 'refused', retry: 'later',
    text: 'From {from} row {inboxIndex} is the last one received; row {upTo} was received before.',
    fix: 'Name a later row of the outbox.',
  },
  OUTBOX_ROW_MISSING: {
    status: 422, outcome: 'refused', retry: 'later',
    text: 'The outbox of {from} has no row {index} yet.',
    fix: 'Receive up to the last committed row.',
  },
});
