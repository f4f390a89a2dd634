import { type SigningPlace, signingText } from '../core/signing-text.ts';
import type { HoldFunds, RefundPayment, SendPayment } from './schemas.ts';

/** What a debtor signs who pays. Texts are not in it: the bank encrypts them afterwards, and they move no money. */
export function paymentText(place: SigningPlace, request: Omit<SendPayment, 'signature'>): string {
  const { paymentId, debtorAccount, creditorAccount, amount, uetr, linked } = request;
  return signingText(place, 'payments:sendPayment', [
    ['paymentId', paymentId],
    ['debtorAccount', debtorAccount],
    ['creditorAccount', creditorAccount],
    ['amount', amount.amount],
    ['currency', amount.currency],
    ['uetr', uetr],
    ['linked', linked === true ? 'true' : undefined],
  ]);
}

/** What a debtor signs who has funds held; it covers the posting of the hold too, up to its amount and to its expiry. */
export function holdText(place: SigningPlace, request: Omit<HoldFunds, 'signature'>): string {
  const { holdId, debtorAccount, creditorAccount, amount, expiresAt, uetr } = request;
  return signingText(place, 'payments:holdFunds', [
    ['holdId', holdId],
    ['debtorAccount', debtorAccount],
    ['creditorAccount', creditorAccount],
    ['amount', amount.amount],
    ['currency', amount.currency],
    ['expiresAt', expiresAt],
    ['uetr', uetr],
  ]);
}

/** What a payment's creditor signs who gives it back; without an amount, all that is left of it. */
export function refundText(place: SigningPlace, request: Omit<RefundPayment, 'signature' | 'outboxIndex'>): string {
  const { refundId, paymentId, debtorBank = place.bank, amount } = request;
  return signingText(place, 'payments:refundPayment', [
    ['refundId', refundId],
    ['paymentId', paymentId],
    ['debtorBank', debtorBank],
    ['amount', amount?.amount],
    ['currency', amount?.currency],
  ]);
}
