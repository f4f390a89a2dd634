import { availableBalance, bookedBalance } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { formatAmount, parsePositiveAmount } from '../core/money.ts';
import { bookCashIn } from '../settlement/index.ts';
import { assertCurrency, assertOpen, getOwnAccount } from './find-account.ts';
import type { CashResult, Deposit } from './schemas.ts';

/**
 * Books cash that a customer brings to the bank. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE,
 * ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED, ACCOUNT_FROZEN, CURRENCY_MISMATCH, SETTLEMENT_BALANCE_EXCEEDED.
 */
export function deposit(ledger: Ledger, request: Deposit): CashResult {
  const money = parsePositiveAmount(request.amount);
  const { amount, currency } = money;
  const account = getOwnAccount(ledger, request.accountId);

  assertOpen(account);
  assertCurrency(account, currency);

  bookCashIn(ledger, money);
  ledger.post([
    { account: `${ledger.namespace}.reserves`, side: 'D', amount, currency },
    { account: account.accountId, side: 'C', amount, currency },
  ]);
  ledger.emit('CashDeposited', { accountId: account.accountId, amount: formatAmount(money) });
  const after = getOwnAccount(ledger, account.accountId);
  return {
    accountId: account.accountId,
    booked: String(bookedBalance(after)),
    available: String(availableBalance(after)),
  };
}
