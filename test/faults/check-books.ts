import { inParallel } from '@tangram/network/walkthrough/rest-client.ts';
import { auditNetwork } from '../auditor/network-blocks.ts';
import {
  bankOf,
  expectOneState,
  expectReadModelsEqualLedger,
  listAll,
  type RunningNetwork,
} from '../end-to-end/running-network.ts';
import { type Customer, openingBalance } from './customers.ts';
import type { Load, Payment } from './load.ts';
import { findMiscounts } from './miscounts.ts';

const deliveryMilliseconds = 60_000;

export interface Books {
  held: string;
  deposited: string;
  height: number;
  stateHash: string;
  problems: string[];
}

interface Paid {
  customers: Customer[];
  load: Pick<Load, 'acknowledged' | 'refused' | 'open'>;
}

/** Checks that every acknowledged payment stands there exactly once, and that sums, read models and states agree. */
export async function checkBooks(running: RunningNetwork, { customers, load }: Paid): Promise<Books> {
  const accounts = customers.map(({ accountId }) => accountId);
  const problems = [
    ...load.refused.slice(0, 5).map(({ payment, code }) => `${payment.paymentId} was refused with ${code}`),
    ...[...load.open].slice(0, 5).map(({ paymentId }) => `${paymentId} never got a certain answer`),
  ];
  const add = async (check: Promise<unknown>) => {
    await check.catch((error: Error) => problems.push(error.message));
  };
  await add(untilDelivered(running, accounts, load.acknowledged));
  const entries = await inParallel(accounts, 4, async (accountId) => ({
    accountId,
    items: await listAll(running.rest, bankOf(accountId), `/v1/accounts/${accountId}/entries?limit=200`),
  }));
  problems.push(...findMiscounts(load.acknowledged, entries).slice(0, 20));

  const balances = await balancesOf(running, accounts);
  const held = balances.reduce((sum, { booked }) => sum + booked, 0n);
  const deposited = openingBalance * BigInt(accounts.length);
  if (held !== deposited) problems.push(`${held} are held; ${deposited} were deposited.`);

  await add(expectOneState(running.network));
  await add(
    auditNetwork(running).then((found) => {
      problems.push(...found.problems.slice(0, 5).map((each) => `auditor: ${each}`));
    }),
  );
  await add(expectReadModelsEqualLedger(running.dataFolder));
  const [peer] = await running.network.peers();
  return {
    held: String(held),
    deposited: String(deposited),
    height: peer?.height ?? 0,
    stateHash: peer?.stateHash ?? '',
    problems,
  };
}

/** What the account would hold if every acknowledged payment were booked once. */
function expectedBalance(accountId: string, payments: readonly Payment[]): bigint {
  const total = (of: 'debtorAccount' | 'creditorAccount') =>
    payments.reduce((sum, payment) => (payment[of] === accountId ? sum + BigInt(payment.amount.amount) : sum), 0n);
  return openingBalance - total('debtorAccount') + total('creditorAccount');
}

function balancesOf({ rest }: RunningNetwork, accounts: string[]): Promise<{ accountId: string; booked: bigint }[]> {
  return inParallel(accounts, 8, async (accountId) => {
    const { body } = await rest.call({ bank: bankOf(accountId), path: `/v1/accounts/${accountId}` });
    return { accountId, booked: BigInt(String(body.booked)) };
  });
}

/** Resolves when each account holds what its acknowledged payments make it; the last ones may still be on their way. */
async function untilDelivered(running: RunningNetwork, accounts: string[], payments: Payment[]): Promise<void> {
  const expected = new Map(accounts.map((accountId) => [accountId, expectedBalance(accountId, payments)]));
  const deadline = Date.now() + deliveryMilliseconds;
  for (;;) {
    const balances = await balancesOf(running, accounts);
    const wrong = balances.filter(({ accountId, booked }) => booked !== expected.get(accountId));
    if (wrong.length === 0) return;
    if (Date.now() > deadline) {
      const said = wrong.map((each) => `${each.accountId} holds ${each.booked}, not ${expected.get(each.accountId)}`);
      throw new Error(`A minute after the last payment ${said.join('; ')}.`);
    }
    await new Promise((wake) => setTimeout(wake, 200));
  }
}
