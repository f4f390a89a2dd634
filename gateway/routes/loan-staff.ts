import * as lending from '@tangram/chaincode/lending/schemas.ts';
import type { TObject, TProperties } from 'typebox';
import { AMOUNT_ERRORS, book, booked, LOAN_ERRORS, without } from './lending-calls.ts';
import { type Route, route } from './route.ts';
import { ClientId, fields } from './schemas.ts';

const tag = 'loans';

const accrueLoans = route({
  method: 'POST',
  path: '/v1/loan-accruals',
  operationId: 'accrueLoans',
  tag,
  summary: 'Accrue and age one page of the register of loans to the end of a day',
  description: 'Repeating it harms nothing: loans that stand at that day are passed over.',
  roles: ['operator'],
  at: 'bank',
  body: lending.AccrueLoans,
  success: { status: 200, description: 'Accrued.', schema: booked(lending.LoansAccrued) },
  errors: ['LENDING_DATE_INVALID', 'LENDING_ACCRUAL_DATE_AHEAD', 'LENDING_ACCRUAL_PAGE_NOT_FOUND'],
  example: { body: { accrualDate: '2026-01-31', page: 1 } },
  run: (call) => book(call, 'accrueLoans', call.body),
});

interface StaffRoute<Body extends TProperties> {
  /** Path below the loan, operation of the ledger. */
  path: string;
  operation: string;
  summary: string;
  body: TObject<Body>;
  idField: string;
  result: TObject;
  errors: readonly string[];
}

/** What only the bank's staff may do to a loan. */
function staffRoute<Body extends TProperties>(row: StaffRoute<Body>): Route {
  return route<{ loanId: typeof ClientId }, Record<never, never>, Body>({
    method: 'POST',
    path: `/v1/loans/{loanId}/${row.path}`,
    operationId: row.operation,
    tag,
    summary: row.summary,
    roles: ['operator'],
    at: 'bank',
    params: fields({ loanId: ClientId }),
    body: row.body,
    idField: row.idField,
    success: { status: 201, description: 'Booked.', schema: booked(row.result) },
    errors: [...LOAN_ERRORS, ...row.errors],
    run: (call) => book(call, row.operation, { ...(call.body as Record<string, unknown>), ...call.params }),
  });
}

const changeLoanRate = staffRoute({
  path: 'rate-changes',
  operation: 'changeLoanRate',
  summary: 'Give a floating loan today’s reference rate from its next period on',
  body: without(lending.ChangeLoanRate, ['loanId']),
  idField: 'changeId',
  result: lending.LoanRateChanged,
  errors: ['LENDING_RATE_IS_FIXED', 'LENDING_REFERENCE_RATE_NOT_FOUND'],
});

const restructureLoan = staffRoute({
  path: 'restructurings',
  operation: 'restructureLoan',
  summary: 'Agree new due dates and a new rate for all that is left',
  body: without(lending.RestructureLoan, ['loanId']),
  idField: 'restructuringId',
  result: lending.LoanRestructured,
  errors: [
    'LENDING_DATE_INVALID',
    'LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT',
    'LENDING_TERM_TOO_LONG',
    'LENDING_DUE_DATES_COLLIDE',
  ],
});

const writeOffLoan = staffRoute({
  path: 'write-offs',
  operation: 'writeOffLoan',
  summary: 'Give a loan up; the claim stays',
  body: without(lending.WriteOffLoan, ['loanId']),
  idField: 'writeOffId',
  result: lending.LoanWrittenOff,
  errors: ['LENDING_NOT_YET_CHARGED_OFF'],
});

const recordSecurity = staffRoute({
  path: 'securities',
  operation: 'recordSecurity',
  summary: 'Record collateral or a guarantee; the paper stays with the bank',
  body: without(lending.RecordSecurity, ['loanId']),
  idField: 'securityId',
  result: lending.SecurityResult,
  errors: AMOUNT_ERRORS,
});

const releaseSecurity = staffRoute({
  path: 'security-releases',
  operation: 'releaseSecurity',
  summary: 'Release collateral or a guarantee',
  body: without(lending.ReleaseSecurity, ['loanId']),
  idField: 'securityId',
  result: lending.SecurityResult,
  errors: ['LENDING_SECURITY_NOT_FOUND'],
});

export const loanStaffRoutes: Route[] = [
  accrueLoans,
  changeLoanRate,
  restructureLoan,
  writeOffLoan,
  recordSecurity,
  releaseSecurity,
];
