import { errors } from '@tangram/chaincode/lending/errors.ts';
import * as lending from '@tangram/chaincode/lending/schemas.ts';
import { ACCOUNT_ERRORS, AMOUNT_ERRORS, bookingRoute, heldBy } from './loan-booking.ts';
import { ProductParams } from './loan-products.ts';
import { type Route, route } from './route.ts';
import { SIGNATURE_ERRORS } from './schemas.ts';

const listLoanMandates = route({
  method: 'GET',
  path: '/v1/loan-products/{productId}/versions/{version}/mandates',
  operationId: 'listLoanMandates',
  tag: 'loans',
  summary: 'List lenders’ mandates under a product, customers their own',
  roles: ['customer', 'operator', 'regulator'],
  at: 'bank',
  params: ProductParams,
  success: { status: 200, description: 'In the order in which they were given.', schema: lending.LoanMandates },
  errors: [],
  async run({ services, access, params }) {
    const request = { productId: params.productId, version: Number(params.version) };
    const all = await services.queries.evaluate<lending.LoanMandates>('lending:listMandates', request);
    return { body: { ...all, mandates: await heldBy(access, all.mandates) } };
  },
});

/** Lenders' standing word to offer: from score to money without a manual step. */
export const loanMandateRoutes: Route[] = [
  bookingRoute({
    operation: 'setMandate',
    operationId: 'setLoanMandate',
    path: '/v1/loan-mandates',
    summary: 'Have the bank offer to every borrower whose score was approved under a product',
    request: lending.SetMandate,
    result: lending.MandateResult,
    accountOf: (request) => request.lenderAccount,
    idField: 'mandateId',
    says: 'Given.',
    errors: [
      ...AMOUNT_ERRORS,
      'LENDING_PRODUCT_NOT_FOUND',
      'LENDING_RATE_OUTSIDE_PRODUCT',
      'LENDING_MANDATES_FULL',
      ...ACCOUNT_ERRORS,
      ...SIGNATURE_ERRORS,
    ],
    example: {
      body: {
        ...{ mandateId: 'M-1', lenderAccount: 'cedar-desk', productId: 'SME', productVersion: 1 },
        ...{ most: { amount: '20000000', currency: 'CNY' }, leastRate: '0.055' },
      },
    },
  }),
  listLoanMandates,
  bookingRoute({
    operation: 'endMandate',
    operationId: 'endLoanMandate',
    path: '/v1/loan-mandates/{mandateId}/end',
    summary: 'End a mandate; what was offered under it stays',
    request: lending.EndMandate,
    result: lending.MandateResult,
    async accountOf({ mandateId, productId, productVersion: version }, { services }) {
      const request = { productId, version };
      // An own peer alone decides whose it is.
      const { mandates } = await services.queries.evaluateAtHome<lending.LoanMandates>('lending:listMandates', request);
      const mandate = mandates.find((each) => each.mandateId === mandateId);
      if (mandate === undefined) throw errors.MANDATE_NOT_FOUND({ mandateId, productId, version });
      return mandate.lenderAccount;
    },
    status: 200,
    says: 'Ended.',
    errors: ['AUTH_ACCOUNT_NOT_YOURS', 'LENDING_MANDATE_NOT_FOUND'],
  }),
];
