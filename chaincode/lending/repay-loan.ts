import { authoriseDebit } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import { assertSameCurrency, parseAmount, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { collect } from './loan-accounts.ts';
import { getActiveLoan, type LoanChange, saveChange, today, withEvent } from './loan-books.ts';
import { assertAvailable, getOpenAccount } from './parties.ts';
import { formatDate, parseDate } from './schedule/dates.ts';
import type { LoanRepaid, RepayLoan } from './schemas.ts';
import { allocationsOf, COMPONENTS, NOTHING } from './servicing/loan.ts';
import { viewOf, weightsOf } from './servicing/loan-record.ts';
import { payoffOf, totalOf } from './servicing/owed.ts';
import type { Loan } from './servicing/schemas.ts';
import { repaymentText } from './signing-texts.ts';

/**
 * Takes a repayment from the borrower, on time, early, in part or backdated, and gives it to the lenders by their
 * shares. A backdated one counts from its value date: what changes in how later ones are spent is told as corrections.
 * Keeps L4 and L5. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, LOAN_NOT_FOUND, LOAN_CLOSED,
 * LOAN_WRITTEN_OFF, CORE_CURRENCY_MISMATCH, DATE_INVALID, VALUE_DATE_OUTSIDE, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN,
 * ACCOUNTS_SIGNATURE_…, INSUFFICIENT_FUNDS, LOAN_FULL, LOAN_OVERPAID.
 */
export function repayLoan(ledger: Ledger, request: RepayLoan): LoanRepaid {
  const money = parsePositiveAmount(request.amount);
  const { repaymentId, loanId, amount } = request;
  const { currency } = money;
  const loan = getActiveLoan(ledger, loanId);
  assertSameCurrency(money, parseAmount(loan.principal));
  const valueDate = request.valueDate ?? formatDate(today(ledger));
  assertValueDate(ledger, loan, valueDate);
  const borrower = getOpenAccount(ledger, loan.borrowerAccount, money);
  authoriseDebit(ledger, borrower, { request, text: repaymentText, amount: money.amount });
  assertAvailable(borrower, money.amount);

  const event = { kind: 'repayment', id: repaymentId, date: valueDate, amount: amount.amount } as const;
  const change = withEvent(ledger, loan, event);
  assertNotOverpaid(loan, change, money.amount);
  const { before, after } = change;
  const fee = after.paid.fee - before.paid.fee;

  const collection = { debtorAccount: loan.borrowerAccount, currency, amount: money.amount, fee };
  const lenders = collect(ledger, { ...collection, shares: weightsOf(loan) });
  const { status } = saveChange(ledger, change);
  const corrections = correctionsOf(change);
  const balance = { amount: String(after.balance), currency };
  ledger.emit('LoanRepaid', { loanId, repaymentId, amount, balance, corrections: corrections.length });
  if (status === 'CLOSED') ledger.emit('LoanClosed', { loanId });
  const allocation = viewOf(allocationsOf(after).get(repaymentId) ?? NOTHING);
  return { repaymentId, loanId, status, amount, valueDate, allocation, lenders, corrections, balance };
}

/** Money counts at the earliest from the disbursement or the last change of terms. Refuses, in order: DATE_INVALID, VALUE_DATE_OUTSIDE. */
function assertValueDate(ledger: Ledger, loan: Loan, valueDate: string): void {
  const day = parseDate(valueDate);
  const changed = loan.events.findLast(({ kind }) => kind === 'restructuring')?.date ?? loan.disbursementDate;
  if (day >= parseDate(changed) && day <= today(ledger)) return;
  throw errors.VALUE_DATE_OUTSIDE({ valueDate, earliest: changed, today: formatDate(today(ledger)) });
}

/** Refuses: LOAN_OVERPAID. */
function assertNotOverpaid({ loanId }: Loan, { before, after }: LoanChange, amount: bigint): void {
  if (after.surplus === 0n) return;
  throw errors.LOAN_OVERPAID({ loanId, payoff: String(totalOf(payoffOf(before))), amount: String(amount) });
}

/** Repayments that are now spent differently from before. */
function correctionsOf({ before, after }: LoanChange): LoanRepaid['corrections'] {
  if (after.allocations?.before === before.allocations) return [];
  const spentNow = allocationsOf(after);
  return [...allocationsOf(before)].flatMap(([repaymentId, spent]) => {
    const now = spentNow.get(repaymentId) ?? NOTHING;
    const isSame = COMPONENTS.every((component) => spent[component] === now[component]);
    return isSame ? [] : [{ repaymentId, before: viewOf(spent), after: viewOf(now) }];
  });
}
