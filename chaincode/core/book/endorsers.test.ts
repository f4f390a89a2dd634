import * as fc from 'fast-check';
import { type Endorsement, Endorser, SharedLedger, type Submission } from '../../testing/endorsers.ts';
import { CNY, detailsOf, envelope } from '../../testing/world.ts';
import type { BatchOperation, Header } from '../batch.ts';
import { canonicalJson, sha256 } from '../canonical.ts';
import { refusalOf } from '../memory-ledger.ts';
import { segmentOf } from './holding.ts';

const BANKS = ['cedar', 'maple'] as const;
const ACCOUNTS = 12;

// Half of them in the segment that is saved first, so that it knows of batches that are replayed for the others.
const namesOf = (bank: string) => {
  const names = Array.from({ length: 2000 }, (_, number) => `${bank}-${number}`);
  const saved = names.filter((name) => segmentOf(name) === 0).slice(0, ACCOUNTS / 2);
  return [...saved, ...names.filter((name) => segmentOf(name) !== 0)].slice(0, ACCOUNTS);
};
const names = new Map(BANKS.map((bank) => [bank as string, namesOf(bank)]));
const account = (bank: string, number: number) => names.get(bank)?.[number] as string;

let ledger: SharedLedger;
let first: Endorser;
let second: Endorser;

/** Opens accounts at both banks, all with money. */
async function prepare(): Promise<void> {
  ledger = new SharedLedger();
  first = new Endorser(ledger);
  second = new Endorser(ledger);
  const issue = (bank: string) =>
    envelope('settlement:issue', { operationId: bank, bank, amount: CNY(ACCOUNTS * 1000) });
  await commit(ledger.next('centralbank', BANKS.map(issue)));
  for (const bank of BANKS) {
    const ids = Array.from({ length: ACCOUNTS }, (_, number) => account(bank, number));
    const page = canonicalJson(ids.map(detailsOf));
    const detailsPage = sha256(page);
    const key = `${bank}/${bank[0]?.toUpperCase()}${bank.slice(1)}MSP/account-details/${detailsPage}`;
    ledger.state.privateRows.set(key, page);
    const open = (accountId: string) =>
      envelope('accounts:openAccount', {
        accountId,
        currency: 'CNY',
        detailsDigest: sha256(canonicalJson(detailsOf(accountId))),
        detailsPage,
      });
    const fund = (accountId: string) =>
      envelope('accounts:deposit', { depositId: `d-${accountId}`, accountId, amount: CNY(1000) });
    await commit(ledger.next(bank, [...ids.map(open), ...ids.map(fund)]));
  }
}

/** A UUIDv7 of the ledger's time. */
function idOf(number: number, milliseconds = ledger.clock.milliseconds): string {
  const hex = milliseconds.toString(16).padStart(12, '0') + sha256(`${number}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

let count = 0;
function pay(debtor: string, creditor: string, paymentId = idOf(count++)): BatchOperation {
  return envelope('payments:sendPayment', {
    paymentId,
    debtorAccount: debtor,
    creditorAccount: creditor,
    amount: CNY(1),
  });
}

/** Endorses with both, who must agree, and commits. */
async function commit(submission: Submission): Promise<Endorsement> {
  const endorsement = await first.endorse(submission);
  expect(await second.endorse(submission)).toEqual(endorsement);
  ledger.commit(endorsement);
  return endorsement;
}

const codesOf = (submission: Submission, endorsement: Endorsement) =>
  submission.outcomesOf(endorsement).map((outcome) => (outcome.outcome === 'refused' ? outcome.code : outcome.outcome));

/** Endorses with both, commits, and gives what became of each operation. */
async function judge(lane: string, batch: readonly BatchOperation[], header: Partial<Header> = {}): Promise<string[]> {
  const submission = ledger.next(lane, batch, header);
  return codesOf(submission, await commit(submission));
}

const codeOf = async (endorsing: Promise<unknown>) => (await refusalOf(endorsing))?.code;

beforeEach(prepare);

describe('two endorsers', () => {
  test('agree whatever the age of their memories, over many saved segments and closed slices of ids', async () => {
    const step = fc.record({
      lane: fc.constantFrom(...BANKS),
      size: fc.integer({ min: 1, max: 6 }),
      wait: fc.constantFrom(0, 10, 1500, 40_000),
      /** Which of the two takes part, and which starts anew before. */
      restart: fc.constantFrom('first', 'second', 'none', 'none', 'none'),
      repeats: fc.boolean(),
      holds: fc.boolean(),
    });
    const property = fc.asyncProperty(fc.array(step, { minLength: 150, maxLength: 200 }), async (steps) => {
      await prepare();
      const sent: BatchOperation[] = [];
      for (const { lane, size, wait, restart, repeats, holds } of steps) {
        ledger.clock.milliseconds += wait;
        if (restart !== 'none') (restart === 'first' ? first : second).restart();
        const batch = Array.from({ length: size }, (_, place) => {
          const debtor = account(lane, (size + place) % ACCOUNTS);
          return pay(debtor, account(BANKS[place % 2] as string, (count + place) % ACCOUNTS));
        });
        const hold = {
          ...{ holdId: idOf(count++), debtorAccount: account(lane, 1), creditorAccount: account(lane, 2) },
          ...{ amount: CNY(2), expiresAt: '2026-06-01T00:00:00Z' },
        };
        if (holds) batch.push(envelope('payments:holdFunds', hold));
        const again = sent.filter(({ request }) => String(request.debtorAccount).startsWith(lane)).slice(-40, -37);
        const submission = ledger.next(lane, [...batch, ...(repeats ? again : [])]);
        const endorsement = await first.endorse(submission);
        // The second one takes part now and then: its memory lies behind, and is brought up by replays.
        if (wait !== 10) expect(await second.endorse(submission)).toEqual(endorsement);
        ledger.commit(endorsement);
        if (repeats) {
          const repeated = codesOf(submission, endorsement).slice(batch.length);
          expect(repeated.filter((code) => code === 'accepted')).toEqual([]);
        }
        sent.push(...batch);
      }
      first.restart();
      for (const [bank, accountIds] of names) {
        for (const accountId of accountIds) {
          const view = await second.query(bank, 'accounts:getAccount', { accountId });
          expect(await first.query(bank, 'accounts:getAccount', { accountId })).toEqual(view);
          expect(view.booked).toBe(String(ledger.bookedOf(bank, accountId)));
        }
      }
    });
    await fc.assert(property, { numRuns: 3, endOnFailure: true });
  }, 120_000);

  test('forget a batch that was endorsed and never committed', async () => {
    const [ann, ben] = [account('cedar', 0), account('cedar', 1)];
    const lost = pay(ann, ben);
    await first.endorse(ledger.next('cedar', [lost, pay(ann, ben)]));
    expect(await judge('cedar', [pay(ben, ann)])).toEqual(['accepted']);
    // Neither the id nor the money of the lost batch is known to anybody.
    expect(await judge('cedar', [lost])).toEqual(['accepted']);
    const all = { ...pay(ann, ben), request: { ...pay(ann, ben).request, amount: CNY(1000) } };
    expect(await judge('cedar', [all])).toEqual(['accepted']);
  });

  test('agree after two gateways raced for one sequence, whichever won', async () => {
    const [ann, ben] = [account('cedar', 0), account('cedar', 1)];
    const rivals = [ledger.next('cedar', [pay(ann, ben)]), ledger.next('cedar', [pay(ben, ann), pay(ben, ann)])];
    for (const rival of rivals) await first.endorse(rival);
    await second.endorse(rivals[0] as Submission);
    ledger.commit(await second.endorse(rivals[1] as Submission));
    expect(await codeOf(first.endorse(rivals[0] as Submission))).toBe('LANE_SEQUENCE_STALE');
    expect(await judge('cedar', [pay(ann, ben)])).toEqual(['accepted']);
  });

  test('agree on a ledger that was set back under one of them', async () => {
    const before = ledger.snapshot();
    const [ann, cid] = [account('cedar', 0), account('maple', 1)];
    const payment = pay(ann, cid);
    const freeze = envelope('accounts:freezeAccount', { accountId: cid });
    for (const [lane, batch] of [
      ['maple', [freeze]],
      ['cedar', [payment, pay(ann, account('maple', 2))]],
    ] as const) {
      ledger.commit(await first.endorse(ledger.next(lane, batch)));
    }
    ledger.state = before;
    // Another history grows to the same sequences and the same row of the directory.
    await commit(ledger.next('maple', [envelope('accounts:freezeAccount', { accountId: account('maple', 3) })]));
    expect(await judge('cedar', [payment, pay(ann, account('maple', 3))])).toEqual([
      'accepted',
      'PAYMENTS_CREDITOR_FROZEN',
    ]);
  });
});

describe('an endorser', () => {
  test("judges by the directory's row that the header names, whatever it knows beyond", async () => {
    const [ann, cid] = [account('cedar', 0), account('maple', 1)];
    const { directory } = ledger.head('maple');
    await commit(ledger.next('maple', [envelope('accounts:freezeAccount', { accountId: cid })]));
    expect(await judge('cedar', [pay(ann, cid), pay(ann, account('cedar', 1))])).toEqual([
      'PAYMENTS_CREDITOR_FROZEN',
      'accepted',
    ]);
    expect(await judge('cedar', [pay(ann, cid)], { directories: { maple: directory } })).toEqual(['accepted']);
    expect(await judge('cedar', [pay(ann, cid), pay(ann, account('cedar', 1))], { directories: {} })).toEqual([
      'PAYMENTS_CREDITOR_UNKNOWN',
      'accepted',
    ]);
  });

  test('learns the rows by which a directory has grown with the batch that says so, not with a later payment', async () => {
    const [ann, ben, cid] = [account('cedar', 0), account('cedar', 1), account('maple', 1)];
    const rowsReadBy = async (next: Submission) => {
      let rows = 0;
      second.history = async (name) => {
        if (name.startsWith('maple/lane/0/directory/')) rows += 1;
        return ledger.state.rows.get(name);
      };
      await commit(next);
      return rows;
    };
    const grow = (accountId: string) =>
      commit(ledger.next('maple', [envelope('accounts:freezeAccount', { accountId })]));
    await grow(account('maple', 2));
    expect(await rowsReadBy(ledger.next('cedar', [pay(ann, ben)], { grown: ['maple'] }))).toBeGreaterThan(0);
    expect(await rowsReadBy(ledger.next('cedar', [pay(ann, cid)]))).toBe(0);
    await grow(account('maple', 3));
    expect(await rowsReadBy(ledger.next('cedar', [pay(ann, ben)]))).toBe(0);
    expect(await rowsReadBy(ledger.next('cedar', [pay(ann, cid)]))).toBeGreaterThan(0);
  });

  test('gives a batch back whose header names a row of the directory that is not there', async () => {
    const lie = { directories: { maple: 99 } };
    const batch = [pay(account('cedar', 0), account('maple', 1))];
    expect(await codeOf(first.endorse(ledger.next('cedar', batch, lie)))).toBe('LANE_MEMORY_BEHIND');
    expect(await judge('cedar', batch)).toEqual(['accepted']);
  });

  test('gives a batch back while its history lacks the last block, and goes on when it has it', async () => {
    const [ann, ben] = [account('cedar', 0), account('cedar', 1)];
    await commit(ledger.next('cedar', [pay(ann, ben)]));
    const lagging = ledger.snapshot();
    ledger.commit(await first.endorse(ledger.next('cedar', [pay(ann, ben)])));
    second.history = async (name) => lagging.rows.get(name);
    const next = ledger.next('cedar', [pay(ann, ben)]);
    const endorsement = await first.endorse(next);
    expect(await codeOf(second.endorse(next))).toBe('LANE_MEMORY_BEHIND');
    second.history = undefined;
    expect(await second.endorse(next)).toEqual(endorsement);
  });

  test('is not held up by a transaction whose peer went away in the middle of its reads', async () => {
    const [ann, ben, cid] = [account('cedar', 0), account('cedar', 1), account('maple', 1)];
    await commit(ledger.next('cedar', [pay(ann, ben)]));
    const next = ledger.next('cedar', [pay(ann, ben), pay(ann, cid)]);
    first.restart();
    first.history = () => new Promise(() => undefined);
    void first.endorse(next);
    first.history = undefined;
    expect(await first.endorse(next)).toEqual(await second.endorse(next));
  });

  test('opens 128 earlier rows at most for repetitions and refunds, and gives the others back', async () => {
    const [ann, ben] = [account('cedar', 0), account('cedar', 1)];
    const sent: BatchOperation[] = [];
    for (let round = 0; round < 134; round += 1) {
      const payment = pay(ann, ben);
      sent.push(payment);
      await commit(ledger.next('cedar', [payment]));
    }
    second.restart();
    const refund = (place: number) =>
      envelope('payments:refundPayment', { refundId: `r${place}`, paymentId: sent[place]?.request.paymentId });
    const codes = await judge('cedar', [pay(ben, ann), ...sent, sent[0] as BatchOperation, refund(1), refund(133)]);
    expect(codes).toEqual([
      'accepted',
      ...sent.map((_, place) => (place < 128 ? 'replayed' : 'LANE_REPLAY_FAR')),
      'replayed',
      'accepted',
      'LANE_REPLAY_FAR',
    ]);
  });
});
