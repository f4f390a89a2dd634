import { operations } from '../operations.ts';
import { CNY, envelope, World } from '../testing/world.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { decodePage, encodeIndexedPage, IdPage } from './wire/page-codec.ts';

const uuid = (milliseconds: number, middle: string, ending: string): string => {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${middle}${ending}`;
};

describe('a page with an index', () => {
  test('tells where each id was accepted, and holds those whole that end alike', () => {
    const ids = new Map([
      [uuid(1, '0000', '00000001'), [7, 3]],
      [uuid(2, '0000', 'ffffffff'), [7, 900]],
      [uuid(3, '0000', '00000002'), [300, 0]],
      [uuid(4, 'aaaa', '12345678'), [300, 1]],
      [uuid(5, 'bbbb', '12345678'), [301, 9_999]],
    ] as const);
    const bytes = encodeIndexedPage(ids);
    const page = new IdPage(bytes);
    expect(page.count).toBe(2);
    for (const [id, pointer] of ids) expect(page.find(id) ?? page.findAlike(id)).toEqual(pointer);
    expect(page.findAlike(uuid(4, 'aaaa', '12345678'))).toBeUndefined();
    expect(page.find(uuid(1, '0000', '00000009')) ?? page.findAlike(uuid(1, '0000', '00000009'))).toBeUndefined();
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decodePage(bytes.subarray(0, length))).toThrow(RangeError);
    }
  });

  test('keeps its index when ids are added, and when it is split', () => {
    const page = new IdPage(encodeIndexedPage(new Map([[uuid(1, '0000', '00000001'), [7, 3]]])));
    const late = new IdPage(page.with(new Map([['late', [8, 1]]])));
    expect([late.find('late'), late.findAlike(uuid(1, '0000', '00000001'))]).toEqual([
      [8, 1],
      [7, 3],
    ]);
    const split = new IdPage(late.split());
    expect([split.isSplit, split.findAlike(uuid(1, '0000', '00000001'))]).toEqual([true, [7, 3]]);
  });
});

describe('ids of a slice that is closed', () => {
  const pay = (paymentId: string, amount = 1) =>
    envelope('payments:sendPayment', {
      paymentId,
      debtorAccount: 'cedar-1',
      creditorAccount: 'cedar-2',
      amount: CNY(amount),
    });

  test('are final, and an id that only ends as one of them is another one', async () => {
    const ledger = new MemoryLedger(operations, (endorse) => endorse());
    const world = new World(ledger);
    await world.open('cedar-1', { funds: 100_000n });
    await world.open('cedar-2');
    const now = ledger.clock.milliseconds;
    const first = uuid(now, '0000', '00000001');
    const alike = uuid(now, '1111', '00000001');
    const send = async (...payments: ReturnType<typeof pay>[]) =>
      (await ledger.submit('cedar', payments)).response.results.map(({ outcome }) => outcome);
    expect(await send(pay(first), pay(uuid(now, '0000', '00000002')))).toEqual(['accepted', 'accepted']);
    ledger.clock.advance(60_000);
    const { writes } = await ledger.submit('cedar', [pay(uuid(ledger.clock.milliseconds, '0000', '00000003'))]);
    expect([...writes].some(([key, value]) => key.startsWith('cedar/ids/payment/t') && value[0] === 8)).toBe(true);

    ledger.restart();
    expect(await send(pay(first), pay(alike))).toEqual(['replayed', 'accepted']);
    ledger.restart();
    expect(await send(pay(first, 2), pay(alike, 2), pay(first), pay(alike))).toEqual([
      'refused',
      'refused',
      'replayed',
      'replayed',
    ]);
  });

  test('stay once-only when more late ids come than a page holds', async () => {
    const ledger = new MemoryLedger(operations);
    const world = new World(ledger);
    await world.open('cedar-1', { funds: 100_000n });
    await world.open('cedar-2');
    const now = ledger.clock.milliseconds;
    const id = (number: number) => uuid(now, '0000', number.toString(16).padStart(8, '0'));
    const outcomes = async (from: number, upTo: number) => {
      const payments = Array.from({ length: upTo - from }, (_, offset) => pay(id(from + offset)));
      const { response } = await ledger.submit('cedar', payments);
      return new Set(response.results.map(({ outcome }) => outcome));
    };
    expect(await outcomes(0, 100)).toEqual(new Set(['accepted']));
    ledger.clock.advance(60_000);
    await ledger.submit('cedar', [pay('closes-the-slice')]);
    expect(await outcomes(100, 150)).toEqual(new Set(['accepted']));
    expect(await outcomes(150, 400)).toEqual(new Set(['accepted']));
    ledger.restart();
    expect(await outcomes(0, 400)).toEqual(new Set(['replayed']));
  });
});
