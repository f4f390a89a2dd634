import type { Ledger } from '../core/ledger.ts';
import { rateOf } from './disburse-loan.ts';
import { errors } from './errors.ts';
import { getActiveLoan, saveChange, today, withEvent } from './loan-books.ts';
import { formatDate } from './schedule/dates.ts';
import type { ChangeLoanRate, LoanRateChanged } from './schemas.ts';

/**
 * Gives a floating loan today's reference rate from its next period on. Refuses, in order: LOAN_NOT_FOUND, LOAN_CLOSED,
 * LOAN_WRITTEN_OFF, RATE_IS_FIXED, REFERENCE_RATE_NOT_FOUND, LOAN_FULL.
 */
export function changeLoanRate(ledger: Ledger, { changeId, loanId }: ChangeLoanRate): LoanRateChanged {
  const loan = getActiveLoan(ledger, loanId);
  if (loan.margin === undefined) throw errors.RATE_IS_FIXED({ loanId });
  const { annualRate } = rateOf(ledger, loan.product, loan.margin);

  const date = formatDate(today(ledger));
  const change = withEvent(ledger, loan, { kind: 'rateChange', id: changeId, date, annualRate });

  saveChange(ledger, change);
  ledger.emit('LoanRateChanged', { loanId, annualRate });
  return { changeId, loanId, annualRate };
}
