import { claimedSignature } from '../accounts/index.ts';
import { BANKS_KEY } from '../core/banks.ts';
import { bankOfAccount } from '../core/identifiers.ts';
import { type AnyOperation, defineOperation, type Reads } from '../core/operation.ts';
import { limitKey } from '../settlement/index.ts';
import { expireHolds } from './expire-holds.ts';
import { getHold } from './get-hold.ts';
import { getPayment } from './get-payment.ts';
import { holdFunds } from './hold-funds.ts';
import { receiptConsequences } from './inflow.ts';
import { postHold } from './post-hold.ts';
import { receive } from './receive.ts';
import { Receive, Received } from './receive-schemas.ts';
import { refundPayment } from './refund-payment.ts';
import { reversePayment } from './reverse-payment.ts';
import * as schemas from './schemas.ts';
import { paymentConsequences, sendPayment } from './send-payment.ts';
import { holdText, paymentText } from './signing-texts.ts';
import { aftermaths, holds } from './store.ts';
import { voidHold } from './void-hold.ts';

/** Rows that a transfer to another bank needs: the pair's terms, and which banks there are. */
function transferRows(request: schemas.SendPayment | schemas.HoldFunds, namespace: string): Reads {
  const { creditorAccount, amount } = request;
  const bank = bankOfAccount(creditorAccount);
  if (bank === namespace) return NO_READS;
  const pair = `${namespace}/${bank}/${amount.currency}`;
  let reads = readsOfPairs.get(pair);
  if (reads === undefined) {
    reads = { other: { consortium: [BANKS_KEY, limitKey(namespace, bank, amount.currency)] } };
    if (readsOfPairs.size < PAIRS_MAX) readsOfPairs.set(pair, reads);
  }
  return reads;
}

const NO_READS: Reads = {};
/** A batch of thousands has few pairs. */
const readsOfPairs = new Map<string, Reads>();
const PAIRS_MAX = 10_000;

const holdRow = ({ holdId }: schemas.HoldReference) => ({ own: [holds.key(holdId)] });
const paymentRow = ({ paymentId }: schemas.PaymentReference) => ({ own: [aftermaths.key(paymentId)] });

export const paymentsOperations: readonly AnyOperation[] = [
  defineOperation({
    name: 'payments:sendPayment',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: schemas.SendPayment,
    result: schemas.PaymentResult,
    run: sendPayment,
    consequences: paymentConsequences,
    events: { PaymentSettled: schemas.PaymentEvent, PaymentAccepted: schemas.PaymentEvent },
    items: { credit: schemas.CreditItem },
    onceOnly: { scope: 'payment', id: (request) => request.paymentId, ignore: ['texts', 'signature'] },
    reads: transferRows,
    signature: (ledger, request) => claimedSignature(ledger, request.debtorAccount, { request, text: paymentText }),
    linked: (request) => request.linked === true,
  }),
  defineOperation({
    name: 'payments:holdFunds',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: schemas.HoldFunds,
    result: schemas.HoldResult,
    run: holdFunds,
    // A hold becomes a payment under its own id, so holds and payments share one scope.
    onceOnly: { scope: 'payment', id: (request) => request.holdId, ignore: ['texts', 'signature'] },
    reads: transferRows,
    signature: (ledger, request) => claimedSignature(ledger, request.debtorAccount, { request, text: holdText }),
  }),
  defineOperation({
    name: 'payments:postHold',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    request: schemas.PostHold,
    result: schemas.HoldResult,
    run: postHold,
    onceOnly: { scope: 'hold-post', id: (request) => request.holdId },
    reads: holdRow,
  }),
  defineOperation({
    name: 'payments:voidHold',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    request: schemas.HoldReference,
    result: schemas.HoldResult,
    run: voidHold,
    onceOnly: { scope: 'hold-void', id: (request) => request.holdId },
    reads: holdRow,
  }),
  defineOperation({
    name: 'payments:expireHolds',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator', 'system'],
    request: schemas.ExpireHolds,
    result: schemas.ExpiredHolds,
    run: expireHolds,
  }),
  defineOperation({
    name: 'payments:refundPayment',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: schemas.RefundPayment,
    result: schemas.RefundResult,
    run: refundPayment,
    // A refund is a payment back and is found by its id like any other, so it shares the scope too.
    onceOnly: { scope: 'payment', id: (request) => request.refundId, ignore: ['outboxIndex', 'signature'] },
    reads: paymentRow,
  }),
  defineOperation({
    name: 'payments:reversePayment',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: schemas.ReversePayment,
    result: schemas.ReversalResult,
    run: reversePayment,
    onceOnly: { scope: 'reversal', id: (request) => request.reversalId },
    reads: paymentRow,
  }),
  defineOperation({
    name: 'payments:receive',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['system'],
    request: Receive,
    result: Received,
    run: receive,
    consequences: receiptConsequences,
  }),
  defineOperation({
    name: 'payments:getPayment',
    kind: 'query',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    request: schemas.PaymentReference,
    result: schemas.PaymentView,
    run: getPayment,
  }),
  defineOperation({
    name: 'payments:getHold',
    kind: 'query',
    lanes: ['bank'],
    roles: ['customer', 'operator', 'system'],
    request: schemas.HoldReference,
    result: schemas.Hold,
    run: getHold,
  }),
];
