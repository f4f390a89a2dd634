import type { Ledger } from '../core/ledger.ts';
import { today } from './loan-books.ts';
import { formatDate } from './schedule/dates.ts';
import type { PagesAfter, PagesToAccrue } from './schemas.ts';
import { loanRegisters } from './store.ts';

/** Loans of one page: what one operation accrues. */
export const PAGE_LOANS = 200;

/** How many loans the bank has disbursed. */
export const countLoans = (ledger: Ledger): number => loanRegisters.find(ledger, '0')?.count ?? 0;

/** Pages of the register, from 1 on. */
export const countPages = (ledger: Ledger): number => Math.ceil(countLoans(ledger) / PAGE_LOANS);

/** Writes a new loan into the register. It is accrued to the day of its birth, which no accrual of its page is ahead of. */
export function register(ledger: Ledger, loanId: string): void {
  const count = countLoans(ledger) + 1;
  const page = Math.ceil(count / PAGE_LOANS);
  const before = loanRegisters.find(ledger, String(page)) ?? { loanIds: [] };
  const loanIds = [...before.loanIds, loanId];
  loanRegisters.put(ledger, { ...before, page, count: loanIds.length, loanIds });
  loanRegisters.put(ledger, { page: 0, count, loanIds: [] });
}

const PAGES_LISTED = 100;

/**
 * Pages after a page that are not accrued to the ledger's day, of the next hundred: what accrueLoans should be told. More
 * follow after `next`, where there is one. A page counts as accrued once all its loans are, by whomever.
 */
export function listPagesToAccrue(ledger: Ledger, { after }: PagesAfter): PagesToAccrue {
  const accrualDate = formatDate(today(ledger));
  const last = Math.min(after + PAGES_LISTED, countPages(ledger));
  const listed = Array.from({ length: Math.max(0, last - after) }, (_, index) => after + 1 + index);
  loanRegisters.demand(
    ledger,
    listed.map((page) => [String(page)]),
  );
  const pages = listed.filter((page) => (loanRegisters.find(ledger, String(page))?.accruedTo ?? '') < accrualDate);
  return { accrualDate, pages, ...(last < countPages(ledger) ? { next: last } : {}) };
}
