import { type BankName, banks } from '@tangram/network/config/topology.ts';
import type { Network } from '@tangram/network/drivers/network.ts';
import type { RestClient } from '@tangram/network/walkthrough/rest-client.ts';
import { post } from '../end-to-end/running-network.ts';

export const currency = 'CNY';
export const openingBalance = 100_000_000n;
const names = ['anna', 'bao', 'carl', 'dai'];

export interface Customer {
  bank: BankName;
  accountId: string;
  token: string;
  /** Gateways of the own bank; the one in use first fails over to the next. */
  gateways: string[];
  inUse: number;
}

/** Gives every bank settlement balance and customers with an account, money in it and a token of their own. */
export async function openCustomers(network: Network, rest: RestClient): Promise<Customer[]> {
  const customers: Customer[] = [];
  for (const bank of banks) {
    const issue = { operationId: `issue-${bank}`, amount: { amount: '100000000000', currency } };
    await post(rest, 'centralbank', { path: `/v1/settlement-accounts/${bank}/issue`, body: issue });
    const gateways = gatewaysOf(network, bank);
    const opened = await Promise.all(names.map((name) => openCustomer({ network, rest, bank, name })));
    // They begin at different gateways, as behind a load balancer, and stay until one fails them.
    customers.push(...opened.map((customer, index) => ({ ...customer, gateways, inUse: index % gateways.length })));
  }
  return customers;
}

async function openCustomer(to: { network: Network; rest: RestClient; bank: BankName; name: string }) {
  const { network, rest, bank, name } = to;
  const accountId = `${bank}-${name}`;
  const customerId = `customer-${accountId}`;
  const account = { accountId, name: `${name} of ${bank}`, currency, customerId };
  await post(rest, bank, { path: '/v1/accounts', body: account });
  const deposit = { depositId: `deposit-${accountId}`, amount: { amount: String(openingBalance), currency } };
  await post(rest, bank, { path: `/v1/accounts/${accountId}/deposits`, body: deposit });
  return { bank, accountId, token: await network.token({ bank, role: 'customer', customerId }) };
}

/** Addresses of a bank's gateways, its first one first. */
export function gatewaysOf(network: Network, bank: string): string[] {
  const named = Object.entries(network.gatewayUrls());
  return named.filter(([name]) => name === bank || name.startsWith(`${bank}.`)).map(([, url]) => url);
}
