import { errors as accountErrors } from '@tangram/chaincode/accounts/errors.ts';
import { StatusResult } from '@tangram/chaincode/accounts/schemas.ts';
import { isIban } from '@tangram/chaincode/core/identifiers.ts';
import { Type } from 'typebox';
import { errors } from '../plugins/errors.ts';
import { bookedOrThrow } from '../services/operation-service.ts';
import type { AccountService } from '../services/types.ts';
import { withoutTexts } from './access.ts';
import { findAccount } from './ledger-reads.ts';
import { pageOfList } from './parameters.ts';
import { type Answer, bookedAnswer, type Call, type Route, route } from './route.ts';
import {
  AccountId,
  AccountView,
  AmountSchema,
  ClientId,
  CurrencyCode,
  EntryView,
  fields,
  IBAN,
  PageQuery,
  Position,
  pageOf,
  SIGNATURE_ERRORS,
  Signed,
  text,
} from './schemas.ts';

const tag = 'accounts';
const AccountParams = fields({ accountId: AccountId });

const OpenAccountBody = fields({
  accountId: AccountId,
  name: text(140, 'Holder’s name. Kept by the home bank alone.'),
  currency: CurrencyCode,
  customerId: Type.Optional(text(64, 'The sub of the holder’s tokens. Kept by the home bank alone.')),
  iban: Type.Optional(IBAN),
});

const openAccount = route({
  method: 'POST',
  path: '/v1/accounts',
  operationId: 'openAccount',
  tag,
  summary: 'Open an account',
  description: 'Name, customer and IBAN stay with this bank; the ledger sees a salted digest.',
  roles: ['operator'],
  at: 'bank',
  body: OpenAccountBody,
  success: { status: 201, description: 'Opened.', schema: fields({ ...AccountView.properties, ...Position }) },
  errors: [
    'ACCOUNTS_ACCOUNT_ID_RESERVED',
    'CORE_CURRENCY_UNKNOWN',
    'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD',
    'GATEWAY_DETAILS_NOT_STORED',
  ],
  example: { body: { accountId: 'cedar-alice', name: 'Alice Zhang', currency: 'CNY', customerId: 'C-1001' } },
  async run({ services, requester, organization, body }) {
    const { accountId, iban } = body;
    // Refused here as well as on the ledger: the private details are stored first, and would be for nothing.
    if (!accountId.startsWith(`${organization}-`)) {
      throw accountErrors.ACCOUNT_ID_RESERVED({ accountId, bank: organization });
    }
    if (iban !== undefined && !isIban(iban))
      throw errors.FIELD_INVALID({ field: 'body.iban', reason: 'has wrong check digits' });
    const [outcome] = await services.accounts.open([body], requester);
    const opened = { accountId, currency: body.currency, booked: '0', available: '0', status: 'OPEN' };
    return bookedAnswer(opened, bookedOrThrow(outcome!));
  },
});

const getAccount = route({
  method: 'GET',
  path: '/v1/accounts/{accountId}',
  operationId: 'getAccount',
  tag,
  summary: 'Read an account and its balances',
  roles: ['customer', 'operator', 'regulator'],
  params: AccountParams,
  success: { status: 200, description: 'The account.', schema: AccountView },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'API_ACCOUNT_NOT_FOUND'],
  example: {
    response: { accountId: 'cedar-alice', currency: 'CNY', booked: '125000', available: '100000', status: 'OPEN' },
  },
  async run(call) {
    const { accountId } = call.params;
    await call.access.requireSight(accountId);
    const account = await findAccount(call, accountId);
    if (account === undefined) throw errors.ACCOUNT_NOT_FOUND({ accountId });
    const { currency, booked, available, status } = account;
    return { body: { accountId, currency, booked, available, status } };
  },
});

const listEntries = route({
  method: 'GET',
  path: '/v1/accounts/{accountId}/entries',
  operationId: 'listEntries',
  tag,
  summary: 'List the entries of an account',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: AccountParams,
  query: fields(PageQuery),
  success: { status: 200, description: 'A page of entries, newest first.', schema: pageOf(EntryView) },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'API_ACCOUNT_NOT_FOUND', 'API_CURSOR_INVALID'],
  async run({ services, access, params: { accountId }, query }) {
    await access.requireSight(accountId);
    if ((await services.readModel.findAccount(accountId)) === undefined) throw errors.ACCOUNT_NOT_FOUND({ accountId });
    const page = await pageOfList(query, {
      scope: ['entries', accountId],
      read: (request) => services.readModel.listEntries(accountId, request),
    });
    return { body: access.mayReadTexts ? page : { ...page, items: page.items.map(withoutTexts) } };
  },
});

const CASH_ERRORS = [
  'ACCOUNTS_ACCOUNT_NOT_FOUND',
  'ACCOUNTS_ACCOUNT_CLOSED',
  'ACCOUNTS_ACCOUNT_FROZEN',
  'ACCOUNTS_CURRENCY_MISMATCH',
  'CORE_AMOUNT_NOT_POSITIVE',
  'CORE_AMOUNT_INVALID',
];
const CashAnswer = (idField: string) =>
  fields({
    [idField]: ClientId,
    accountId: AccountId,
    booked: Type.String(),
    available: Type.String(),
    ...Position,
  });

const deposit = route({
  method: 'POST',
  path: '/v1/accounts/{accountId}/deposits',
  operationId: 'deposit',
  tag,
  summary: 'Book cash that a customer brings in',
  description: 'Never above the bank’s settlement balance at the central bank.',
  roles: ['operator'],
  at: 'bank',
  params: AccountParams,
  body: fields({ depositId: ClientId, amount: AmountSchema }),
  idField: 'depositId',
  success: { status: 201, description: 'Booked.', schema: CashAnswer('depositId') },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', ...CASH_ERRORS, 'SETTLEMENT_BALANCE_EXCEEDED'],
  example: { body: { depositId: 'D-1', amount: { amount: '125000', currency: 'CNY' } } },
  async run({ services, requester, access, params: { accountId }, body: { depositId, amount } }) {
    await access.requireUse(accountId);
    const booked = await services.accounts.deposit({ depositId, accountId, amount }, requester);
    return bookedAnswer({ depositId, accountId }, booked);
  },
});

const withdraw = route({
  method: 'POST',
  path: '/v1/accounts/{accountId}/withdrawals',
  operationId: 'withdraw',
  tag,
  summary: 'Book cash that a customer takes out',
  roles: ['operator'],
  at: 'bank',
  params: AccountParams,
  body: fields({ withdrawalId: ClientId, amount: AmountSchema, ...Signed }),
  idField: 'withdrawalId',
  success: { status: 201, description: 'Booked.', schema: CashAnswer('withdrawalId') },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', ...CASH_ERRORS, ...SIGNATURE_ERRORS, 'ACCOUNTS_INSUFFICIENT_FUNDS'],
  example: { body: { withdrawalId: 'W-1', amount: { amount: '5000', currency: 'CNY' } } },
  async run({ services, requester, access, params: { accountId }, body }) {
    await access.requireUse(accountId);
    const booked = await services.accounts.withdraw({ ...body, accountId }, requester);
    return bookedAnswer({ withdrawalId: body.withdrawalId, accountId }, booked);
  },
});

type StatusVerb = 'freeze' | 'unfreeze' | 'close';

function statusRoute(verb: StatusVerb, summary: string, errorCodes: string[]): Route {
  return route({
    method: 'POST',
    path: `/v1/accounts/{accountId}/${verb}`,
    operationId: `${verb}Account`,
    tag,
    summary,
    roles: ['operator'],
    at: 'bank',
    params: AccountParams,
    success: { status: 200, description: 'Done.', schema: fields({ ...StatusResult.properties, ...Position }) },
    errors: ['AUTH_ACCOUNT_NOT_YOURS', 'ACCOUNTS_ACCOUNT_NOT_FOUND', 'ACCOUNTS_ACCOUNT_CLOSED', ...errorCodes],
    run: (call) => changeStatus(call, verb),
  });
}

async function changeStatus(call: Call<{ accountId: string }>, verb: StatusVerb): Promise<Answer> {
  const { services, requester, access, params } = call;
  await access.requireUse(params.accountId);
  const change: AccountService[StatusVerb] = services.accounts[verb];
  return bookedAnswer({ accountId: params.accountId }, await change(params.accountId, requester));
}

export const accountRoutes: Route[] = [
  openAccount,
  getAccount,
  listEntries,
  deposit,
  withdraw,
  statusRoute('freeze', 'Freeze an account: it neither pays nor is paid', ['ACCOUNTS_ACCOUNT_FROZEN']),
  statusRoute('unfreeze', 'Unfreeze an account', ['ACCOUNTS_ACCOUNT_NOT_FROZEN']),
  statusRoute('close', 'Close an empty account for good', [
    'ACCOUNTS_ACCOUNT_FROZEN',
    'ACCOUNTS_ACCOUNT_HAS_PENDING',
    'ACCOUNTS_ACCOUNT_NOT_EMPTY',
  ]),
];
