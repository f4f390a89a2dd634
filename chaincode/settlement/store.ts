import { collection } from '../core/store.ts';
import { CashFlow, Limit, Settled, Settlement, SettlementAccount, SettlementCurrencies } from './schemas.ts';

export const cashFlows = collection('reserves', CashFlow, (flow) => [flow.currency]);
export const settledOut = collection('settled-out', Settled, (settled) => [settled.bank, settled.currency]);
export const settledIn = collection('settled-in', Settled, (settled) => [settled.bank, settled.currency]);
export const settlementAccounts = collection('settlement-account', SettlementAccount, (account) => [
  account.bank,
  account.currency,
]);
export const settlementCurrencies = collection('settlement-currencies', SettlementCurrencies, (row) => [row.bank]);
export const settlements = collection('settlement', Settlement, (settlement) => [settlement.settlementId]);
export const limits = collection('limit', Limit, (limit) => [limit.debtorBank, limit.creditorBank, limit.currency]);

/** Counter of the lane's head: what the lane last saw settled with a bank. */
export const settledSeen = (bank: string): string => `settled-${bank}`;
