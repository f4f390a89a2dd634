import { findBank } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import { formatAmount, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { reserveKeys, reservesOf } from './reserves.ts';
import { backingNeed } from './rules.ts';
import type { IssueOrWithdraw, SettlementAccount } from './schemas.ts';
import { settlementAccounts } from './store.ts';

/**
 * Takes settlement balance back from a bank, never what backs its customers (S6). Refuses, in order:
 * CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, BANK_UNKNOWN, INSUFFICIENT_BALANCE, BALANCE_BACKS_CUSTOMERS.
 */
export function withdraw(ledger: Ledger, request: IssueOrWithdraw): SettlementAccount {
  const { bank } = request;
  const money = parsePositiveAmount(request.amount);
  const { amount, currency } = money;
  if (findBank(ledger, bank) === undefined) throw errors.BANK_UNKNOWN({ bank });
  const account = settlementAccounts.find(ledger, bank, currency);
  const need = backingNeed(reservesOf(ledger.readFrom(bank, reserveKeys(ledger, bank, currency))));

  const balance = BigInt(account?.balance ?? '0');
  const facts = { bank, currency, balance: String(balance), required: String(amount) };
  if (amount > balance) throw errors.INSUFFICIENT_BALANCE(facts);
  if (balance - amount < need) throw errors.BALANCE_BACKS_CUSTOMERS({ ...facts, backingNeed: String(need) });

  const after = { bank, currency, balance: String(balance - amount) };
  settlementAccounts.put(ledger, after);
  ledger.post([
    { account: `centralbank.${bank}`, side: 'D', amount, currency },
    { account: 'centralbank.issued', side: 'C', amount, currency },
  ]);
  ledger.emit('SettlementBalanceWithdrawn', { bank, amount: formatAmount(money), balance: after.balance });
  return after;
}
