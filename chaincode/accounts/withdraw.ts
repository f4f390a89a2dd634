import { availableBalance, bookedBalance } from '../core/book/holding.ts';
import type { Ledger } from '../core/ledger.ts';
import { formatAmount, parsePositiveAmount } from '../core/money.ts';
import { bookCashOut } from '../settlement/index.ts';
import { errors } from './errors.ts';
import { assertCurrency, assertOpen, getOwnAccount } from './find-account.ts';
import type { CashResult, Withdraw } from './schemas.ts';
import { authoriseDebit } from './signatures.ts';
import { withdrawalText } from './signing-texts.ts';

/**
 * Books cash that the bank pays out to a customer. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE,
 * ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED, ACCOUNT_FROZEN, CURRENCY_MISMATCH, SIGNATURE_…, INSUFFICIENT_FUNDS,
 * SETTLEMENT_BALANCE_EXCEEDED.
 */
export function withdraw(ledger: Ledger, request: Withdraw): CashResult {
  const money = parsePositiveAmount(request.amount);
  const { amount, currency } = money;
  const account = getOwnAccount(ledger, request.accountId);

  assertOpen(account);
  assertCurrency(account, currency);
  authoriseDebit(ledger, account, { request, text: withdrawalText, amount });
  const { accountId } = account;
  const available = availableBalance(account);
  if (amount > available) {
    throw errors.INSUFFICIENT_FUNDS({ accountId, available: String(available), required: String(amount) });
  }

  bookCashOut(ledger, money);
  ledger.post([
    { account: accountId, side: 'D', amount, currency },
    { account: `${ledger.namespace}.reserves`, side: 'C', amount, currency },
  ]);
  ledger.emit('CashWithdrawn', { accountId, amount: formatAmount(money) });
  const after = getOwnAccount(ledger, accountId);
  return { accountId, booked: String(bookedBalance(after)), available: String(availableBalance(after)) };
}
