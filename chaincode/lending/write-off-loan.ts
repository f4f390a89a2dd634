import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { getActiveLoan, saveChange, today, withEvent } from './loan-books.ts';
import { formatDate } from './schedule/dates.ts';
import type { LoanWrittenOff, WriteOffLoan } from './schemas.ts';
import { viewOf } from './servicing/loan-record.ts';
import { daysPastDue, payoffOf } from './servicing/owed.ts';

/**
 * Gives a loan up: it accrues no more, its unpaid income is taken back and its principal stands apart as written off;
 * the claim stays, and what comes in is a recovery. Refuses, in order: LOAN_NOT_FOUND, LOAN_CLOSED, LOAN_WRITTEN_OFF, NOT_YET_CHARGED_OFF.
 */
export function writeOffLoan(ledger: Ledger, { writeOffId, loanId }: WriteOffLoan): LoanWrittenOff {
  const loan = getActiveLoan(ledger, loanId);
  const date = formatDate(today(ledger));
  const change = withEvent(ledger, loan, { kind: 'writeOff', id: writeOffId, date });
  const days = daysPastDue(change.before);
  const { chargeOffDays } = loan.product;
  if (days < chargeOffDays) throw errors.NOT_YET_CHARGED_OFF({ loanId, daysPastDue: days, chargeOffDays });

  const writtenOff = viewOf(payoffOf(change.before));

  saveChange(ledger, change);
  ledger.emit('LoanWrittenOff', { loanId, writtenOff });
  return { writeOffId, loanId, writtenOff };
}
