import { randomUUID } from 'node:crypto';
import { DomainError } from '@tangram/chaincode/core/errors.ts';
import { Type } from 'typebox';
import { checkControlTotals } from '../iso20022/control-totals.ts';
import { type PaymentInitiation, readPaymentInitiation } from '../iso20022/payment-initiation.ts';
import { type StatusReason, type TransactionReport, writeStatusReport } from '../iso20022/status-report.ts';
import { findRow } from '../plugins/catalogue.ts';
import { errors } from '../plugins/errors.ts';
import { problemOf, problemOfError } from '../plugins/problem-details.ts';
import type { OperationOutcome } from '../services/types.ts';
import { prepareTransfers } from './prepare-transfers.ts';
import { type Call, type Route, route } from './route.ts';

const XML = 'application/xml';

const initiatePayments = route({
  method: 'POST',
  path: '/v1/payment-initiations',
  operationId: 'initiatePayments',
  tag: 'iso20022',
  summary: 'Carry out a pain.001.001.09 file',
  description:
    'Each transaction is judged by itself and reported in a pain.002.001.10; wrong totals reject the group. A file ' +
    'posted twice is carried out once. What we do not support is refused by name and path before anything is booked.',
  roles: ['customer', 'operator'],
  at: 'bank',
  isFile: true,
  documentedBody: Type.String({ description: 'A pain.001.001.09 document in UTF-8.' }),
  text: { request: XML, response: XML },
  success: { status: 200, description: 'The status of the group and of every transaction.' },
  errors: [
    'API_BODY_MISSING',
    'ISO20022_ENCODING_UNSUPPORTED',
    'ISO20022_DOCTYPE_REFUSED',
    'ISO20022_TOO_LARGE',
    'ISO20022_NOT_WELL_FORMED',
    'ISO20022_MESSAGE_UNSUPPORTED',
    'ISO20022_ELEMENT_UNSUPPORTED',
    'ISO20022_VALUE_UNSUPPORTED',
    'ISO20022_SCHEMA_INVALID',
    'ISO20022_TOO_MANY_TRANSACTIONS',
  ],
  async run(call) {
    const { body } = call.request;
    if (!(body instanceof Uint8Array)) {
      throw body === undefined ? errors.BODY_MISSING() : errors.MEDIA_TYPE_UNSUPPORTED();
    }
    if (body.length === 0) throw errors.BODY_MISSING();
    const initiation = readPaymentInitiation(body);
    const head = { messageId: randomUUID().replaceAll('-', ''), createdAt: call.now().toISOString(), initiation };
    const groupReason = totalsRefusal(initiation);
    if (groupReason !== undefined) {
      return { body: writeStatusReport({ ...head, groupReason, transactions: new Map() }), mediaType: XML };
    }
    const { transactions, remarks, replayed } = await carryOut(call, initiation);
    return { body: writeStatusReport({ ...head, transactions, remarks }), mediaType: XML, replayed };
  },
});

function totalsRefusal(initiation: PaymentInitiation): StatusReason | undefined {
  try {
    checkControlTotals(initiation);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

interface CarriedOut {
  transactions: Map<string, TransactionReport>;
  remarks: Map<string, StatusReason[]>;
  replayed: boolean;
}

async function carryOut(call: Call, initiation: PaymentInitiation): Promise<CarriedOut> {
  const { payments, refusals, remarks } = await prepareTransfers(call, initiation);
  const transactions = new Map<string, TransactionReport>();
  for (const [paymentId, refusal] of refusals) {
    transactions.set(paymentId, { status: 'RJCT', reason: reasonOf(refusal) });
  }
  const outcomes = payments.length === 0 ? [] : await call.services.payments.send(payments, call.requester);
  for (const [index, { paymentId }] of payments.entries()) transactions.set(paymentId, reportOf(outcomes[index]!));
  const replayed = outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === 'replayed');
  return { transactions, remarks, replayed };
}

const STATUS_BY_PAYMENT: Readonly<Record<string, TransactionReport>> = {
  SETTLED: { status: 'ACCC' },
  ACCEPTED: { status: 'ACSP' },
  RETURNED: {
    status: 'RJCT',
    reason: { code: 'NARR', words: ['PAYMENTS_PAYMENT_RETURNED', 'The payment came back.'] },
  },
};

/** SETTLED is ACCC, as the creditor is credited; ACCEPTED is ACSP; what is unknown is PDNG, never rejected. */
function reportOf(outcome: OperationOutcome): TransactionReport {
  if (outcome.outcome === 'accepted' || outcome.outcome === 'replayed') {
    return STATUS_BY_PAYMENT[String(outcome.result.status)] ?? { status: 'ACSP' };
  }
  const { code, detail } = problemOf(outcome);
  const reason = { code: findRow(code)?.iso ?? 'NARR', words: [code, detail] };
  return { status: outcome.outcome === 'unknown' ? 'PDNG' : 'RJCT', reason };
}

function reasonOf(error: unknown): StatusReason {
  if (!(error instanceof DomainError)) throw error;
  return { code: findRow(error.code)?.iso ?? 'NARR', words: [error.code, problemOfError(error).detail] };
}

export const paymentInitiationRoutes: Route[] = [initiatePayments];
