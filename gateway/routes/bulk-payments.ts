import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Static, Type } from 'typebox';
import { authErrors } from '../plugins/authentication-errors.ts';
import { ProblemSchema } from '../plugins/open-api.ts';
import { type ProblemDetails, problemOf, problemOfError } from '../plugins/problem-details.ts';
import { schemaCheck } from '../plugins/schema-check.ts';
import { gatewayErrors } from '../services/gateway-errors.ts';
import { bookedOrThrow } from '../services/operation-service.ts';
import { ServiceError } from '../services/service-error.ts';
import type { OperationOutcome } from '../services/types.ts';
import type { Access } from './access.ts';
import { paymentAnswer, SEND_ERRORS, SendPaymentBody } from './payments.ts';
import { type Route, route } from './route.ts';
import { ClientId, fields, PaymentStatus } from './schemas.ts';

const BULK_PAYMENTS_MAX = 10_000;
/** Payments after which others have their turn: some milliseconds of work. */
const TURN_PAYMENTS = 200;
type SendPayment = Static<typeof SendPaymentBody>;

const BulkResult = fields({
  paymentId: Type.Optional(ClientId),
  status: Type.Optional(PaymentStatus),
  replayed: Type.Optional(Type.Literal(true)),
  transactionId: Type.Optional(Type.String()),
  blockNumber: Type.Optional(Type.String()),
  problem: Type.Optional(fields(ProblemSchema.properties)),
});

/** One result of a bulk: what became of the payment, or why not. */
export type BulkResult = { paymentId?: string } & (Record<string, unknown> | { problem: ProblemDetails });

const checkPayment = schemaCheck(SendPaymentBody, 'payment');

/** Why an item cannot be sent at all: malformed, or from an account that is not the caller's. */
async function refusalOf(item: unknown, access: Access): Promise<Error | undefined> {
  const malformed = checkPayment(item);
  if (malformed !== undefined) return malformed;
  const { debtorAccount } = item as SendPayment;
  return (await access.mayUse(debtorAccount)) ? undefined : authErrors.ACCOUNT_NOT_YOURS({ accountId: debtorAccount });
}

/** What became of one payment, as bulk answers and status reports need it. */
export function resultOf(paymentId: string, outcome: OperationOutcome): BulkResult {
  try {
    const booked = bookedOrThrow(outcome);
    return { ...paymentAnswer(paymentId, booked).body, ...(booked.replayed ? { replayed: true } : {}) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { paymentId, problem: problemOf(error) };
  }
}

const sendBulk = route({
  method: 'POST',
  path: '/v1/payments/bulk',
  operationId: 'sendPaymentsInBulk',
  tag: 'payments',
  summary: 'Send up to 10,000 payments',
  description: 'Each is judged by itself: the results stand in the order of the payments, each a status or a problem.',
  roles: ['customer', 'operator'],
  at: 'bank',
  isFile: true,
  body: fields({
    payments: Type.Array(Type.Unsafe<unknown>({ description: 'As the body of POST /v1/payments.' }), {
      minItems: 1,
      maxItems: BULK_PAYMENTS_MAX,
    }),
  }),
  documentedBody: fields({ payments: Type.Array(SendPaymentBody, { minItems: 1, maxItems: BULK_PAYMENTS_MAX }) }),
  success: { status: 200, description: 'What became of each.', schema: fields({ results: Type.Array(BulkResult) }) },
  errors: SEND_ERRORS,
  async run({ services, requester, access, body }) {
    const results = new Array<BulkResult>(body.payments.length);
    const sendable: { index: number; payment: SendPayment }[] = [];
    for (const [index, item] of body.payments.entries()) {
      if (index % TURN_PAYMENTS === TURN_PAYMENTS - 1) await nextTurn();
      const refusal = await refusalOf(item, access);
      if (refusal === undefined) sendable.push({ index, payment: item as SendPayment });
      else results[index] = { ...idOf(item), problem: problemOfError(refusal) };
    }
    const outcomes =
      sendable.length === 0
        ? []
        : await services.payments.send(
            sendable.map(({ payment }) => payment),
            requester,
          );
    requireRoom(outcomes);
    for (const [position, { index, payment }] of sendable.entries()) {
      if (position % TURN_PAYMENTS === TURN_PAYMENTS - 1) await nextTurn();
      results[index] = resultOf(payment.paymentId, outcomes[position]!);
    }
    return { body: { results } };
  },
});

/** A queue that is full takes nothing of a request: then the whole of it may be sent again. Refuses: GATEWAY_BUSY. */
function requireRoom(outcomes: readonly OperationOutcome[]): void {
  const [first] = outcomes;
  if (first?.outcome !== 'failed' || first.code !== BUSY) return;
  if (outcomes.every((outcome) => 'code' in outcome && outcome.code === BUSY)) throw new ServiceError(first);
}

const BUSY = gatewayErrors.BUSY({ lane: '' }).code;

/** The id of an item that may be anything: told back only where it is an id. */
function idOf(item: unknown): { paymentId?: string } {
  const id = (item as { paymentId?: unknown } | null)?.paymentId;
  return typeof id === 'string' && /^[A-Za-z0-9-]{1,36}$/.test(id) ? { paymentId: id } : {};
}

export const bulkPaymentRoutes: Route[] = [sendBulk];
