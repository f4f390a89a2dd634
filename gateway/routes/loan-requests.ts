import { errors } from '@tangram/chaincode/lending/errors.ts';
import * as lending from '@tangram/chaincode/lending/schemas.ts';
import { Type } from 'typebox';
import { ACCOUNT_ERRORS, AMOUNT_ERRORS, bookingRoute, DUE_DATE_ERRORS, visibleRequest } from './loan-booking.ts';
import { pageOfList } from './parameters.ts';
import { type Route, route } from './route.ts';
import { AccountId, AmountSchema, ClientId, fields, PageQuery, pageOf, SIGNATURE_ERRORS } from './schemas.ts';

const tag = 'loans';
const readers = ['customer', 'operator', 'regulator'] as const;
const REQUEST_ERRORS = ['LENDING_REQUEST_NOT_FOUND', 'LENDING_REQUEST_NOT_OPEN'];
const { requestId, borrowerAccount, productId, productVersion, amount, highestRate, instalments, matching, expiresAt } =
  lending.RequestLoan.properties;

const RequestSummary = fields({
  ...{ requestId, status: lending.RequestStatus, borrowerAccount, productId, productVersion, amount },
  ...{ minimumAmount: AmountSchema, highestRate, instalments, matching },
  requestedAt: expiresAt,
  expiresAt,
  loanId: Type.Union([ClientId, Type.Null()]),
});

const listLoanRequests = route({
  method: 'GET',
  path: '/v1/loan-requests',
  operationId: 'listLoanRequests',
  tag,
  summary: 'List loan requests',
  description: 'Customers see open requests, which they may fund, and their own ones. Offers are told one by one.',
  roles: readers,
  at: 'bank',
  query: fields({
    ...PageQuery,
    status: Type.Optional(lending.RequestStatus),
    borrowerAccount: Type.Optional(AccountId),
  }),
  success: { status: 200, description: 'A page of requests, newest first.', schema: pageOf(RequestSummary) },
  errors: ['API_CURSOR_INVALID'],
  async run({ services, access, query: { cursor, limit, ...filter } }) {
    const accounts = await access.ownAccounts();
    const wanted = { ...filter, ...(accounts === undefined ? {} : { accounts }) };
    const page = { ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
    return {
      body: await pageOfList(page, {
        scope: ['loan-requests', filter],
        read: (request) => services.readModel.listLoanRequests({ ...request, ...wanted }),
      }),
    };
  },
});

const getLoanRequest = route({
  method: 'GET',
  path: '/v1/loan-requests/{requestId}',
  operationId: 'getLoanRequest',
  tag,
  summary: 'Read a loan request and its offers',
  description: 'Other lenders’ offers are told to the borrower, to staff and to regulators only.',
  roles: readers,
  at: 'bank',
  params: fields({ requestId: ClientId }),
  success: { status: 200, description: 'The request.', schema: lending.LoanRequest },
  errors: ['LENDING_REQUEST_NOT_FOUND'],
  run: async (call) => ({ body: await visibleRequest(call, call.params.requestId) }),
});

const borrowerOf = async (
  request: { requestId: string },
  call: Parameters<typeof visibleRequest>[0],
): Promise<string> => (await visibleRequest(call, request.requestId)).borrowerAccount;

/** Asking, offering, and what becomes of it. */
export const loanRequestRoutes: Route[] = [
  bookingRoute({
    operation: 'requestLoan',
    path: '/v1/loan-requests',
    summary: 'Ask lenders for a loan',
    description:
      'With a score that approved the borrower, lenders who gave a mandate for the product offer at once: `mandated`. The ' +
      'request tells every member that it was approved; one on any other score is not submitted.',
    request: lending.RequestLoan,
    result: lending.RequestResult,
    accountOf: (request) => request.borrowerAccount,
    assertSubmittable: (request, { services }) => services.credit.assertApproved(request),
    idField: 'requestId',
    says: 'Open for offers.',
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
      'LENDING_SCORE_EXPIRED',
      'CREDIT_SUBJECT_ERASED',
      'CREDIT_CONSENT_REVOKED',
      'LENDING_MINIMUM_ABOVE_AMOUNT',
      'LENDING_MINIMUM_BELOW_PRODUCT',
      'LENDING_DATE_INVALID',
      ...ACCOUNT_ERRORS,
      'LENDING_REQUESTS_FULL',
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
  }),
  listLoanRequests,
  getLoanRequest,
  bookingRoute({
    operation: 'cancelRequest',
    operationId: 'cancelLoanRequest',
    path: '/v1/loan-requests/{requestId}/cancel',
    summary: 'Take a loan request back; every offer is released',
    request: lending.RequestReference,
    result: lending.RequestResult,
    accountOf: borrowerOf,
    status: 200,
    says: 'Cancelled.',
    errors: ['AUTH_ACCOUNT_NOT_YOURS', ...REQUEST_ERRORS],
  }),
  bookingRoute({
    operation: 'offerFunding',
    path: '/v1/loan-requests/{requestId}/offers',
    summary: 'Offer to lend',
    description: 'The money is set aside until the loan is disbursed or the request ends.',
    request: lending.OfferFunding,
    result: lending.OfferResult,
    accountOf: (request) => request.lenderAccount,
    idField: 'offerId',
    says: 'Offered.',
    errors: [
      ...AMOUNT_ERRORS,
      ...REQUEST_ERRORS,
      'LENDING_REQUEST_EXPIRED',
      'LENDING_RATE_OUTSIDE_PRODUCT',
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
  }),
  bookingRoute({
    operation: 'withdrawOffer',
    path: '/v1/loan-requests/{requestId}/offers/{offerId}/withdraw',
    summary: 'Take an offer back',
    request: lending.OfferReference,
    result: lending.OfferResult,
    async accountOf(request, call) {
      const { offers } = await visibleRequest(call, request.requestId);
      const offer = offers.find((each) => each.offerId === request.offerId);
      if (offer === undefined) throw errors.OFFER_NOT_FOUND(request);
      return offer.lenderAccount;
    },
    status: 200,
    says: 'Withdrawn.',
    errors: ['AUTH_ACCOUNT_NOT_YOURS', ...REQUEST_ERRORS, 'LENDING_OFFER_NOT_FOUND'],
  }),
  bookingRoute({
    operation: 'disburseLoan',
    path: '/v1/loan-requests/{requestId}/disburse',
    summary: 'Match the offers, pay the borrower and open the loan, in one commit',
    request: lending.DisburseLoan,
    result: lending.DisbursedLoan,
    accountOf: borrowerOf,
    idField: 'loanId',
    says: 'Disbursed.',
    errors: [
      ...REQUEST_ERRORS,
      'LENDING_REQUEST_EXPIRED',
      'LENDING_FUNDING_TOO_LOW',
      ...ACCOUNT_ERRORS,
      'LENDING_REFERENCE_RATE_NOT_FOUND',
      ...DUE_DATE_ERRORS,
      'LENDING_FEE_EXCEEDS_PRINCIPAL',
    ],
    example: { body: { loanId: 'L-1' } },
  }),
];
