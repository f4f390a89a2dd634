import { listBanks } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Amount } from '../core/money.ts';
import { errors } from './errors.ts';
import { reservesBooked } from './rules.ts';
import type { CashFlow, Settled } from './schemas.ts';
import { cashFlows, settledIn, settledOut, settlementAccounts } from './store.ts';

/** Rows of a bank that its reserves in one currency are counted from. */
export function reserveKeys(ledger: Ledger, bank: string, currency: string): string[] {
  const others = listBanks(ledger)
    .map((entry) => entry.bank)
    .filter((other) => other !== bank);
  return [
    cashFlows.key(currency),
    ...others.map((other) => settledIn.key(other, currency)),
    ...others.map((other) => settledOut.key(other, currency)),
  ];
}

/** Booked reserves from the rows of `reserveKeys`, in their order (S3). */
export function reservesOf(rows: readonly unknown[]): bigint {
  const others = (rows.length - 1) / 2;
  const flow = rows[0] as CashFlow | undefined;
  const sum = (part: readonly unknown[]): bigint =>
    (part as (Settled | null | undefined)[]).reduce((total, row) => total + BigInt(row?.amount ?? '0'), 0n);
  return reservesBooked({
    deposited: BigInt(flow?.deposited ?? '0'),
    withdrawn: BigInt(flow?.withdrawn ?? '0'),
    settledIn: sum(rows.slice(1, 1 + others)),
    settledOut: sum(rows.slice(1 + others)),
  });
}

/** Books cash that a customer brings in. Keeps S6 (reserves within the settlement balance). Refuses: BALANCE_EXCEEDED. */
export function bookCashIn(ledger: Ledger, cash: Amount): void {
  const { reserves, balance, flow } = loadReserves(ledger, cash.currency);

  const required = reserves + cash.amount;
  if (required > balance) throw exceeded(ledger.namespace, cash.currency, balance, required);

  cashFlows.put(ledger, { ...flow, deposited: String(BigInt(flow.deposited) + cash.amount) });
}

/** Books cash paid out; ahead of settlement a bank advances at most its settlement balance (S7). Refuses: BALANCE_EXCEEDED. */
export function bookCashOut(ledger: Ledger, cash: Amount): void {
  const { reserves, balance, flow } = loadReserves(ledger, cash.currency);

  const advanced = cash.amount - reserves;
  if (advanced > balance) throw exceeded(ledger.namespace, cash.currency, balance, advanced);

  cashFlows.put(ledger, { ...flow, withdrawn: String(BigInt(flow.withdrawn) + cash.amount) });
}

function loadReserves(ledger: Ledger, currency: string) {
  const keys = reserveKeys(ledger, ledger.namespace, currency);
  ledger.state.demand(keys);
  const rows: unknown[] = [];
  for (const key of keys) rows.push(ledger.state.find(key));
  const [account] = settlementAccounts.findFrom(ledger, 'centralbank', [[ledger.namespace, currency]]);
  return {
    reserves: reservesOf(rows),
    balance: BigInt(account?.balance ?? '0'),
    flow: (rows[0] as CashFlow | undefined) ?? { currency, deposited: '0', withdrawn: '0' },
  };
}

const exceeded = (bank: string, currency: string, balance: bigint, required: bigint) =>
  errors.BALANCE_EXCEEDED({ bank, currency, balance: String(balance), required: String(required) });
