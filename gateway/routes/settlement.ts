import { Limit, SettlementAccountView } from '@tangram/chaincode/settlement/schemas.ts';
import { type Static, Type } from 'typebox';
import { authErrors } from '../plugins/authentication-errors.ts';
import { errors } from '../plugins/errors.ts';
import type { SettlementService } from '../services/types.ts';
import { bookedAnswer, type Call, type Route, route } from './route.ts';
import { AmountSchema, BankName, ClientId, CurrencyCode, fields, Position, pageOf } from './schemas.ts';

const tag = 'settlement';
const BankParams = fields({ bank: BankName });
const PairParams = fields({ debtorBank: BankName, creditorBank: BankName });

/** Refuses: BANK_UNKNOWN. */
function requireBank(call: Call, bank: string): void {
  if (!call.banks.includes(bank)) throw errors.BANK_UNKNOWN({ bank });
}

const CentralBankBody = fields({ operationId: ClientId, amount: AmountSchema });

function centralBankRoute(verb: 'issue' | 'withdraw', summary: string, errorCodes: string[]): Route {
  return route({
    method: 'POST',
    path: `/v1/settlement-accounts/{bank}/${verb}`,
    operationId: `${verb}SettlementBalance`,
    tag,
    summary,
    roles: ['operator'],
    at: 'centralbank',
    params: BankParams,
    body: CentralBankBody,
    idField: 'operationId',
    success: {
      status: 201,
      description: 'Booked.',
      schema: Type.Object({ operationId: ClientId, bank: BankName, ...Position }, { additionalProperties: true }),
    },
    errors: [
      'API_BANK_UNKNOWN',
      'CORE_AMOUNT_INVALID',
      'CORE_CURRENCY_UNKNOWN',
      'CORE_AMOUNT_NOT_POSITIVE',
      ...errorCodes,
    ],
    example: { body: { operationId: 'ISSUE-1', amount: { amount: '100000000', currency: 'CNY' } } },
    async run(call) {
      const { bank } = call.params;
      const { operationId, amount } = call.body;
      requireBank(call, bank);
      const change: SettlementService[typeof verb] = call.services.settlement[verb];
      return bookedAnswer({ operationId, bank }, await change({ operationId, bank, amount }, call.requester));
    },
  });
}

const getSettlementAccount = route({
  method: 'GET',
  path: '/v1/settlement-accounts/{bank}',
  operationId: 'getSettlementAccount',
  tag,
  summary: 'Read a bank’s balances at the central bank',
  roles: ['operator', 'regulator'],
  params: BankParams,
  success: { status: 200, description: 'A balance per currency.', schema: SettlementAccountView },
  errors: ['API_BANK_UNKNOWN'],
  async run(call) {
    const { bank } = call.params;
    requireBank(call, bank);
    const accounts = await call.services.readModel.listSettlementAccounts(bank);
    return { body: { bank, balances: accounts.map(({ balance, currency }) => ({ amount: balance, currency })) } };
  },
});

const SettlementBody = fields({
  settlementId: ClientId,
  debtorBank: BankName,
  creditorBank: BankName,
  currency: CurrencyCode,
});

const settle = route({
  method: 'POST',
  path: '/v1/settlements',
  operationId: 'settlePair',
  tag,
  summary: 'Settle what one bank owes another in central-bank money',
  roles: ['operator'],
  body: SettlementBody,
  idField: 'settlementId',
  success: {
    status: 201,
    description: 'Settled.',
    schema: Type.Object({ ...SettlementBody.properties, ...Position }, { additionalProperties: true }),
  },
  errors: [
    'API_BANK_UNKNOWN',
    'AUTH_BANK_NOT_YOURS',
    'SETTLEMENT_SAME_BANK',
    'SETTLEMENT_EXISTS_WITH_DIFFERENT_PAYLOAD',
    'SETTLEMENT_NOTHING_TO_SETTLE',
    'SETTLEMENT_INSUFFICIENT_BALANCE',
  ],
  example: { body: { settlementId: 'S-1', debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY' } },
  async run(call) {
    const request: Static<typeof SettlementBody> = call.body;
    requireBank(call, request.debtorBank);
    requireBank(call, request.creditorBank);
    const { organization } = call;
    const isParty = [request.debtorBank, request.creditorBank, 'centralbank'].includes(organization);
    if (!isParty) throw authErrors.BANK_NOT_YOURS({ bank: request.debtorBank });
    return bookedAnswer({ ...request }, await call.services.settlement.settlePair(request));
  },
});

const PositionView = fields({
  debtorBank: BankName,
  creditorBank: BankName,
  currency: CurrencyCode,
  sent: Type.String({ description: 'By the debtor’s bank, ever.' }),
  received: Type.String({ description: 'By the creditor’s bank, ever.' }),
  settled: Type.String({ description: 'In central-bank money, ever.' }),
  outstanding: Type.String({ description: 'sent - settled; the limit bounds it.' }),
  limit: Type.String(),
  settleAtShare: Type.Integer({ description: 'Basis points of the limit at which the pair settles by itself.' }),
});

const getPosition = route({
  method: 'GET',
  path: '/v1/settlement-positions/{debtorBank}/{creditorBank}',
  operationId: 'getSettlementPosition',
  tag,
  summary: 'Read what one bank owes another, per currency',
  roles: ['operator', 'regulator'],
  params: PairParams,
  success: { status: 200, description: 'A position per currency.', schema: pageOf(PositionView) },
  errors: ['API_BANK_UNKNOWN'],
  async run(call) {
    const { debtorBank, creditorBank } = call.params;
    requireBank(call, debtorBank);
    requireBank(call, creditorBank);
    const positions = await call.services.readModel.listPositions();
    const items = positions.filter((row) => row.debtorBank === debtorBank && row.creditorBank === creditorBank);
    return { body: { items, nextCursor: null } };
  },
});

const setLimit = route({
  method: 'PUT',
  path: '/v1/settlement-limits/{debtorBank}/{creditorBank}',
  operationId: 'setSettlementLimit',
  tag,
  summary: 'Set what one bank may owe another before it settles',
  roles: ['operator'],
  at: 'centralbank',
  params: PairParams,
  body: fields({
    currency: CurrencyCode,
    limit: Limit.properties.limit,
    settleAtShare: Type.Optional(Limit.properties.settleAtShare),
  }),
  success: {
    status: 200,
    description: 'Set.',
    schema: Type.Object({ debtorBank: BankName, creditorBank: BankName, ...Position }, { additionalProperties: true }),
  },
  errors: ['API_BANK_UNKNOWN'],
  example: { body: { currency: 'CNY', limit: '10000000', settleAtShare: 5000 } },
  async run(call) {
    const { debtorBank, creditorBank } = call.params;
    requireBank(call, debtorBank);
    requireBank(call, creditorBank);
    const booked = await call.services.settlement.setLimit({ debtorBank, creditorBank, ...call.body }, call.requester);
    return bookedAnswer({ debtorBank, creditorBank }, booked);
  },
});

export const settlementRoutes: Route[] = [
  centralBankRoute('issue', 'Issue settlement balance to a bank', []),
  centralBankRoute('withdraw', 'Withdraw settlement balance that a bank does not need', [
    'SETTLEMENT_BALANCE_BACKS_CUSTOMERS',
    'SETTLEMENT_BALANCE_EXCEEDED',
  ]),
  getSettlementAccount,
  settle,
  getPosition,
  setLimit,
];
