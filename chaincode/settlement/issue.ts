import { findBank } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import { formatAmount, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import type { IssueOrWithdraw, SettlementAccount } from './schemas.ts';
import { settlementAccounts, settlementCurrencies } from './store.ts';

/** Issues settlement balance to a bank. Refuses, in order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE, BANK_UNKNOWN. */
export function issue(ledger: Ledger, request: IssueOrWithdraw): SettlementAccount {
  const money = parsePositiveAmount(request.amount);
  const { amount, currency } = money;
  if (findBank(ledger, request.bank) === undefined) throw errors.BANK_UNKNOWN({ bank: request.bank });
  const account = settlementAccounts.find(ledger, request.bank, currency);
  const known = settlementCurrencies.find(ledger, request.bank)?.currencies ?? [];

  const balance = String(BigInt(account?.balance ?? '0') + amount);

  const after = { bank: request.bank, currency, balance };
  settlementAccounts.put(ledger, after);
  if (!known.includes(currency)) {
    settlementCurrencies.put(ledger, { bank: request.bank, currencies: [...known, currency].sort() });
  }
  ledger.post([
    { account: 'centralbank.issued', side: 'D', amount, currency },
    { account: `centralbank.${request.bank}`, side: 'C', amount, currency },
  ]);
  ledger.emit('SettlementBalanceIssued', { bank: request.bank, amount: formatAmount(money), balance });
  return after;
}
