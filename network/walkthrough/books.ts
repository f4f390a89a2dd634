import { banks, bics } from '../config/topology.ts';
import type { Report } from './report.ts';
import { inParallel } from './rest-client.ts';
import { balanceOf, currency, requestsAtOnce, type Walk } from './walk.ts';

/** Adds up what customers hold, rebuilds the ledger from block 0 and compares peers; throws with what differs. */
export async function checkBooks(walk: Walk): Promise<Report> {
  const inCurrency = walk.day.accounts.filter((account) => account.currency === currency);
  const perBank = await inParallel(banks, 1, async (bank) => {
    const own = inCurrency.filter((account) => account.bank === bank);
    const balances = await inParallel(own, requestsAtOnce, ({ accountId }) => balanceOf(walk, bank, accountId));
    const { body } = await walk.rest.call({ bank, path: `/v1/settlement-accounts/${bank}` });
    const customers = balances.reduce((sum, balance) => sum + BigInt(balance), 0n);
    return {
      bank,
      bic: bics[bank],
      accounts: own.length,
      customers: String(customers),
      centralBank: settlementBalance(body),
    };
  });
  const held = perBank.reduce((sum, { customers }) => sum + BigInt(customers), 0n);
  const expected = walk.expectedHoldings;
  if (held !== expected) throw new Error(`Customers hold ${held}; it must be ${expected}.`);

  const verified = await walk.network.verify();
  const peers = await walk.network.peers();
  if (new Set(peers.map(({ height, stateHash }) => `${height} ${stateHash}`)).size !== 1) {
    throw new Error(`Peers differ: ${JSON.stringify(peers)}`);
  }
  return {
    ...walk.tally.totals(),
    currency,
    banks: perBank,
    expected: String(expected),
    held: String(held),
    verified,
    peers,
  };
}

function settlementBalance(body: Record<string, unknown>): string {
  const balances = body.balances as { amount: string; currency: string }[];
  return balances.find((balance) => balance.currency === currency)?.amount ?? '0';
}
