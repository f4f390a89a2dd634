import * as lending from '@tangram/chaincode/lending/schemas.ts';
import { Type } from 'typebox';
import { authErrors } from '../plugins/authentication-errors.ts';
import {
  ACCOUNT_ERRORS,
  AMOUNT_ERRORS,
  book,
  booked,
  LOAN_ERRORS,
  SIGNATURE_ERRORS,
  visibleLoan,
  without,
} from './lending-calls.ts';
import { type Route, route } from './route.ts';
import { ClientId, fields } from './schemas.ts';

const tag = 'loans';
const LoanParams = fields({ loanId: ClientId });
const SaleParams = fields({ saleId: ClientId });

const getLoan = route({
  method: 'GET',
  path: '/v1/loans/{loanId}',
  operationId: 'getLoan',
  tag,
  summary: 'Read a loan: what is owed on a day, its instalments, its lenders and its statement',
  description: 'asOf may be a day to come: what will be owed if nothing happens until then.',
  roles: ['customer', 'operator', 'regulator'],
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
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: LoanParams,
  success: { status: 200, description: 'The lineage.', schema: lending.LoanLineage },
  errors: ['LENDING_LOAN_NOT_FOUND'],
  async run(call) {
    const { loanId } = await visibleLoan(call, call.params.loanId);
    return { body: await call.services.queries.evaluate('lending:getLoanLineage', { loanId }) };
  },
});

const repayLoan = route({
  method: 'POST',
  path: '/v1/loans/{loanId}/repayments',
  operationId: 'repayLoan',
  tag,
  summary: 'Repay a loan, on time, early or in part',
  description:
    'The lenders get their shares in the same commit. What is more than due repays principal in advance. Only the bank’s ' +
    'staff may date a repayment back; how later ones are spent then changes, and is told as corrections.',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: LoanParams,
  body: without(lending.RepayLoan, ['loanId']),
  idField: 'repaymentId',
  success: { status: 201, description: 'Repaid.', schema: booked(lending.LoanRepaid) },
  errors: [
    ...AMOUNT_ERRORS,
    ...LOAN_ERRORS,
    'LENDING_DATE_INVALID',
    'LENDING_VALUE_DATE_OUTSIDE',
    ...ACCOUNT_ERRORS,
    ...SIGNATURE_ERRORS,
    'LENDING_INSUFFICIENT_FUNDS',
    'LENDING_LOAN_OVERPAID',
  ],
  example: { body: { repaymentId: 'R-1', amount: { amount: '1723000', currency: 'CNY' } } },
  async run(call) {
    const { loanId } = call.params;
    await call.access.requireUse((await visibleLoan(call, loanId)).borrowerAccount);
    if (call.body.valueDate !== undefined && !call.access.isStaff) {
      throw authErrors.ROLE_NOT_ALLOWED({ roles: call.caller.roles.join(', '), allowed: 'operator' });
    }
    return book(call, 'repayLoan', { ...call.body, loanId });
  },
});

const recoverLoan = route({
  method: 'POST',
  path: '/v1/loans/{loanId}/recoveries',
  operationId: 'recoverLoan',
  tag,
  summary: 'Pay towards a loan that was written off',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: LoanParams,
  body: without(lending.RecoverLoan, ['loanId']),
  idField: 'recoveryId',
  success: { status: 201, description: 'Recovered.', schema: booked(lending.LoanRecovered) },
  errors: [
    ...AMOUNT_ERRORS,
    'LENDING_LOAN_NOT_FOUND',
    'LENDING_LOAN_NOT_WRITTEN_OFF',
    'LENDING_LOAN_FULL',
    ...ACCOUNT_ERRORS,
    ...SIGNATURE_ERRORS,
    'LENDING_INSUFFICIENT_FUNDS',
    'LENDING_LOAN_OVERPAID',
  ],
  async run(call) {
    await call.access.requireUse(call.body.debtorAccount);
    return book(call, 'recoverLoan', { ...call.body, ...call.params });
  },
});

const offerShare = route({
  method: 'POST',
  path: '/v1/loans/{loanId}/share-sales',
  operationId: 'offerShare',
  tag,
  summary: 'Offer a share of a loan for a price',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: LoanParams,
  body: without(lending.OfferShare, ['loanId']),
  idField: 'saleId',
  success: { status: 201, description: 'Offered.', schema: booked(lending.ShareSale) },
  errors: [
    ...AMOUNT_ERRORS,
    'LENDING_EXPIRY_PAST',
    ...LOAN_ERRORS,
    ...ACCOUNT_ERRORS,
    ...SIGNATURE_ERRORS,
    'LENDING_SHARE_TOO_SMALL',
  ],
  async run(call) {
    await call.access.requireUse(call.body.sellerAccount);
    return book(call, 'offerShare', { ...call.body, ...call.params });
  },
});

const getShareSale = route({
  method: 'GET',
  path: '/v1/share-sales/{saleId}',
  operationId: 'getShareSale',
  tag,
  summary: 'Read an offered share',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: SaleParams,
  success: { status: 200, description: 'The sale.', schema: lending.ShareSale },
  errors: ['LENDING_SALE_NOT_FOUND'],
  run: async ({ services, params }) => ({ body: await services.queries.evaluate('lending:getShareSale', params) }),
});

const buyShare = route({
  method: 'POST',
  path: '/v1/share-sales/{saleId}/purchases',
  operationId: 'buyShare',
  tag,
  summary: 'Buy an offered share: payment and share change hands in one commit',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: SaleParams,
  body: without(lending.BuyShare, ['saleId']),
  idField: 'purchaseId',
  success: { status: 201, description: 'Bought.', schema: booked(lending.ShareSale) },
  errors: [
    'LENDING_SALE_NOT_FOUND',
    'LENDING_SALE_NOT_OPEN',
    'LENDING_SALE_EXPIRED',
    ...LOAN_ERRORS,
    'LENDING_SAME_ACCOUNT',
    ...ACCOUNT_ERRORS,
    ...SIGNATURE_ERRORS,
    'LENDING_INSUFFICIENT_FUNDS',
    'LENDING_SHARE_TOO_SMALL',
  ],
  async run(call) {
    await call.access.requireUse(call.body.buyerAccount);
    return book(call, 'buyShare', { ...call.body, ...call.params });
  },
});

export const loanServicingRoutes: Route[] = [
  getLoan,
  getLoanLineage,
  repayLoan,
  recoverLoan,
  offerShare,
  getShareSale,
  buyShare,
];
