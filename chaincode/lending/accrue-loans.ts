import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { bookEntries } from './loan-accounts.ts';
import { recognise, today } from './loan-books.ts';
import { countPages } from './register.ts';
import { formatDate, parseDate } from './schedule/dates.ts';
import type { AccrueLoans, LoansAccrued } from './schemas.ts';
import { BUCKET_NAMES } from './servicing/delinquency.ts';
import { stateOn } from './servicing/loan-record.ts';
import { accruals, loanRegisters, loans } from './store.ts';

/**
 * Accrues the loans of one page of the register to the end of a day and ages them: one entry per currency, one small row
 * per loan. A loan that stands at that day or later is passed over, and so is a page of such loans, so that repeating
 * harms nothing and a page that was missed is caught up with whole. Keeps L6. Refuses, in order: DATE_INVALID, ACCRUAL_DATE_AHEAD, ACCRUAL_PAGE_NOT_FOUND.
 */
export function accrueLoans(ledger: Ledger, { accrualDate, page }: AccrueLoans): LoansAccrued {
  const day = parseDate(accrualDate);
  if (day > today(ledger)) throw errors.ACCRUAL_DATE_AHEAD({ accrualDate, today: formatDate(today(ledger)) });
  const register = loanRegisters.find(ledger, String(page));
  if (register === undefined) throw errors.ACCRUAL_PAGE_NOT_FOUND({ page, pages: countPages(ledger) });
  if ((register.accruedTo ?? '') >= accrualDate) return { accrualDate, page, loans: 0, accrued: [], buckets: [] };
  const keys = register.loanIds.map((loanId) => [loanId]);
  accruals.demand(ledger, keys);
  loans.demand(ledger, keys);

  const sums = new Map<string, bigint>();
  const counts = new Map<string, number>();
  let aged = 0;
  for (const loanId of register.loanIds) {
    const loan = loans.get(ledger, loanId);
    const known = accruals.get(ledger, loanId);
    if (known.accrualDate >= accrualDate || loan.status === 'CLOSED') continue;
    const { amount } = recognise(ledger, loan, stateOn(loan, day));
    const { currency } = loan.principal;
    sums.set(currency, (sums.get(currency) ?? 0n) + amount);
    const { bucket } = accruals.get(ledger, loanId);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    aged += 1;
  }

  const accrued = [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [currency, amount] of accrued) {
    bookEntries(ledger, currency, [{ debit: 'loan-interest-receivable', credit: 'loan-interest-due', amount }]);
  }
  loanRegisters.put(ledger, { ...register, accruedTo: accrualDate });
  if (aged > 0) ledger.emit('LoansAccrued', { accrualDate, page, loans: aged });
  const buckets = BUCKET_NAMES.flatMap((bucket) => {
    const count = counts.get(bucket);
    return count === undefined ? [] : [{ bucket, loans: count }];
  });
  const amounts = accrued.map(([currency, amount]) => ({ currency, amount: String(amount) }));
  return { accrualDate, page, loans: aged, accrued: amounts, buckets };
}
