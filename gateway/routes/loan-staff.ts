import * as lending from '@tangram/chaincode/lending/schemas.ts';
import { AMOUNT_ERRORS, bookingRoute, DUE_DATE_ERRORS, LOAN_ERRORS } from './loan-booking.ts';
import type { Route } from './route.ts';

/** What only the bank's staff may do to its loans. */
export const loanStaffRoutes: Route[] = [
  bookingRoute({
    operation: 'accrueLoans',
    path: '/v1/loan-accruals',
    summary: 'Accrue and age one page of the register of loans to the end of a day',
    description:
      'The gateway does so every day by itself. Repeating it harms nothing: loans that stand at that day are passed over.',
    request: lending.AccrueLoans,
    result: lending.LoansAccrued,
    status: 200,
    says: 'Accrued.',
    errors: ['LENDING_DATE_INVALID', 'LENDING_ACCRUAL_DATE_AHEAD', 'LENDING_ACCRUAL_PAGE_NOT_FOUND'],
    example: { body: { accrualDate: '2026-01-31', page: 1 } },
  }),
  bookingRoute({
    operation: 'changeLoanRate',
    path: '/v1/loans/{loanId}/rate-changes',
    summary: 'Give a floating loan today’s reference rate from its next period on',
    request: lending.ChangeLoanRate,
    result: lending.LoanRateChanged,
    idField: 'changeId',
    says: 'Booked.',
    errors: [...LOAN_ERRORS, 'LENDING_RATE_IS_FIXED', 'LENDING_REFERENCE_RATE_NOT_FOUND', 'LENDING_LOAN_FULL'],
  }),
  bookingRoute({
    operation: 'restructureLoan',
    path: '/v1/loans/{loanId}/restructurings',
    summary: 'Agree new due dates and a new rate for all that is left',
    request: lending.RestructureLoan,
    result: lending.LoanRestructured,
    idField: 'restructuringId',
    says: 'Booked.',
    errors: [...LOAN_ERRORS, 'LENDING_DATE_INVALID', ...DUE_DATE_ERRORS, 'LENDING_LOAN_FULL'],
  }),
  bookingRoute({
    operation: 'writeOffLoan',
    path: '/v1/loans/{loanId}/write-offs',
    summary: 'Give a loan up; the claim stays',
    request: lending.WriteOffLoan,
    result: lending.LoanWrittenOff,
    idField: 'writeOffId',
    says: 'Booked.',
    errors: [...LOAN_ERRORS, 'LENDING_NOT_YET_CHARGED_OFF'],
  }),
  bookingRoute({
    operation: 'recordSecurity',
    path: '/v1/loans/{loanId}/securities',
    summary: 'Record collateral or a guarantee; the paper stays with the bank',
    request: lending.RecordSecurity,
    result: lending.SecurityResult,
    idField: 'securityId',
    says: 'Booked.',
    errors: [...AMOUNT_ERRORS, ...LOAN_ERRORS, 'LENDING_SECURITIES_FULL'],
  }),
  bookingRoute({
    operation: 'releaseSecurity',
    path: '/v1/loans/{loanId}/security-releases',
    summary: 'Release collateral or a guarantee',
    request: lending.ReleaseSecurity,
    result: lending.SecurityResult,
    idField: 'securityId',
    says: 'Booked.',
    errors: ['LENDING_LOAN_NOT_FOUND', 'LENDING_SECURITY_NOT_FOUND'],
  }),
];
