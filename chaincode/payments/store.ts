import { collection } from '../core/store.ts';
import { Aftermath, Hold, RefundReturn } from './schemas.ts';

export const holds = collection('hold', Hold, (hold) => [hold.holdId]);
/** At the debtor's bank: what happened to a payment after it was booked. */
export const aftermaths = collection('payment', Aftermath, (aftermath) => [aftermath.paymentId]);
/** At the creditor's bank: the same, of a payment that came from another bank. */
export const receivedAftermaths = collection('received', Aftermath, (aftermath) => [
  aftermath.debtorBank,
  aftermath.paymentId,
]);
export const refundReturns = collection('refund', RefundReturn, (refund) => [refund.refundId]);
