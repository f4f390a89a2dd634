import { setImmediate as turn } from 'node:timers/promises';
import { Endorser, SharedLedger } from '../../testing/endorsers.ts';
import { CNY, detailsOf, digestsOf, envelope } from '../../testing/world.ts';
import { type BatchOperation, batchKey } from '../batch.ts';
import { canonicalJson } from '../canonical.ts';
import { refusalOf } from '../memory-ledger.ts';
import { segmentOf } from './holding.ts';

// Two accounts of the segment that is saved first.
const [alice, bob] = Array.from({ length: 2000 }, (_, number) => `cedar-${number}`).filter(
  (name) => segmentOf(name) === 0,
) as [string, string];

let ledger: SharedLedger;
let first: Endorser;
let second: Endorser;
let count = 0;

async function commit(lane: string, batch: readonly BatchOperation[]): Promise<void> {
  ledger.commit(await first.endorse(ledger.next(lane, batch)));
}

const pay = () =>
  envelope('payments:sendPayment', {
    paymentId: `p-${count++}`,
    debtorAccount: alice,
    creditorAccount: bob,
    amount: CNY(1),
  });

/** A UUIDv7 of that time. */
function idOf(milliseconds: number, number = 0): string {
  const hex = milliseconds.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-${String(number).padStart(12, '0')}`;
}

const balanceOf = async (endorser: Endorser, accountId: string) =>
  BigInt((await endorser.query('cedar', 'accounts:getAccount', { accountId })).booked as string);

beforeEach(async () => {
  ledger = new SharedLedger();
  first = new Endorser(ledger);
  second = new Endorser(ledger);
  const issue = { operationId: 'i', bank: 'cedar', amount: CNY(1000) };
  await commit('centralbank', [envelope('settlement:issue', issue)]);
  for (const accountId of [alice, bob]) {
    const digests = digestsOf(accountId);
    const key = `cedar/CedarMSP/account-details/${digests.detailsPage}`;
    ledger.state.privateRows.set(key, canonicalJson([detailsOf(accountId)]));
    await commit('cedar', [envelope('accounts:openAccount', { accountId, currency: 'CNY', ...digests })]);
  }
  await commit('cedar', [envelope('accounts:deposit', { depositId: 'd', accountId: alice, amount: CNY(1000) })]);
});

describe('a memory that is read anew', () => {
  test('for two transactions at a time books no batch twice where the later one has a segment saved that the earlier one has not', async () => {
    while (ledger.head('cedar').checkpoint.marks.length === 0) {
      const before = ledger.snapshot();
      await commit('cedar', [pay()]);
      if (ledger.head('cedar').checkpoint.marks.length === 0) continue;
      const after = ledger.state;
      second.history = async (name) => {
        await turn();
        return after.rows.get(name);
      };
      ledger.state = before;
      const early = balanceOf(second, alice).catch(() => 'asked again later');
      ledger.state = after;
      await Promise.all([early, balanceOf(second, alice).catch(() => 'asked again later')]);
    }

    for (const accountId of [alice, bob]) {
      expect(await balanceOf(second, accountId)).toBe(ledger.bookedOf('cedar', accountId));
    }
  });

  test('is read anew on a ledger that was set back to before its first batch', async () => {
    const emptied = ledger.snapshot();
    for (const name of emptied.rows.keys()) if (name.startsWith('cedar/')) emptied.rows.delete(name);
    ledger.state = emptied;
    const opening = { accountId: alice, currency: 'CNY', ...digestsOf(alice) };
    await commit('cedar', [envelope('accounts:openAccount', opening)]);

    expect(await balanceOf(first, alice)).toBe(0n);
  });
});

describe('a memory whose peer gives transactions up in the middle of their reads', () => {
  /** Two calls for sixteen rows, after those for the segments that are saved. */
  const READS_MAX = 40;

  /** How the peer answers one transaction: so many reads, and then no more. */
  const impatient = (readsMax: number) => {
    const { rows } = ledger.state;
    let reads = 0;
    return async (name: string) => {
      reads += 1;
      if (reads > readsMax) throw new Error('no ledger context');
      return rows.get(name);
    };
  };
  const isEndorsed = async (next: ReturnType<typeof ledger.next>, readsMax = READS_MAX) => {
    second.history = impatient(readsMax);
    return second.endorse(next).then(
      () => true,
      () => false,
    );
  };
  const askUntilEndorsed = async (next: ReturnType<typeof ledger.next>) => {
    const endorsed: boolean[] = [];
    while (!endorsed.includes(true) && endorsed.length < 6) endorsed.push(await isEndorsed(next));
    return endorsed;
  };
  const payOften = async (batches: number, operation = pay) => {
    for (let batch = 0; batch < batches; batch += 1) await commit('cedar', [operation()]);
  };
  const expectTrueBalances = async () => {
    second.history = undefined;
    for (const accountId of [alice, bob]) {
      expect(await balanceOf(second, accountId)).toBe(ledger.bookedOf('cedar', accountId));
    }
  };

  test('goes on where the last one has got to, and endorses what others do', async () => {
    const { request } = pay();
    const timed = Array.from({ length: 100 }, (_, number) =>
      envelope('payments:sendPayment', { ...request, paymentId: idOf(ledger.clock.milliseconds, number) }),
    );
    for (const payment of timed) await commit('cedar', [payment]);
    second.restart();
    const next = ledger.next('cedar', [pay()]);
    expect(await askUntilEndorsed(next)).toEqual([false, false, true]);
    second.history = undefined;
    expect(await second.endorse(next)).toEqual(await first.endorse(next));
    const again = ledger.next('cedar', [pay(), ...timed]);
    const endorsement = await second.endorse(again);
    expect(endorsement).toEqual(await first.endorse(again));
    const repetitions = again.outcomesOf(endorsement).slice(1);
    expect(new Set(repetitions.map(({ outcome }) => outcome))).toEqual(new Set(['replayed']));
    await expectTrueBalances();
  });

  test('is read by two transactions at a time, of which one is given up', async () => {
    await payOften(100);
    second.restart();
    const next = ledger.next('cedar', [pay()]);
    second.history = impatient(READS_MAX);
    const given = second.endorse(next).catch(() => 'given up');
    second.history = undefined;
    expect(await second.endorse(next)).toEqual(await first.endorse(next));
    expect(await given).toBe('given up');
    expect(await second.endorse(next)).toEqual(await first.endorse(next));
    await expectTrueBalances();
  });

  test('misses no id of a slice that a later head has closed, where two heads share what is read', async () => {
    const { request } = pay();
    const repeated = envelope('payments:sendPayment', { ...request, paymentId: idOf(ledger.clock.milliseconds) });
    await payOften(20);
    await commit('cedar', [repeated]);
    await payOften(60);
    const early = ledger.next('cedar', [repeated, pay()]);
    const expected = await first.endorse(early);
    const isOpen = () => Object.values(ledger.head('cedar').ids.open).flat().length > 0;
    expect(isOpen()).toBe(true);
    second.restart();
    const [reached, passed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let reads = 0;
    second.history = async (name) => {
      reads += 1;
      if (reads > READS_MAX / 4) {
        reached.resolve();
        await passed.promise;
      }
      return ledger.state.rows.get(name);
    };
    const asked = second.endorse(early).catch(() => 'asked again later');
    await reached.promise;

    ledger.state = ledger.snapshot();
    ledger.clock.milliseconds += 40_000;
    await commit('cedar', [pay()]);
    expect(isOpen()).toBe(false);
    expect(await isEndorsed(ledger.next('cedar', [pay()]))).toBe(false);
    passed.resolve();
    expect([expected, 'asked again later']).toContainEqual(await asked);
    expect(await askUntilEndorsed(ledger.next('cedar', [pay()]))).toContain(true);
    await expectTrueBalances();
  });

  test('goes on from there to a head that came meanwhile, which has another segment saved', async () => {
    await payOften(50);
    second.restart();
    expect(await isEndorsed(ledger.next('cedar', [pay()]))).toBe(false);
    await payOften(50);
    expect(await askUntilEndorsed(ledger.next('cedar', [pay()]))).toEqual([false, true]);
    await expectTrueBalances();
  });

  describe.each([
    ['its segments', 10],
    ['some rows', READS_MAX],
  ])('having read %s', (_what, readsMax) => {
    test.each([
      ['before the head that was read', 5],
      ['to another history that has grown beyond it', 90],
    ])('leaves them on a ledger that is set back %s', async (__, batches) => {
      await payOften(30);
      const before = ledger.snapshot();
      await payOften(70);
      second.restart();
      expect(await isEndorsed(ledger.next('cedar', [pay()]), readsMax)).toBe(false);

      ledger.state = before;
      first.restart();
      await payOften(batches, () => {
        const amount = CNY(2);
        const request = { paymentId: `b-${count++}`, debtorAccount: alice, creditorAccount: bob, amount };
        return envelope('payments:sendPayment', request);
      });
      const next = ledger.next('cedar', [pay()]);
      second.history = undefined;
      // Who finds out gives the batch back, and reads anew when it comes again.
      const again = await second.endorse(next).catch(() => second.endorse(next));
      expect(again).toEqual(await first.endorse(next));
      await expectTrueBalances();
    });
  });
});

describe('a query whose memory is moved while it waits', () => {
  test('does not deny a payment whose slice of ids was closed meanwhile', async () => {
    const paymentId = idOf(ledger.clock.milliseconds);
    const { request } = pay();
    await commit('cedar', [envelope('payments:sendPayment', { ...request, paymentId })]);
    const paid = ledger.head('cedar').sequence;
    await balanceOf(second, alice);
    const [reached, passed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    second.history = async (name) => {
      if (name === `cedar/${batchKey(paid)}`) {
        reached.resolve();
        await passed.promise;
      }
      return ledger.state.rows.get(name);
    };
    const asked = refusalOf(second.query('cedar', 'payments:getPayment', { paymentId }));
    await reached.promise;
    ledger.state = ledger.snapshot();
    ledger.clock.milliseconds += 40_000;
    await commit('cedar', [pay()]);
    await second.endorse(ledger.next('cedar', [pay()]));
    passed.resolve();

    expect([undefined, 'LANE_MEMORY_BEHIND']).toContain((await asked)?.code);
    expect((await second.query('cedar', 'payments:getPayment', { paymentId })).status).toBe('SETTLED');
  });
});
