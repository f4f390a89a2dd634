import * as lending from '@tangram/chaincode/lending/schemas.ts';
import { Type } from 'typebox';
import { authErrors } from '../plugins/authentication-errors.ts';
import { ACCOUNT_ERRORS, AMOUNT_ERRORS, bookingRoute, LOAN_ERRORS, visibleLoan } from './loan-booking.ts';
import { pageOfList } from './parameters.ts';
import { type Route, route } from './route.ts';
import { AccountId, AmountSchema, ClientId, fields, PageQuery, pageOf, SIGNATURE_ERRORS } from './schemas.ts';

const tag = 'loans';
const readers = ['customer', 'operator', 'regulator'] as const;
const LoanParams = fields({ loanId: ClientId });
const { loanId, status, borrowerAccount, productId, productVersion, principal, annualRate, bucket } =
  lending.LoanView.properties;

const LoanSummary = fields({
  ...{ loanId, status, borrowerAccount, productId, productVersion, principal },
  balance: AmountSchema,
  annualRate,
  disbursementDate: lending.LoanView.properties.disbursementDate,
  lenders: Type.Integer({ description: 'How many hold a share.' }),
  accrualDate: lending.LoanView.properties.asOf,
  bucket: { ...bucket, description: 'Days past due on the day of the last accrual.' },
});

const listLoans = route({
  method: 'GET',
  path: '/v1/loans',
  operationId: 'listLoans',
  tag,
  summary: 'List loans, customers those that they owe or hold',
  roles: readers,
  at: 'bank',
  query: fields({
    ...PageQuery,
    status: Type.Optional(lending.LoanStatus),
    bucket: Type.Optional(bucket),
    accountId: Type.Optional(
      Type.String({ ...AccountId, description: 'Only loans that this account owes or holds a share of.' }),
    ),
  }),
  success: { status: 200, description: 'A page of loans, newest first.', schema: pageOf(LoanSummary) },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', 'API_CURSOR_INVALID'],
  async run({ services, access, query: { cursor, limit, accountId, ...filter } }) {
    if (accountId !== undefined) await access.requireSight(accountId);
    const accounts = accountId === undefined ? await access.ownAccounts() : [accountId];
    const wanted = { ...filter, ...(accounts === undefined ? {} : { accounts }) };
    const page = { ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
    return {
      body: await pageOfList(page, {
        scope: ['loans', accountId, filter],
        read: (request) => services.readModel.listLoans({ ...request, ...wanted }),
      }),
    };
  },
});

const getLoan = route({
  method: 'GET',
  path: '/v1/loans/{loanId}',
  operationId: 'getLoan',
  tag,
  summary: 'Read a loan: what is owed on a day, its instalments, its lenders and its statement',
  description: 'asOf may be a day to come: what will be owed if nothing happens until then.',
  roles: readers,
  at: 'bank',
  params: LoanParams,
  query: fields({ asOf: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' })) }),
  success: { status: 200, description: 'The loan.', schema: lending.LoanView },
  errors: ['LENDING_LOAN_NOT_FOUND', 'LENDING_DATE_INVALID', 'LENDING_VALUE_DATE_OUTSIDE'],
  run: async (call) => ({ body: await visibleLoan(call, call.params.loanId, call.query.asOf) }),
});

const getLoanLineage = route({
  method: 'GET',
  path: '/v1/loans/{loanId}/lineage',
  operationId: 'getLoanLineage',
  tag,
  summary: 'Read what a loan rests on: its request, the score under that, and the consent under the score',
  roles: readers,
  at: 'bank',
  params: LoanParams,
  success: { status: 200, description: 'The lineage.', schema: lending.LoanLineage },
  errors: ['LENDING_LOAN_NOT_FOUND'],
  async run(call) {
    const { loanId } = await visibleLoan(call, call.params.loanId);
    return { body: await call.services.queries.evaluate('lending:getLoanLineage', { loanId }) };
  },
});

const PAYMENT_ERRORS = [...ACCOUNT_ERRORS, ...SIGNATURE_ERRORS, 'LENDING_INSUFFICIENT_FUNDS'];

/** What is owed, and what is paid on it. */
export const loanServicingRoutes: Route[] = [
  listLoans,
  getLoan,
  getLoanLineage,
  bookingRoute({
    operation: 'repayLoan',
    path: '/v1/loans/{loanId}/repayments',
    summary: 'Repay a loan, on time, early or in part',
    description:
      'The lenders get their shares in the same commit. What is more than due repays principal in advance. Only the bank’s ' +
      'staff may date a repayment back; how later ones are spent then changes, and is told as corrections.',
    request: lending.RepayLoan,
    result: lending.LoanRepaid,
    async accountOf(request, call) {
      if (request.valueDate !== undefined && !call.access.isStaff) {
        throw authErrors.ROLE_NOT_ALLOWED({ roles: call.caller.roles.join(', '), allowed: 'operator' });
      }
      return (await visibleLoan(call, request.loanId)).borrowerAccount;
    },
    idField: 'repaymentId',
    says: 'Repaid.',
    errors: [
      ...AMOUNT_ERRORS,
      ...LOAN_ERRORS,
      'LENDING_DATE_INVALID',
      'LENDING_VALUE_DATE_OUTSIDE',
      ...PAYMENT_ERRORS,
      'LENDING_LOAN_FULL',
      'LENDING_LOAN_OVERPAID',
    ],
    example: { body: { repaymentId: 'R-1', amount: { amount: '1723000', currency: 'CNY' } } },
  }),
  bookingRoute({
    operation: 'recoverLoan',
    path: '/v1/loans/{loanId}/recoveries',
    summary: 'Pay towards a loan that was written off',
    request: lending.RecoverLoan,
    result: lending.LoanRecovered,
    accountOf: (request) => request.debtorAccount,
    idField: 'recoveryId',
    says: 'Recovered.',
    errors: [
      ...AMOUNT_ERRORS,
      'LENDING_LOAN_NOT_FOUND',
      'LENDING_LOAN_NOT_WRITTEN_OFF',
      ...PAYMENT_ERRORS,
      'LENDING_LOAN_FULL',
      'LENDING_LOAN_OVERPAID',
    ],
  }),
  bookingRoute({
    operation: 'offerShare',
    path: '/v1/loans/{loanId}/share-sales',
    summary: 'Offer a share of a loan for a price',
    request: lending.OfferShare,
    result: lending.ShareSale,
    accountOf: (request) => request.sellerAccount,
    idField: 'saleId',
    says: 'Offered.',
    errors: [
      ...AMOUNT_ERRORS,
      'LENDING_EXPIRY_PAST',
      ...LOAN_ERRORS,
      ...ACCOUNT_ERRORS,
      ...SIGNATURE_ERRORS,
      'LENDING_SHARE_TOO_SMALL',
    ],
  }),
  route({
    method: 'GET',
    path: '/v1/share-sales/{saleId}',
    operationId: 'getShareSale',
    tag,
    summary: 'Read an offered share',
    roles: readers,
    at: 'bank',
    params: fields({ saleId: ClientId }),
    success: { status: 200, description: 'The sale.', schema: lending.ShareSale },
    errors: ['LENDING_SALE_NOT_FOUND'],
    run: async ({ services, params }) => ({ body: await services.queries.evaluate('lending:getShareSale', params) }),
  }),
  bookingRoute({
    operation: 'buyShare',
    path: '/v1/share-sales/{saleId}/purchases',
    summary: 'Buy an offered share: payment and share change hands in one commit',
    request: lending.BuyShare,
    result: lending.ShareSale,
    accountOf: (request) => request.buyerAccount,
    idField: 'purchaseId',
    says: 'Bought.',
    errors: [
      'LENDING_SALE_NOT_FOUND',
      'LENDING_SALE_NOT_OPEN',
      'LENDING_SALE_EXPIRED',
      ...LOAN_ERRORS,
      'LENDING_SAME_ACCOUNT',
      ...PAYMENT_ERRORS,
      'LENDING_SHARE_TOO_SMALL',
      'LENDING_LENDERS_FULL',
    ],
  }),
];
