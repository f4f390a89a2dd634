import type { BankName } from '../config/topology.ts';
import type { Network } from '../drivers/network.ts';
import type { ExampleAccount, FirstDay } from './first-day.ts';
import type { RestClient } from './rest-client.ts';
import { expectAnswer, type Tally } from './tally.ts';

export const currency = 'CNY';
export const requestsAtOnce = 64;
const settledMilliseconds = 60_000;

export interface Walk {
  network: Network;
  rest: RestClient;
  tally: Tally;
  day: FirstDay;
  /** What customers must hold at the end: what they held before, and every deposit of this run. */
  expectedHoldings: bigint;
  /** Statement and proof that the tea shop was approved, for whoever is asked to lend to it. */
  teaShopScore?: { scoredBy: string; scoreId: string; decisionProof: object };
}

export type Note = (text: string) => void;

/** Opens an account unless it exists, books its opening deposit, and adds to what customers must hold. */
export async function openAndFund(walk: Walk, account: ExampleAccount): Promise<void> {
  const { rest } = walk;
  const { bank, accountId, name, customerId, openingDeposit } = account;
  const existing = await rest.call({ bank, path: `/v1/accounts/${accountId}` });
  if (existing.status === 404) {
    const body = { accountId, name, currency: account.currency, customerId };
    expectAnswer(await rest.call({ bank, method: 'POST', path: '/v1/accounts', body }), { status: 201 });
  } else if (account.currency === currency) {
    walk.expectedHoldings += BigInt(String(existing.body.booked));
  }
  if (openingDeposit === '') return;
  const body = {
    depositId: `opening-${accountId}`.slice(0, 36),
    amount: { amount: openingDeposit, currency: account.currency },
  };
  const answer = await rest.call({ bank, method: 'POST', path: `/v1/accounts/${accountId}/deposits`, body });
  if (answer.status >= 300) expectAnswer(answer, { status: 201 });
  if (!answer.replayed && account.currency === currency) walk.expectedHoldings += BigInt(openingDeposit);
}

/** Waits until a payment's creditor is credited. */
export async function settled({ rest }: Walk, bank: BankName, paymentId: string): Promise<void> {
  const deadline = Date.now() + settledMilliseconds;
  let last = '';
  while (Date.now() < deadline) {
    const { body, text } = await rest.call({ bank, path: `/v1/payments/${paymentId}` });
    if (body.status === 'SETTLED') return;
    last = text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${paymentId} is not settled after a minute: ${last.slice(0, 300)}`);
}

/** Booked balance in minor units. */
export async function balanceOf({ rest }: Walk, bank: BankName, accountId: string): Promise<string> {
  const answer = expectAnswer(await rest.call({ bank, path: `/v1/accounts/${accountId}` }), { status: 200 });
  return String(answer.body.booked);
}
