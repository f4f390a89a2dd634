import { HoldResult } from '@tangram/chaincode/payments/schemas.ts';
import { Type } from 'typebox';
import { errors } from '../plugins/errors.ts';
import type { PaymentView as PaymentRecord } from '../read-model/types.ts';
import { withoutTexts } from './access.ts';
import { SEND_ERRORS } from './payments.ts';
import { bookedAnswer, type Call, type Route, route } from './route.ts';
import {
  AccountId,
  AmountSchema,
  ClientId,
  fields,
  Instant,
  omitOutbox,
  PaymentTexts,
  PaymentView,
  Position,
  Signed,
} from './schemas.ts';

const tag = 'holds';
const HoldParams = fields({ holdId: ClientId });
const HoldAnswer = fields({ ...omitOutbox(HoldResult), ...Position });
const HOLD_ERRORS = [
  'API_HOLD_NOT_FOUND',
  'AUTH_ACCOUNT_NOT_YOURS',
  'PAYMENTS_HOLD_NOT_FOUND',
  'PAYMENTS_HOLD_ALREADY_POSTED',
  'PAYMENTS_HOLD_ALREADY_VOIDED',
  'PAYMENTS_HOLD_EXPIRED',
];

const holdFunds = route({
  method: 'POST',
  path: '/v1/holds',
  operationId: 'holdFunds',
  tag,
  summary: 'Hold funds for a payment to come',
  description: 'The amount leaves the available balance until the hold is posted, voided or expires.',
  roles: ['customer', 'operator'],
  at: 'bank',
  body: fields({
    holdId: ClientId,
    debtorAccount: AccountId,
    creditorAccount: AccountId,
    amount: AmountSchema,
    expiresAt: Instant,
    ...PaymentTexts,
    ...Signed,
  }),
  idField: 'holdId',
  success: { status: 201, description: 'Held.', schema: HoldAnswer },
  errors: ['PAYMENTS_EXPIRY_PAST', ...SEND_ERRORS],
  example: {
    body: {
      holdId: 'H-1',
      debtorAccount: 'cedar-alice',
      creditorAccount: 'maple-bob',
      amount: { amount: '9000', currency: 'CNY' },
      expiresAt: '2027-01-31T12:00:00Z',
    },
  },
  async run({ services, requester, access, body }) {
    await access.requireUse(body.debtorAccount);
    return bookedAnswer({ holdId: body.holdId }, await services.payments.hold(body, requester));
  },
});

async function visibleHold({ services, access, params }: Call<{ holdId: string }>): Promise<PaymentRecord> {
  const hold = await services.readModel.findPayment(params.holdId);
  const isVisible = hold !== undefined && (await access.maySee([hold.debtorAccount, hold.creditorAccount]));
  if (!isVisible) throw errors.HOLD_NOT_FOUND({ holdId: params.holdId });
  return access.mayReadTexts ? hold : withoutTexts(hold);
}

const getHold = route({
  method: 'GET',
  path: '/v1/holds/{holdId}',
  operationId: 'getHold',
  tag,
  summary: 'Read a hold',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: HoldParams,
  success: {
    status: 200,
    description: 'The hold; once posted, its payment.',
    schema: fields({ holdId: ClientId, ...PaymentView.properties }),
  },
  errors: ['API_HOLD_NOT_FOUND'],
  run: async (call) => ({ body: { holdId: call.params.holdId, ...(await visibleHold(call)) } }),
});

const postHold = route({
  method: 'POST',
  path: '/v1/holds/{holdId}/post',
  operationId: 'postHold',
  tag,
  summary: 'Pay from a hold, whole or in part; the rest is released',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: HoldParams,
  body: fields({ amount: Type.Optional(AmountSchema) }),
  success: { status: 200, description: 'Posted.', schema: HoldAnswer },
  errors: [...HOLD_ERRORS, 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD', 'PAYMENTS_HOLD_EXCEEDED', 'PAYMENTS_LIMIT_EXCEEDED'],
  example: { body: { amount: { amount: '4000', currency: 'CNY' } } },
  async run(call) {
    const { holdId } = call.params;
    await call.access.requireUse((await visibleHold(call)).debtorAccount);
    return bookedAnswer({ holdId }, await call.services.payments.post({ holdId, ...call.body }, call.requester));
  },
});

const voidHold = route({
  method: 'POST',
  path: '/v1/holds/{holdId}/void',
  operationId: 'voidHold',
  tag,
  summary: 'Release a hold',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: HoldParams,
  success: { status: 200, description: 'Voided.', schema: HoldAnswer },
  errors: HOLD_ERRORS,
  async run(call) {
    const { holdId } = call.params;
    await call.access.requireUse((await visibleHold(call)).debtorAccount);
    return bookedAnswer({ holdId }, await call.services.payments.void(holdId, call.requester));
  },
});

export const holdRoutes: Route[] = [holdFunds, getHold, postHold, voidHold];
