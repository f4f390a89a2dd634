import { authoriseDebit } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import { assertSameCurrency, parseAmount, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { collect } from './loan-accounts.ts';
import { getLoan, owedIn, saveChange, today, withEvent } from './loan-books.ts';
import { assertAvailable, getOpenAccount } from './parties.ts';
import { formatDate } from './schedule/dates.ts';
import type { LoanRecovered, RecoverLoan } from './schemas.ts';
import { weightsOf } from './servicing/loan-record.ts';
import { recoveryText } from './signing-texts.ts';

/**
 * Takes money towards a loan that was written off, from whoever pays it, and gives it to the lenders: principal first,
 * then what else was owed. Principal comes off what was written off. Keeps L4. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, LOAN_NOT_FOUND,
 * LOAN_NOT_WRITTEN_OFF, CORE_CURRENCY_MISMATCH, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN, ACCOUNTS_SIGNATURE_…,
 * INSUFFICIENT_FUNDS, LOAN_FULL, LOAN_OVERPAID.
 */
export function recoverLoan(ledger: Ledger, request: RecoverLoan): LoanRecovered {
  const money = parsePositiveAmount(request.amount);
  const { recoveryId, loanId, debtorAccount, amount } = request;
  const { currency } = money;
  const loan = getLoan(ledger, loanId);
  if (loan.status !== 'WRITTEN_OFF') throw errors.LOAN_NOT_WRITTEN_OFF({ loanId });
  assertSameCurrency(money, parseAmount(loan.principal));
  const debtor = getOpenAccount(ledger, debtorAccount, money);
  authoriseDebit(ledger, debtor, { request, text: recoveryText, amount: money.amount });
  assertAvailable(debtor, money.amount);

  const date = formatDate(today(ledger));
  const change = withEvent(ledger, loan, { kind: 'recovery', id: recoveryId, date, amount: amount.amount });
  const owed = owedIn(change.before);
  if (money.amount > owed) throw errors.LOAN_OVERPAID({ loanId, payoff: String(owed), amount: amount.amount });

  const lenders = collect(ledger, { debtorAccount, currency, amount: money.amount, fee: 0n, shares: weightsOf(loan) });
  saveChange(ledger, change);
  const balance = { amount: String(change.after.balance), currency };
  ledger.emit('LoanRecovered', { loanId, recoveryId, amount, balance });
  return { recoveryId, loanId, amount, lenders, balance };
}
