import type { Ledger } from '../core/ledger.ts';
import { loanRegisters } from './store.ts';

/** Loans of one page: what one operation accrues. */
export const PAGE_LOANS = 200;

/** How many loans the bank has disbursed. */
export const countLoans = (ledger: Ledger): number => loanRegisters.find(ledger, '0')?.count ?? 0;

/** Pages of the register, from 1 on. */
export const countPages = (ledger: Ledger): number => Math.ceil(countLoans(ledger) / PAGE_LOANS);

/** Writes a new loan into the register. */
export function register(ledger: Ledger, loanId: string): void {
  const count = countLoans(ledger) + 1;
  const page = Math.ceil(count / PAGE_LOANS);
  const before = loanRegisters.find(ledger, String(page))?.loanIds ?? [];
  loanRegisters.put(ledger, { page, count: before.length + 1, loanIds: [...before, loanId] });
  loanRegisters.put(ledger, { page: 0, count, loanIds: [] });
}
