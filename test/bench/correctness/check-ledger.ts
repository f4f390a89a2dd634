import { banks } from '@tangram/network/config/topology.ts';
import { inParallel } from '@tangram/network/walkthrough/rest-client.ts';
import { expectOneState, expectReadModelsEqualLedger } from '../../end-to-end/running-network.ts';
import type { BenchNetwork } from '../bench-network.ts';
import { accountId, bankOf, openingBalance } from '../load/accounts.ts';
import type { LoadBooks } from '../load/protocol.ts';
import { type Check, check } from './checks.ts';
import { runAuditor } from './run-auditor.ts';

/** Accounts whose balances are asked for, and at each bank compared with the ledger; of more than these a sample is drawn. */
const accountsMax = 5_000;
/** Up to so many payments the read models' are counted against every batch, each of which is asked for from the ledger. */
const comparedPaymentsMax = 1_000_000;
const atOnce = 16;
/** What one bank sent is on its way to another; when nothing has moved for so long, nothing will. */
const quietMilliseconds = 10_000;
const pauseMilliseconds = 500;

/** What all accepted payments of a network make of its accounts, over every bench that ran on it. */
export class Books {
  changes = new Float64Array(0);
  accepted = 0;
  uncertain = 0;
  readonly sample: LoadBooks['sample'] = [];

  /** Makes room for more accounts of each bank; what is known of the others stays. */
  resize(accountsPerBank: number): void {
    const before = this.changes.length / banks.length;
    if (before === accountsPerBank) return;
    const changes = new Float64Array(accountsPerBank * banks.length);
    banks.forEach((_, bank) => {
      changes.set(this.changes.subarray(bank * before, (bank + 1) * before), bank * accountsPerBank);
    });
    this.changes = changes;
  }

  add(books: LoadBooks): void {
    books.changes.forEach((change, account) => {
      this.changes[account]! += change;
    });
    this.accepted += books.accepted;
    this.uncertain += books.uncertain;
    this.sample.push(...books.sample);
  }
}

/** Everything that must hold of a ledger after a bench, whatever its speed; gateways must be running. */
export async function checkLedger(
  network: BenchNetwork,
  books: Books,
  { problems, quiet = quietMilliseconds }: { problems: readonly string[]; quiet?: number },
): Promise<Check[]> {
  return [
    await check('outcomes', async () => {
      if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '));
      if (books.uncertain > 0) throw new Error(`${books.uncertain} payments never got a certain outcome.`);
      return `${books.accepted} payments accepted; repetitions, changed repetitions and uncovered payments ended as they must`;
    }),
    await check('balances', () => checkBalances(network, books, quiet)),
    await check('payments by id', () => checkSample(network, books)),
    await check('auditor', async () => {
      const report = await runAuditor(network);
      const { problemCount, operations, accepted, refused, replayed, transactions, milliseconds } = report;
      if (problemCount > 0) throw new Error(`${problemCount} breaches: ${report.problems.slice(0, 5).join('; ')}`);
      return `${transactions} transactions with ${operations} operations (${accepted} accepted, ${refused} refused, ${replayed} repeated) replayed without a breach in ${(milliseconds / 1000).toFixed(0)} s; every account of every read model as the auditor has it`;
    }),
    await check('read models', async () => {
      // Every account was compared by the auditor; here entries are added up and payments counted.
      if (books.accepted > comparedPaymentsMax) {
        return 'every account as the auditor has it; entries and payments were not compared, there are too many';
      }
      await expectReadModelsEqualLedger(network.dataFolder, accountsMax);
      const isSample = network.accountsPerBank > accountsMax;
      return `equal to the ledger at every gateway: payments counted, entries of ${isSample ? `${accountsMax} drawn accounts a bank` : 'all accounts'} added up`;
    }),
    await check('state hash', async () => {
      const said = await network.network.verify();
      await expectOneState(network.network);
      return said;
    }),
  ];
}

/** Every account holds its deposit and what the accepted payments make of it: each counted once, refused ones never. */
async function checkBalances(network: BenchNetwork, { changes }: Books, quiet: number): Promise<string> {
  const places = choosePlaces(changes.length);
  const wanted = (place: number) => openingBalance + BigInt(changes[place] ?? 0);
  let open = places;
  let before = '';
  let movedAt = Date.now();
  for (;;) {
    const balances = await inParallel(open, atOnce, (place) => balanceOf(network, idAt(network, place)));
    const wrong = open.filter((place, index) => balances[index] !== wanted(place));
    if (wrong.length === 0) break;
    const now = balances.join();
    if (now !== before) movedAt = Date.now();
    if (Date.now() - movedAt > quiet) {
      const [first = 0] = wrong;
      const held = await balanceOf(network, idAt(network, first));
      throw new Error(
        `${wrong.length} accounts hold something else than what was accepted; ${idAt(network, first)} holds ${held}, not ${wanted(first)}.`,
      );
    }
    before = open.length === wrong.length ? now : '';
    open = wrong;
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
  const sum = changes.reduce((total, change) => total + change, 0);
  if (sum !== 0) throw new Error(`What was accepted adds up to ${sum}, not to nothing.`);
  return `${places.length} of ${changes.length} accounts hold exactly what the accepted payments make of their deposits`;
}

const idAt = ({ accountsPerBank }: BenchNetwork, place: number) =>
  accountId(banks[Math.floor(place / accountsPerBank)] ?? '', place % accountsPerBank);

function choosePlaces(count: number): number[] {
  if (count <= accountsMax) return Array.from({ length: count }, (_, place) => place);
  return Array.from({ length: accountsMax }, () => Math.floor(Math.random() * count));
}

async function balanceOf({ rest }: BenchNetwork, id: string): Promise<bigint> {
  const { status, body, text } = await rest.call({ bank: bankOf(id), path: `/v1/accounts/${id}` });
  if (status !== 200) throw new Error(`${id}: ${status} ${text}`);
  return BigInt(String(body.booked));
}

/** Accepted payments are found by their ids, as they were sent. */
async function checkSample({ rest }: BenchNetwork, { sample }: Books): Promise<string> {
  await inParallel(sample, atOnce, async (sent) => {
    const { body, text } = await rest.call({
      bank: bankOf(sent.debtorAccount),
      path: `/v1/payments/${sent.paymentId}`,
    });
    const { amount, debtorAccount, creditorAccount } = body as { amount?: { amount: string } } & typeof body;
    const isSame =
      amount?.amount === sent.amount &&
      debtorAccount === sent.debtorAccount &&
      creditorAccount === sent.creditorAccount;
    if (!isSame) throw new Error(`${sent.paymentId} was sent as ${JSON.stringify(sent)} and is ${text}`);
  });
  return `${sample.length} drawn ones are found as they were sent`;
}
