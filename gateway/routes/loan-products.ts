import * as lending from '@tangram/chaincode/lending/schemas.ts';
import { Type } from 'typebox';
import { bookingRoute } from './loan-booking.ts';
import { type Route, route } from './route.ts';
import { fields } from './schemas.ts';

const roles = ['customer', 'operator', 'regulator'] as const;
const CONSORTIUM = 'consortium';
export const ProductParams = fields({
  productId: lending.ProductId,
  version: Type.String({ pattern: '^[1-9][0-9]{0,3}$' }),
});

/** Terms that the consortium sets for all banks: booked at the central bank, read everywhere. */
export const loanProductRoutes: Route[] = [
  bookingRoute({
    operation: 'setProduct',
    operationId: 'setLoanProduct',
    path: '/v1/loan-products',
    summary: 'Admit a version of a loan product',
    description: 'A version never changes; loans keep the terms of theirs.',
    request: lending.LoanProduct,
    result: lending.LoanProduct,
    isGoverned: true,
    says: 'Admitted.',
    errors: [
      'CORE_CURRENCY_UNKNOWN',
      'LENDING_PRODUCT_INVALID',
      'LENDING_BALLOON_MISSING',
      'LENDING_BALLOON_NOT_APPLICABLE',
      'LENDING_GRACE_TOO_LONG',
      'LENDING_CALENDAR_NOT_FOUND',
      'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD',
    ],
  }),
  route({
    method: 'GET',
    path: '/v1/loan-products/{productId}/versions/{version}',
    operationId: 'getLoanProduct',
    tag: 'loans',
    summary: 'Read a loan product',
    roles,
    params: ProductParams,
    success: { status: 200, description: 'The product.', schema: lending.LoanProduct },
    errors: ['LENDING_PRODUCT_NOT_FOUND'],
    async run({ services, params }) {
      const request = { productId: params.productId, version: Number(params.version) };
      return { body: await services.queries.evaluate('lending:getProduct', request, CONSORTIUM) };
    },
  }),
  bookingRoute({
    operation: 'setCalendar',
    operationId: 'setLoanCalendar',
    path: '/v1/loan-calendars',
    summary: 'Put a version of a calendar in force',
    description: 'Due dates that are set from then on follow it; loans keep those that they were born with.',
    request: lending.LoanCalendar,
    result: lending.LoanCalendar,
    isGoverned: true,
    says: 'In force.',
    errors: ['LENDING_DATE_INVALID', 'LENDING_CALENDAR_VERSION_PAST', 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD'],
    example: {
      body: {
        ...{ calendarId: 'CN', version: 1, weekend: ['saturday', 'sunday'] },
        ...{ holidays: ['2026-02-16', '2026-02-17'], workingDays: ['2026-02-14'] },
      },
    },
  }),
  route({
    method: 'GET',
    path: '/v1/loan-calendars/{calendarId}',
    operationId: 'getLoanCalendar',
    tag: 'loans',
    summary: 'Read a calendar’s latest version',
    roles,
    params: fields({ calendarId: lending.CalendarId }),
    success: { status: 200, description: 'The calendar.', schema: lending.LoanCalendar },
    errors: ['LENDING_CALENDAR_NOT_FOUND'],
    run: async ({ services, params }) => ({
      body: await services.queries.evaluate('lending:getCalendar', params, CONSORTIUM),
    }),
  }),
  bookingRoute({
    operation: 'setReferenceRate',
    path: '/v1/reference-rates',
    summary: 'Fix a reference rate',
    request: lending.ReferenceRate,
    result: lending.ReferenceRate,
    isGoverned: true,
    says: 'Fixed.',
    errors: ['LENDING_DATE_INVALID', 'LENDING_FIXING_DATE_PAST', 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD'],
    example: { body: { rateId: 'LPR-1Y', fixingDate: '2026-01-20', annualRate: '0.03' } },
  }),
];
