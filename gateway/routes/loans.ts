import { previewSchedule } from '@tangram/chaincode/lending/index.ts';
import { SchedulePreview, SchedulePreviewRequest } from '@tangram/chaincode/lending/schemas.ts';
import { DUE_DATE_ERRORS } from './loan-booking.ts';
import { loanMandateRoutes } from './loan-mandates.ts';
import { loanProductRoutes } from './loan-products.ts';
import { loanRequestRoutes } from './loan-requests.ts';
import { loanServicingRoutes } from './loan-servicing.ts';
import { loanStaffRoutes } from './loan-staff.ts';
import { type Route, route } from './route.ts';

const tag = 'loans';

const example = {
  body: {
    principal: { amount: '10000', currency: 'CNY' },
    annualRate: '0.094822',
    dayCount: '30/360',
    frequency: { every: 1, unit: 'month' },
    instalments: 6,
    disbursementDate: '2024-01-01',
    firstDueDate: '2024-02-01',
    method: 'annuity',
  },
};

const previewLoanSchedule = route({
  method: 'POST',
  path: '/v1/loans/schedule-previews',
  operationId: 'previewLoanSchedule',
  tag,
  summary: 'Work out the instalments of a loan',
  description:
    'Exact whole-number arithmetic, nothing is booked or kept. Interest is balance times rate times the day count’s ' +
    'part of a year, half-even; a level instalment is rounded once; the last instalment takes what remains. A balance ' +
    'is after its payment. Due dates are unadjusted unless a calendar is given.',
  roles: ['customer', 'operator', 'regulator'],
  body: SchedulePreviewRequest,
  success: { status: 200, description: 'The instalments in the order of their due dates.', schema: SchedulePreview },
  errors: [
    'CORE_AMOUNT_INVALID',
    'CORE_CURRENCY_UNKNOWN',
    'CORE_AMOUNT_NOT_POSITIVE',
    'CORE_CURRENCY_MISMATCH',
    'LENDING_BALLOON_MISSING',
    'LENDING_BALLOON_NOT_APPLICABLE',
    'LENDING_BALLOON_EXCEEDS_PRINCIPAL',
    'LENDING_GRACE_TOO_LONG',
    'LENDING_DATE_INVALID',
    ...DUE_DATE_ERRORS,
    'LENDING_FEE_EXCEEDS_PRINCIPAL',
  ],
  example: { ...example, response: previewSchedule(example.body as SchedulePreviewRequest) },
  async run(call) {
    return { body: previewSchedule(call.body) };
  },
});

export const loanRoutes: Route[] = [
  previewLoanSchedule,
  ...loanProductRoutes,
  ...loanRequestRoutes,
  ...loanMandateRoutes,
  ...loanServicingRoutes,
  ...loanStaffRoutes,
];
