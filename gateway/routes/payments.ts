import { bankOfAccount } from '@tangram/chaincode/core/identifiers.ts';
import { RefundResult, ReversalResult } from '@tangram/chaincode/payments/schemas.ts';
import { Type } from 'typebox';
import type { PaymentView as PaymentRecord } from '../read-model/types.ts';
import { bookedOrThrow } from '../services/operation-service.ts';
import type { Booked } from '../services/types.ts';
import { withoutTexts } from './access.ts';
import { pageOfList, periodOf } from './parameters.ts';
import { bookedAnswer, type Route, route } from './route.ts';
import {
  AccountId,
  AmountSchema,
  ClientId,
  fields,
  omitOutbox,
  PageQuery,
  PaymentStatus,
  PaymentTexts,
  PaymentView,
  PeriodQuery,
  Position,
  pageOf,
  SIGNATURE_ERRORS,
  Signed,
  text,
} from './schemas.ts';
import { visiblePayment, WhichPayment } from './visible-payment.ts';

const tag = 'payments';
const PaymentParams = fields({ paymentId: ClientId });
export const PaymentBooked = fields({ paymentId: ClientId, status: PaymentStatus, ...Position });

export const SendPaymentBody = fields({
  paymentId: ClientId,
  debtorAccount: AccountId,
  creditorAccount: AccountId,
  amount: AmountSchema,
  ...PaymentTexts,
  ...Signed,
});

/** What sending can refuse, in the order of checks. */
export const SEND_ERRORS = [
  'AUTH_ACCOUNT_NOT_YOURS',
  'CORE_AMOUNT_INVALID',
  'CORE_CURRENCY_UNKNOWN',
  'CORE_AMOUNT_NOT_POSITIVE',
  'GATEWAY_RECEIVER_KEY_UNKNOWN',
  'PAYMENTS_SAME_ACCOUNT',
  'PAYMENTS_DEBTOR_NOT_HELD_HERE',
  'PAYMENTS_DEBTOR_UNKNOWN',
  'PAYMENTS_DEBTOR_CLOSED',
  'PAYMENTS_DEBTOR_FROZEN',
  'PAYMENTS_DEBTOR_CURRENCY_MISMATCH',
  ...SIGNATURE_ERRORS,
  'PAYMENTS_CREDITOR_BANK_UNKNOWN',
  'PAYMENTS_CREDITOR_BANK_LEAVING',
  'PAYMENTS_CREDITOR_UNKNOWN',
  'PAYMENTS_CREDITOR_CLOSED',
  'PAYMENTS_CREDITOR_FROZEN',
  'PAYMENTS_CREDITOR_CURRENCY_MISMATCH',
  'PAYMENTS_INSUFFICIENT_FUNDS',
  'PAYMENTS_LIMIT_EXCEEDED',
];
const EXAMPLE = {
  paymentId: '0198f1a2-7c3e-7d10-9a55-0c2f6f1f2b11',
  debtorAccount: 'cedar-alice',
  creditorAccount: 'maple-bob',
  amount: { amount: '2500', currency: 'CNY' },
  endToEndId: 'INV-2026-17',
  remittance: 'Invoice 17',
};

/** The answer to a payment: exactly what the contract of the API names. */
export function paymentAnswer(paymentId: string, booked: Booked): { body: Record<string, unknown>; replayed: boolean } {
  const { transactionId, blockNumber, replayed, result } = booked;
  return { body: { paymentId, status: result.status, transactionId, blockNumber }, replayed };
}

const sendPayment = route({
  method: 'POST',
  path: '/v1/payments',
  operationId: 'sendPayment',
  tag,
  summary: 'Send a payment',
  description:
    'Within the bank it is SETTLED at once; across banks it is ACCEPTED and settles with the creditor’s bank.',
  roles: ['customer', 'operator'],
  at: 'bank',
  body: SendPaymentBody,
  idField: 'paymentId',
  success: { status: 201, description: 'Booked.', schema: PaymentBooked },
  errors: SEND_ERRORS,
  example: { body: EXAMPLE },
  async run({ services, requester, access, body }) {
    await access.requireUse(body.debtorAccount);
    const [outcome] = await services.payments.send([body], requester);
    return paymentAnswer(body.paymentId, bookedOrThrow(outcome!));
  },
});

const getPayment = route({
  method: 'GET',
  path: '/v1/payments/{paymentId}',
  operationId: 'getPayment',
  tag,
  summary: 'Read a payment',
  roles: ['customer', 'operator', 'regulator'],
  params: PaymentParams,
  query: WhichPayment,
  success: { status: 200, description: 'The payment.', schema: PaymentView },
  errors: ['API_PAYMENT_NOT_FOUND'],
  run: async (call) => ({ body: await visiblePayment(call) }),
});

const listPayments = route({
  method: 'GET',
  path: '/v1/payments',
  operationId: 'listPayments',
  tag,
  summary: 'List payments',
  description: 'A page may hold fewer items than its limit and still have a nextCursor.',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  query: fields({
    account: Type.Optional(AccountId),
    status: Type.Optional(PaymentStatus),
    ...PeriodQuery,
    ...PageQuery,
  }),
  success: { status: 200, description: 'A page of payments.', schema: pageOf(PaymentView) },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'API_TIME_INVALID', 'API_PERIOD_INVALID', 'API_CURSOR_INVALID'],
  async run({ services, access, caller, query }) {
    const { account, status } = query;
    const period = periodOf(query);
    if (account !== undefined) await access.requireSight(account);
    const accounts = account === undefined ? await access.ownAccounts() : [account];
    if (accounts?.length === 0) return { body: { items: [], nextCursor: null } };
    const page = await pageOfList(query, {
      scope: ['payments', caller.subject, account, status, period],
      read: (request) => services.readModel.listPayments({ ...request, ...period, accounts, status }),
    });
    const visible: PaymentRecord[] = [];
    for (const item of page.items) {
      if (!(await access.maySee([item.debtorAccount, item.creditorAccount]))) continue;
      visible.push(access.mayReadTexts ? item : withoutTexts(item));
    }
    return { body: { items: visible, nextCursor: page.nextCursor } };
  },
});

const AFTERMATH_ERRORS = [
  'API_PAYMENT_NOT_FOUND',
  'AUTH_ACCOUNT_NOT_YOURS',
  'PAYMENTS_PAYMENT_NOT_FOUND',
  'PAYMENTS_PAYMENT_NOT_POSTED',
  'PAYMENTS_PAYMENT_RETURNED',
  'PAYMENTS_PAYMENT_REVERSED',
  'PAYMENTS_DEBTOR_CLOSED',
  'PAYMENTS_DEBTOR_FROZEN',
  'PAYMENTS_CREDITOR_CLOSED',
  'PAYMENTS_INSUFFICIENT_FUNDS',
];

const refundPayment = route({
  method: 'POST',
  path: '/v1/payments/{paymentId}/refund',
  operationId: 'refundPayment',
  tag,
  summary: 'Send a payment back, whole or in part',
  description: 'At the creditor’s bank, by the creditor or the staff; in sum at most the payment.',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: PaymentParams,
  query: WhichPayment,
  body: fields({ refundId: ClientId, amount: Type.Optional(AmountSchema), ...Signed }),
  idField: 'refundId',
  success: {
    status: 201,
    description: 'Booked.',
    schema: fields({ ...omitOutbox(RefundResult), ...Position }),
  },
  errors: [
    ...AFTERMATH_ERRORS,
    ...SIGNATURE_ERRORS,
    'PAYMENTS_NOT_CREDITED_HERE',
    'PAYMENTS_REFUND_EXCEEDS_PAYMENT',
    'PAYMENTS_LIMIT_EXCEEDED',
  ],
  example: { body: { refundId: 'R-1', amount: { amount: '500', currency: 'CNY' } } },
  async run(call) {
    const { access, services } = call;
    const payment = await visiblePayment(call, ({ creditorAccount }) => access.mayUse(creditorAccount));
    const { paymentId, creditorAccount, debtorAccount } = payment;
    await access.requireUse(creditorAccount);
    const refund = { ...call.body, paymentId, debtorBank: bankOfAccount(debtorAccount) };
    const booked = await services.payments.refund(refund, call.requester);
    return bookedAnswer({ refundId: call.body.refundId, paymentId }, booked);
  },
});

const reversePayment = route({
  method: 'POST',
  path: '/v1/payments/{paymentId}/reverse',
  operationId: 'reversePayment',
  tag,
  summary: 'Correct a payment that was booked in error',
  description: 'By the staff of the bank that booked it: a new entry that names its original, once.',
  roles: ['operator'],
  at: 'bank',
  params: PaymentParams,
  body: fields({ reversalId: ClientId, reason: text(105, 'Why; public on the ledger, so name no person.') }),
  idField: 'reversalId',
  success: {
    status: 201,
    description: 'Booked.',
    schema: fields({ ...omitOutbox(ReversalResult), ...Position }),
  },
  errors: [...AFTERMATH_ERRORS, 'ACCOUNTS_SIGNATURE_MISSING', 'PAYMENTS_PAYMENT_REFUNDED'],
  example: { body: { reversalId: 'V-1', reason: 'DUPL' } },
  async run(call) {
    const { access } = call;
    const payment = await visiblePayment({ ...call, query: {} }, (found) => access.mayUse(found.debtorAccount));
    const { paymentId, debtorAccount } = payment;
    await access.requireUse(debtorAccount);
    const booked = await call.services.payments.reverse({ ...call.body, paymentId }, call.requester);
    return bookedAnswer({ reversalId: call.body.reversalId, paymentId }, booked);
  },
});

export const paymentRoutes: Route[] = [sendPayment, getPayment, listPayments, refundPayment, reversePayment];
