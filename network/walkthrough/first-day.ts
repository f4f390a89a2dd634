import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BankName } from '../config/topology.ts';

const folder = join(import.meta.dirname, '..', '..', 'examples', 'first-day');

export interface ExampleAccount {
  bank: BankName;
  accountId: string;
  name: string;
  currency: string;
  customerId: string;
  /** Minor units; empty when the account starts with nothing. */
  openingDeposit: string;
}

export interface ExamplePayment {
  title: string;
  gateway: BankName;
  request: { paymentId: string } & Record<string, unknown>;
  expect: { status: number; code?: string; replayed?: boolean };
}

export type FirstDay = ReturnType<typeof loadFirstDay>;

/** The committed input of the walkthrough: accounts, a payroll file, and payments of every kind. */
export function loadFirstDay() {
  const [, ...rows] = read('accounts.csv').trim().split('\n');
  const accounts = rows.map((row): ExampleAccount => {
    const [accountId = '', name = '', currency = '', customerId = '', openingDeposit = ''] = row.split(',');
    return { bank: accountId.split('-')[0] as BankName, accountId, name, currency, customerId, openingDeposit };
  });
  const payments = JSON.parse(read('payments.json')) as ExamplePayment[];
  return { accounts, payments, payroll: read('payroll.xml') };
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
