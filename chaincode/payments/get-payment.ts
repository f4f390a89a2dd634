import { HEAD_KEY, type LaneHead } from '../core/batch.ts';
import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { findOwnPayment, noAftermath, type Original } from './find-original.ts';
import type { PaymentReference, PaymentStatus, PaymentView } from './schemas.ts';
import { aftermaths, receivedAftermaths } from './store.ts';

/**
 * A payment of a customer here, or a hold under its id. Across banks SETTLED is derived: the creditor's bank has
 * received the row and has not sent the payment back. Refuses: PAYMENT_NOT_FOUND.
 */
export function getPayment(ledger: Ledger, request: PaymentReference): PaymentView {
  const { paymentId } = request;
  const payment = findOwnPayment(ledger, paymentId);
  if (payment === undefined) throw errors.PAYMENT_NOT_FOUND({ paymentId });
  const aftermath = aftermaths.find(ledger, paymentId) ?? noAftermath(paymentId, ledger.namespace);

  const status = aftermath.returned === undefined ? statusNow(ledger, payment) : 'RETURNED';
  const { debtorBank, creditorBank, bookedAt, ...shown } = payment;
  const { refunded, returned, reversalId, reversal } = aftermath;
  return {
    ...shown,
    status,
    refunded,
    ...(returned === undefined ? {} : { statusReason: returned }),
    ...(reversalId === undefined ? {} : { reversalId }),
    ...(reversal === undefined ? {} : { reversal }),
  };
}

function statusNow(ledger: Ledger, payment: Original): PaymentStatus {
  const { status, outbox, creditorBank } = payment;
  if (status !== 'ACCEPTED' || outbox === undefined) return status;
  const [head] = ledger.readFrom(creditorBank, [HEAD_KEY]) as (LaneHead | undefined)[];
  if ((head?.inbox[ledger.namespace] ?? 0) < outbox.index) return 'ACCEPTED';
  // On its way back it is neither settled nor returned yet.
  const [received] = receivedAftermaths.findFrom(ledger, creditorBank, [[ledger.namespace, payment.paymentId]]);
  return received?.returned === undefined ? 'SETTLED' : 'ACCEPTED';
}
