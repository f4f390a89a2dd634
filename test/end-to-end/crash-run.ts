import { type BankName, banks, organizationNames } from '@tangram/network/config/topology.ts';
import type { ProcessName } from '@tangram/network/drivers/network.ts';
import { inParallel } from '@tangram/network/walkthrough/rest-client.ts';
import { auditNetwork } from '../auditor/network-blocks.ts';
import {
  bankOf,
  expectOneState,
  expectReadModelsEqualLedger,
  listAll,
  openBanks,
  type RunningNetwork,
  settled,
} from './running-network.ts';

const currency = 'CNY';
const openingBalance = 100_000_000n;
const clients = 12;
const pauseMilliseconds = { shortest: 50, longest: 900 };

interface Sent {
  paymentId: string;
  debtorAccount: string;
  creditorAccount: string;
  amount: { amount: string; currency: string };
}

export interface CrashReport {
  seed: number;
  kills: Record<string, number>;
  payments: number;
}

/**
 * Kills processes with -9 at random moments while clients pay, then checks the books: every acknowledged payment is
 * there once, balances are what the acknowledged payments make them, no state differs. The seed fixes who pays whom
 * and what is killed when; the machine's own timing stays free.
 */
export async function runCrashes(
  { network, rest, dataFolder, portBase }: RunningNetwork,
  { kills, seed, say = () => {} }: { kills: number; seed: number; say?: (text: string) => void },
): Promise<CrashReport> {
  const random = mulberry32(seed);
  const accounts = await openBanks(rest, ['anna', 'bao', 'carl'], String(openingBalance));
  const acknowledged: Sent[] = [];
  let isOver = false;

  const paying = Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const own = mulberry32(seed * 1000 + client);
      for (let count = 0; !isOver; count += 1) {
        const body = inventPayment(accounts, own, `crash-${seed}-${client}-${count}`);
        const answer = await rest.call({
          bank: bankOf(body.debtorAccount),
          method: 'POST',
          path: '/v1/payments',
          body,
        });
        if (answer.status !== 201) throw new Error(`${body.paymentId}: ${answer.status} ${answer.text}`);
        acknowledged.push(body);
      }
    }),
  );

  const counts: Record<string, number> = {};
  for (let kill = 1; kill <= kills; kill += 1) {
    await Promise.race([paying, wait(between(pauseMilliseconds, random))]);
    const victim = chooseVictim(random);
    network.kill(victim);
    counts[victim.role] = (counts[victim.role] ?? 0) + 1;
    say(
      `kill ${kill} of ${kills}: ${victim.role} ${'organization' in victim ? victim.organization : ''}, ${acknowledged.length} payments acknowledged`,
    );
    // Every second kill hits a network that has just come back; the others hit one that is still recovering.
    if (random() < 0.5) await network.restored(victim);
  }
  isOver = true;
  await paying;
  await everythingRestored(network);

  await inParallel(acknowledged, 32, async ({ paymentId, debtorAccount }) => {
    const status = await settled(rest, paymentId, bankOf(debtorAccount));
    if (status !== 'SETTLED') throw new Error(`${paymentId} is ${status}.`);
  });
  await checkAccounts({ rest, accounts, acknowledged });
  await expectOneState(network);
  const { problems } = await auditNetwork({ dataFolder, portBase });
  if (problems.length > 0) throw new Error(`The auditor objects: ${problems.slice(0, 5).join('; ')}`);
  await expectReadModelsEqualLedger(dataFolder);
  return { seed, kills: counts, payments: acknowledged.length };
}

function inventPayment(accounts: string[], random: () => number, paymentId: string): Sent {
  const debtorAccount = pick(accounts, random);
  const creditorAccount = pick(
    accounts.filter((account) => account !== debtorAccount),
    random,
  );
  return {
    paymentId,
    debtorAccount,
    creditorAccount,
    amount: { amount: String(1 + Math.floor(random() * 900)), currency },
  };
}

function chooseVictim(random: () => number): ProcessName {
  const dice = random();
  if (dice < 0.25) return { role: 'network' };
  const organization = pick([...organizationNames], random);
  return dice < 0.6 ? { role: 'gateway', organization } : { role: 'chaincode', organization };
}

async function everythingRestored(network: RunningNetwork['network']): Promise<void> {
  await network.restored({ role: 'network' });
  await Promise.all(organizationNames.map((organization) => network.restored({ role: 'chaincode', organization })));
  await Promise.all(organizationNames.map((organization) => network.restored({ role: 'gateway', organization })));
}

/** Nothing lost, nothing doubled: each account shows exactly its acknowledged payments, and the sums follow. */
async function checkAccounts({
  rest,
  accounts,
  acknowledged,
}: {
  rest: RunningNetwork['rest'];
  accounts: string[];
  acknowledged: Sent[];
}): Promise<void> {
  let held = 0n;
  for (const accountId of accounts) {
    const bank: BankName = bankOf(accountId);
    const sent = acknowledged.filter(({ debtorAccount }) => debtorAccount === accountId);
    const received = acknowledged.filter(({ creditorAccount }) => creditorAccount === accountId);
    const expected = openingBalance - total(sent) + total(received);
    const { body } = await rest.call({ bank, path: `/v1/accounts/${accountId}` });
    if (BigInt(String(body.booked)) !== expected) {
      throw new Error(`${accountId} holds ${body.booked}; its acknowledged payments make it ${expected}.`);
    }
    held += expected;

    const entries = await listAll(rest, bank, `/v1/accounts/${accountId}/entries?limit=200`);
    const booked = 1 + sent.length + received.length;
    if (entries.length !== booked) throw new Error(`${accountId} has ${entries.length} entries instead of ${booked}.`);
  }
  const deposited = openingBalance * BigInt(accounts.length);
  if (held !== deposited) throw new Error(`${held} are held in ${banks.length} banks; ${deposited} were deposited.`);
}

const total = (payments: Sent[]) => payments.reduce((sum, { amount }) => sum + BigInt(amount.amount), 0n);
const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
const between = ({ shortest, longest }: typeof pauseMilliseconds, random: () => number) =>
  shortest + random() * (longest - shortest);

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
}

/** A small seeded generator (Tommy Ettinger's mulberry32): the same seed gives the same run of kills and payments. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
