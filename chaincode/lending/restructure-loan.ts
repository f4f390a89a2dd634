import type { Ledger } from '../core/ledger.ts';
import { getActiveLoan, saveChange, today, withEvent } from './loan-books.ts';
import { calendarOf } from './schedule/build-schedule.ts';
import { formatDate, parseDate } from './schedule/dates.ts';
import { dueDates } from './schedule/due-dates.ts';
import type { LoanRestructured, RestructureLoan } from './schemas.ts';
import { viewOf } from './servicing/loan-record.ts';
import { payoffOf } from './servicing/owed.ts';
import { calendarTermsOf } from './set-calendar.ts';

/**
 * Agrees new due dates and a new rate for all principal; interest, fees and penalty so far fall due with the first of
 * them. Refuses, in order: LOAN_NOT_FOUND, LOAN_CLOSED, LOAN_WRITTEN_OFF, DATE_INVALID, those of due dates, LOAN_FULL.
 */
export function restructureLoan(ledger: Ledger, request: RestructureLoan): LoanRestructured {
  const { restructuringId, loanId, annualRate, frequency, instalments } = request;
  const loan = getActiveLoan(ledger, loanId);
  const { rollConvention, endOfMonth } = loan.product;
  const calendar = calendarTermsOf(ledger, loan.product);
  const days = dueDates({
    disbursement: today(ledger),
    firstDue: parseDate(request.firstDueDate),
    ...frequency,
    instalments,
    keepsEndOfMonth: endOfMonth ?? false,
    calendar: calendar === undefined ? undefined : calendarOf(calendar),
    rollConvention: rollConvention ?? 'following',
  }).map(formatDate);

  const date = formatDate(today(ledger));
  const event = { kind: 'restructuring', id: restructuringId, date, annualRate, dueDates: days } as const;
  const change = withEvent(ledger, loan, event);

  saveChange(ledger, change);
  ledger.emit('LoanRestructured', { loanId, annualRate, dueDates: days });
  return { restructuringId, loanId, dueDates: days, carried: viewOf({ ...payoffOf(change.before), principal: 0n }) };
}
