import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { adjustShares } from './funding/shares.ts';
import { bookEntries } from './loan-accounts.ts';
import { type Day, formatDate, parseDate } from './schedule/dates.ts';
import { bucketOf } from './servicing/delinquency.ts';
import type { LoanState } from './servicing/loan.ts';
import {
  recognisable,
  sharesOf,
  shareViews,
  stateOn,
  statusOf,
  weightsOf,
  withRecord,
} from './servicing/loan-record.ts';
import { daysPastDue, owedAfterWriteOff, payoffOf, totalOf } from './servicing/owed.ts';
import type { Loan, LoanEventRecord } from './servicing/schemas.ts';
import { accruals, loans } from './store.ts';

const EVENTS_MAX = 2_000;

/** The ledger's day in UTC. */
export const today = (ledger: Ledger): Day => parseDate(ledger.now.slice(0, 10));

/** Refuses: LOAN_NOT_FOUND. */
export function getLoan(ledger: Ledger, loanId: string): Loan {
  const loan = loans.find(ledger, loanId);
  if (loan === undefined) throw errors.LOAN_NOT_FOUND({ loanId });
  return loan;
}

/** A loan that still runs. Refuses, in order: LOAN_NOT_FOUND, LOAN_CLOSED, LOAN_WRITTEN_OFF. */
export function getActiveLoan(ledger: Ledger, loanId: string): Loan {
  const loan = getLoan(ledger, loanId);
  if (loan.status === 'CLOSED') throw errors.LOAN_CLOSED({ loanId });
  if (loan.status === 'WRITTEN_OFF') throw errors.LOAN_WRITTEN_OFF({ loanId });
  return loan;
}

/** A loan with one more event, and what it owed today before and after. */
export interface LoanChange {
  readonly loan: Loan;
  readonly before: LoanState;
  readonly after: LoanState;
}

/**
 * Adds an event as if it had happened on its day: whatever comes later is worked out anew. A loan that is full takes
 * what ends it, and nothing else. Refuses: LOAN_FULL.
 */
export function withEvent(ledger: Ledger, loan: Loan, event: Omit<LoanEventRecord, 'bookedAt'>): LoanChange {
  const day = today(ledger);
  const next = withRecord(loan, { ...event, bookedAt: ledger.now });
  const change = { loan: next, before: stateOn(loan, day), after: stateOn(next, day) };
  const isEnd = event.kind === 'writeOff' || owedIn(change.after) === 0n;
  if (loan.events.length >= EVENTS_MAX && !isEnd) throw errors.LOAN_FULL({ loanId: loan.loanId, events: EVENTS_MAX });
  return change;
}

/** All that a loan still owes, written off or not. */
export const owedIn = (state: LoanState): bigint =>
  state.isWrittenOff ? owedAfterWriteOff(state) : totalOf(payoffOf(state));

/**
 * Saves a changed loan: its status, its lenders' shares, which sum to what is outstanding (L4), and the accounts:
 * principal less or written off, interest and penalty paid, and what was earned so far.
 */
export function saveChange(ledger: Ledger, { loan, before, after }: LoanChange): Loan {
  const { currency } = loan.principal;
  const paid = (state: LoanState) => state.paid.interest + state.paid.penalty;
  const claim = before.isWrittenOff ? 'loan-written-off' : 'loan-principal';
  const givenUp = after.isWrittenOff && !before.isWrittenOff ? after.balance : 0n;
  const weights = weightsOf(loan);
  const shares = shareViews(adjustShares(sharesOf(loan), after.balance, weights));
  const { lastShares: _before, ...kept } = loan;
  const status = statusOf(after);
  const isRestOwed = after.balance === 0n && status !== 'CLOSED';
  const saved: Loan = { ...kept, status, shares, ...(isRestOwed ? { lastShares: shareViews(weights) } : {}) };

  bookEntries(ledger, currency, [
    { debit: 'loan-funding', credit: claim, amount: before.balance - after.balance },
    { debit: 'loan-written-off', credit: 'loan-principal', amount: givenUp },
    recognise(ledger, saved, after),
    { debit: 'loan-interest-due', credit: 'loan-interest-receivable', amount: paid(after) - paid(before) },
  ]);
  loans.put(ledger, saved);
  return saved;
}

/** Brings a loan's earned interest and penalty to what they are on the state's day; gives the entry that does so. */
export function recognise(ledger: Ledger, loan: Loan, state: LoanState) {
  const target = recognisable(loan, state);
  const known = BigInt(accruals.get(ledger, loan.loanId).recognised);
  accruals.put(ledger, {
    loanId: loan.loanId,
    accrualDate: formatDate(state.at),
    recognised: String(target),
    bucket: bucketOf(daysPastDue(state)),
  });
  return { debit: 'loan-interest-receivable', credit: 'loan-interest-due', amount: target - known } as const;
}
