import { findBank } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type { GetSettlementAccount, SettlementAccountView } from './schemas.ts';
import { settlementAccounts, settlementCurrencies } from './store.ts';

/** A bank's balances at the central bank, one per currency; zero in a currency that was never issued. Refuses: BANK_UNKNOWN. */
export function getSettlementAccount(ledger: Ledger, request: GetSettlementAccount): SettlementAccountView {
  const { bank } = request;
  if (findBank(ledger, bank) === undefined) throw errors.BANK_UNKNOWN({ bank });
  const known = settlementCurrencies.find(ledger, bank)?.currencies ?? [];
  const currencies = request.currency === undefined ? known : [request.currency];

  settlementAccounts.demand(
    ledger,
    currencies.map((currency) => [bank, currency]),
  );
  const balances = [];
  for (const currency of currencies) {
    const account = settlementAccounts.find(ledger, bank, currency);
    balances.push({ amount: account?.balance ?? '0', currency });
  }
  return { bank, balances };
}
