import { createHash, randomUUID } from 'node:crypto';
import { MemoryLedger } from '@tangram/chaincode/core/memory-ledger.ts';
import { operations } from '@tangram/chaincode/operations.ts';
import { CNY, envelope, World } from '@tangram/chaincode/testing/world.ts';

const BATCH = 500;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** UUIDs of version 7 of one millisecond. */
function uuidsAt(instant: string, count: number): string[] {
  const time = Date.parse(instant).toString(16).padStart(12, '0');
  return Array.from({ length: count }, () => `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`);
}

/** UUIDs of one millisecond whose SHA-256 begin alike, so that they all want the same page. */
function uuidsAimedAt(prefix: string, instant: string, count: number): string[] {
  const ids: string[] = [];
  while (ids.length < count) ids.push(...uuidsAt(instant, 1_000).filter((id) => sha256(id).startsWith(prefix)));
  return ids.slice(0, count);
}

const pay = (paymentId: string, amount = 1) =>
  envelope('payments:sendPayment', {
    paymentId,
    debtorAccount: 'cedar-1',
    creditorAccount: 'cedar-2',
    amount: CNY(amount),
  });

/** What the last of many batches with such ids writes, in keys of id pages and in bytes of them. */
async function fill(ids: readonly string[]) {
  const ledger = new MemoryLedger(operations);
  const world = new World(ledger);
  await world.open('cedar-1', { funds: 100_000n });
  await world.open('cedar-2');
  let pages: [key: string, value: Uint8Array][] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const { response, writes } = await ledger.submit(
      'cedar',
      ids.slice(start, start + BATCH).map((id) => pay(id)),
    );
    expect(response.accepted).toBe(Math.min(BATCH, ids.length - start));
    pages = [...writes].filter(([key]) => key.startsWith('cedar/ids/'));
    // Slices of the lane's own time are written when they are over.
    ledger.clock.advance(1000);
  }
  return { ledger, keys: pages.length, bytes: pages.reduce((sum, [, value]) => sum + value.length, 0) };
}

describe.each([
  // 500 ids touch every one of 16^k pages that k more digits tell apart, and no others.
  {
    name: 'ids of one millisecond in 1970 aimed at one page of the hash',
    ids: () => uuidsAimedAt('ab', '1970-01-01T00:00:00.001Z', 2_000),
    keysMax: 300,
    bytesMax: 45_000,
  },
  {
    name: 'ids of one millisecond in 1970',
    ids: () => uuidsAt('1970-01-01T00:00:00.001Z', 6_000),
    keysMax: 300,
    bytesMax: 130_000,
  },
  {
    name: 'ids of one millisecond in the year 9999',
    ids: () => uuidsAt('9999-12-31T23:59:59.999Z', 6_000),
    keysMax: 300,
    bytesMax: 130_000,
  },
  {
    name: 'ids of one millisecond of the lane',
    ids: () => uuidsAt('2026-01-05T09:00:00.000Z', 6_000),
    keysMax: 0,
    bytesMax: 0,
  },
  { name: 'random ids', ids: () => Array.from({ length: 6_000 }, () => randomUUID()), keysMax: 500, bytesMax: 12_500 },
])('$name', ({ ids: choose, keysMax, bytesMax }) => {
  test('cost a bounded number of pages a batch, and stay once-only', async () => {
    const ids = choose();
    const { ledger, keys, bytes } = await fill(ids);
    expect(keys).toBeLessThanOrEqual(keysMax);
    expect(bytes).toBeLessThanOrEqual(bytesMax);

    ledger.restart();
    const some = [ids[0], ids[Math.floor(ids.length / 2)], ids.at(-1)] as string[];
    const again = await ledger.submit(
      'cedar',
      some.map((id) => pay(id)),
    );
    expect(again.response.results.map(({ outcome }) => outcome)).toEqual(['replayed', 'replayed', 'replayed']);
    const changed = await ledger.submit(
      'cedar',
      some.map((id) => pay(id, 2)),
    );
    for (const result of changed.response.results) {
      expect(result).toMatchObject({ outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' });
    }
    expect([...again.writes, ...changed.writes]).toEqual([]);
  });
});
