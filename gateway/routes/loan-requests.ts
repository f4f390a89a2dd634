import { errors } from '@tangram/chaincode/lending/errors.ts';
import * as lending from '@tangram/chaincode/lending/schemas.ts';
import { Type } from 'typebox';
import {
  ACCOUNT_ERRORS,
  AMOUNT_ERRORS,
  book,
  booked,
  SIGNATURE_ERRORS,
  visibleRequest,
  without,
} from './lending-calls.ts';
import { type Route, route } from './route.ts';
import { ClientId, fields } from './schemas.ts';

const tag = 'loans';
const CONSORTIUM = 'consortium';
const VersionText = Type.String({ pattern: '^[1-9][0-9]{0,3}$' });
const RequestParams = fields({ requestId: ClientId });
const REQUEST_ERRORS = ['LENDING_REQUEST_NOT_FOUND', 'LENDING_REQUEST_NOT_OPEN'];

const setProduct = route({
  method: 'POST',
  path: '/v1/loan-products',
  operationId: 'setLoanProduct',
  tag,
  summary: 'Admit a version of a loan product',
  description: 'A version never changes; loans keep the terms of theirs.',
  roles: ['operator'],
  at: 'centralbank',
  body: lending.LoanProduct,
  success: { status: 201, description: 'Admitted.', schema: booked(lending.LoanProduct) },
  errors: ['CORE_CURRENCY_UNKNOWN', 'LENDING_PRODUCT_INVALID', 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD'],
  run: (call) => book(call, 'setProduct', { ...call.body, lane: CONSORTIUM }),
});

const getProduct = route({
  method: 'GET',
  path: '/v1/loan-products/{productId}/versions/{version}',
  operationId: 'getLoanProduct',
  tag,
  summary: 'Read a loan product',
  roles: ['customer', 'operator', 'regulator'],
  params: fields({ productId: lending.ProductId, version: VersionText }),
  success: { status: 200, description: 'The product.', schema: lending.LoanProduct },
  errors: ['LENDING_PRODUCT_NOT_FOUND'],
  async run({ services, params }) {
    const request = { productId: params.productId, version: Number(params.version) };
    return { body: await services.queries.evaluate('lending:getProduct', request, CONSORTIUM) };
  },
});

const setReferenceRate = route({
  method: 'POST',
  path: '/v1/reference-rates',
  operationId: 'setReferenceRate',
  tag,
  summary: 'Fix a reference rate',
  roles: ['operator'],
  at: 'centralbank',
  body: lending.ReferenceRate,
  success: { status: 201, description: 'Fixed.', schema: booked(lending.ReferenceRate) },
  errors: ['LENDING_DATE_INVALID', 'LENDING_FIXING_DATE_PAST', 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD'],
  example: { body: { rateId: 'LPR-1Y', fixingDate: '2026-01-20', annualRate: '0.03' } },
  run: (call) => book(call, 'setReferenceRate', { ...call.body, lane: CONSORTIUM }),
});

const requestLoan = route({
  method: 'POST',
  path: '/v1/loan-requests',
  operationId: 'requestLoan',
  tag,
  summary: 'Ask lenders for a loan',
  roles: ['customer', 'operator'],
  at: 'bank',
  body: lending.RequestLoan,
  idField: 'requestId',
  success: { status: 201, description: 'Open for offers.', schema: booked(lending.RequestResult) },
  errors: [
    ...AMOUNT_ERRORS,
    'LENDING_EXPIRY_PAST',
    'LENDING_PRODUCT_NOT_FOUND',
    'LENDING_AMOUNT_OUTSIDE_PRODUCT',
    'LENDING_INSTALMENTS_OUTSIDE_PRODUCT',
    'LENDING_RATE_OUTSIDE_PRODUCT',
    'LENDING_SCORE_MISSING',
    'LENDING_SCORE_NOT_PROVEN',
    'LENDING_SCORE_NOT_APPROVED',
    'LENDING_MINIMUM_ABOVE_AMOUNT',
    'LENDING_DATE_INVALID',
    ...ACCOUNT_ERRORS,
  ],
  example: {
    body: {
      requestId: 'Q-1',
      borrowerAccount: 'cedar-teashop',
      productId: 'SME',
      productVersion: 1,
      amount: { amount: '20000000', currency: 'CNY' },
      highestRate: '0.08',
      instalments: 12,
      matching: 'lowestRateFirst',
      expiresAt: '2027-01-31T12:00:00Z',
    },
  },
  async run(call) {
    await call.access.requireUse(call.body.borrowerAccount);
    return book(call, 'requestLoan', call.body);
  },
});

const getRequest = route({
  method: 'GET',
  path: '/v1/loan-requests/{requestId}',
  operationId: 'getLoanRequest',
  tag,
  summary: 'Read a loan request and its offers',
  description: 'Other lenders’ offers are told to the borrower, to staff and to regulators only.',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: RequestParams,
  success: { status: 200, description: 'The request.', schema: lending.LoanRequest },
  errors: ['LENDING_REQUEST_NOT_FOUND'],
  run: async (call) => ({ body: await visibleRequest(call, call.params.requestId) }),
});

const cancelRequest = route({
  method: 'POST',
  path: '/v1/loan-requests/{requestId}/cancel',
  operationId: 'cancelLoanRequest',
  tag,
  summary: 'Take a loan request back; every offer is released',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: RequestParams,
  success: { status: 200, description: 'Cancelled.', schema: booked(lending.RequestResult) },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', ...REQUEST_ERRORS],
  async run(call) {
    const { requestId } = call.params;
    await call.access.requireUse((await visibleRequest(call, requestId)).borrowerAccount);
    return book(call, 'cancelRequest', { requestId });
  },
});

const offerFunding = route({
  method: 'POST',
  path: '/v1/loan-requests/{requestId}/offers',
  operationId: 'offerFunding',
  tag,
  summary: 'Offer to lend',
  description: 'The money is set aside until the loan is disbursed or the request ends.',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: RequestParams,
  body: without(lending.OfferFunding, ['requestId']),
  idField: 'offerId',
  success: { status: 201, description: 'Offered.', schema: booked(lending.OfferResult) },
  errors: [
    ...AMOUNT_ERRORS,
    ...REQUEST_ERRORS,
    'LENDING_REQUEST_EXPIRED',
    'LENDING_OWN_REQUEST',
    'LENDING_OFFERS_FULL',
    ...ACCOUNT_ERRORS,
    ...SIGNATURE_ERRORS,
    'LENDING_INSUFFICIENT_FUNDS',
  ],
  example: {
    body: {
      offerId: 'O-1',
      lenderAccount: 'cedar-lender',
      amount: { amount: '5000000', currency: 'CNY' },
      leastRate: '0.065',
    },
  },
  async run(call) {
    await call.access.requireUse(call.body.lenderAccount);
    return book(call, 'offerFunding', { ...call.params, ...call.body });
  },
});

const withdrawOffer = route({
  method: 'POST',
  path: '/v1/loan-requests/{requestId}/offers/{offerId}/withdraw',
  operationId: 'withdrawOffer',
  tag,
  summary: 'Take an offer back',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: fields({ requestId: ClientId, offerId: ClientId }),
  success: { status: 200, description: 'Withdrawn.', schema: booked(lending.OfferResult) },
  errors: ['AUTH_ACCOUNT_NOT_YOURS', ...REQUEST_ERRORS, 'LENDING_OFFER_NOT_FOUND'],
  async run(call) {
    const { requestId, offerId } = call.params;
    const { offers } = await visibleRequest(call, requestId);
    const offer = offers.find((each) => each.offerId === offerId);
    if (offer === undefined) throw errors.OFFER_NOT_FOUND({ requestId, offerId });
    await call.access.requireUse(offer.lenderAccount);
    return book(call, 'withdrawOffer', { requestId, offerId });
  },
});

const disburseLoan = route({
  method: 'POST',
  path: '/v1/loan-requests/{requestId}/disburse',
  operationId: 'disburseLoan',
  tag,
  summary: 'Match the offers, pay the borrower and open the loan, in one commit',
  roles: ['customer', 'operator'],
  at: 'bank',
  params: RequestParams,
  body: without(lending.DisburseLoan, ['requestId']),
  idField: 'loanId',
  success: { status: 201, description: 'Disbursed.', schema: booked(lending.DisbursedLoan) },
  errors: [
    ...REQUEST_ERRORS,
    'LENDING_REQUEST_EXPIRED',
    'LENDING_FUNDING_TOO_LOW',
    ...ACCOUNT_ERRORS,
    'LENDING_REFERENCE_RATE_NOT_FOUND',
    'LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT',
    'LENDING_TERM_TOO_LONG',
    'LENDING_CALENDAR_WITHOUT_BUSINESS_DAYS',
    'LENDING_DUE_DATES_COLLIDE',
    'LENDING_GRACE_TOO_LONG',
    'LENDING_FEE_EXCEEDS_PRINCIPAL',
  ],
  example: { body: { loanId: 'L-1' } },
  async run(call) {
    const { requestId } = call.params;
    await call.access.requireUse((await visibleRequest(call, requestId)).borrowerAccount);
    return book(call, 'disburseLoan', { ...call.body, requestId });
  },
});

export const loanRequestRoutes: Route[] = [
  setProduct,
  getProduct,
  setReferenceRate,
  requestLoan,
  getRequest,
  cancelRequest,
  offerFunding,
  withdrawOffer,
  disburseLoan,
];
