import fc from 'fast-check';
import { sha256 } from './canonical.ts';
import { IdPages, type Pointer } from './id-pages.ts';
import type { Peer } from './peer.ts';
import { scopedId } from './recent-ids.ts';
import { StateBuffer } from './state-buffer.ts';
import { UndoLog } from './undo-log.ts';
import { decodePage, IdPage } from './wire/page-codec.ts';

/** Rows in memory that count what each batch reads and writes. */
class Rows {
  readonly rows = new Map<string, Uint8Array>();
  rounds = 0;
  keysRead = 0;

  async batch<Result>(use: (pages: IdPages) => Promise<Result>): Promise<{ result: Result; keysWritten: string[] }> {
    const peer = {
      getStates: async (keys: readonly string[]) => {
        this.rounds += 1;
        this.keysRead += keys.length;
        return keys.map((key) => this.rows.get(key));
      },
    } as unknown as Peer;
    const state = new StateBuffer(peer, new UndoLog(), (bytes) => new IdPage(bytes));
    const result = await use(new IdPages(state));
    const writes = state.writes();
    for (const { key, value } of writes) this.rows.set(key, value as Uint8Array);
    return { result, keysWritten: writes.map(({ key }) => key) };
  }

  add(ids: readonly string[], sequence: number) {
    return this.batch(async (pages) => {
      const scoped = ids.map((id) => scopedId('payment', id));
      await pages.prefetch(scoped);
      pages.add(scoped.map((id, entry) => ({ ...id, pointer: [sequence, entry] as const })));
    });
  }

  async find(ids: readonly string[]): Promise<(Pointer | undefined)[]> {
    const { result } = await this.batch(async (pages) => {
      const scoped = ids.map((id) => scopedId('payment', id));
      await pages.prefetch(scoped);
      return scoped.map((id) => pages.find(id));
    });
    return result;
  }
}

function sizeOf(row: Uint8Array): number {
  const page = decodePage(row);
  return 'entries' in page ? Object.keys(page.entries).length : 0;
}

const uuid = (seed: string, version: number, milliseconds?: number): string => {
  const hex = sha256(seed);
  const time = milliseconds === undefined ? hex.slice(0, 12) : milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

const YEAR_9999 = 253_402_300_799_999;
const families: { name: string; idOf: (index: number) => string }[] = [
  { name: 'UUIDv7 as time goes on', idOf: (index) => uuid(`${index}`, 7, 1_700_000_000_000 + index) },
  { name: 'UUIDv7 of one instant', idOf: (index) => uuid(`${index}`, 7, 1_700_000_000_000) },
  { name: 'UUIDv7 of 1970', idOf: (index) => uuid(`${index}`, 7, index % 2) },
  { name: 'UUIDv7 of 9999', idOf: (index) => uuid(`${index}`, 7, YEAR_9999) },
  { name: 'UUIDv4', idOf: (index) => uuid(`${index}`, 4) },
  { name: 'counters', idOf: (index) => `payment-${index}` },
  { name: 'names of object properties', idOf: (index) => ['constructor', 'toString', 'proto'][index] ?? `x${index}` },
];

describe('IdPages', () => {
  test.each(families)('find 2,000 ids of the kind $name, each where it was added', async ({ idOf }) => {
    const rows = new Rows();
    const batches = Array.from({ length: 4 }, (_, batch) =>
      Array.from({ length: 500 }, (__, i) => idOf(batch * 500 + i)),
    );
    for (const [sequence, ids] of batches.entries()) await rows.add(ids, sequence);
    for (const [sequence, ids] of batches.entries()) {
      expect(await rows.find(ids)).toEqual(ids.map((_, entry) => [sequence, entry]));
    }
    expect(await rows.find(['never-added', idOf(2000)])).toEqual([undefined, undefined]);
  });

  test.each(families)(
    'cost no more than the logarithm of their number with ids of the kind $name',
    async ({ idOf }) => {
      const rows = new Rows();
      for (let batch = 0; batch < 20; batch += 1) {
        await rows.add(
          Array.from({ length: 1000 }, (_, index) => idOf(batch * 1000 + index)),
          batch,
        );
      }
      const leaves = [...rows.rows.values()].map(sizeOf);
      expect(Math.max(...leaves)).toBeLessThanOrEqual(4096);
      rows.rounds = 0;
      rows.keysRead = 0;
      const { keysWritten } = await rows.add([idOf(5000)], 5);
      // 16 to the power of 4 leaves of 64 hold 4 million ids.
      expect(rows.rounds).toBeLessThanOrEqual(5);
      expect(rows.keysRead).toBeLessThanOrEqual(5);
      expect(keysWritten.length).toBeLessThanOrEqual(17);
    },
  );

  test('leave older slices alone', async () => {
    const rows = new Rows();
    await rows.add([uuid('a', 7, 1_700_000_000_000)], 1);
    const { keysWritten } = await rows.add([uuid('b', 7, 1_700_000_003_000)], 2);
    expect(keysWritten).toEqual(['ids/payment/t003179fcae/']);
  });

  test('agree with a plain map, whatever is added in whatever batches', async () => {
    const id = fc.oneof(
      fc.integer({ min: 0, max: 400 }).map((index) => uuid(`${index}`, 7, 5)),
      fc.integer({ min: 0, max: 400 }).map((index) => `p${index}`),
      fc.uuid({ version: 4 }),
    );
    const property = fc.asyncProperty(
      fc.array(fc.array(id, { maxLength: 150, size: 'max' }), { maxLength: 5, size: 'max' }),
      async (batches) => {
        const rows = new Rows();
        const model = new Map<string, Pointer>();
        for (const [sequence, ids] of batches.entries()) {
          const found = await rows.find(ids);
          expect(found).toEqual(ids.map((each) => model.get(each)));
          const fresh = [...new Set(ids)].filter((each) => !model.has(each));
          await rows.add(fresh, sequence);
          for (const [entry, each] of fresh.entries()) model.set(each, [sequence, entry]);
        }
        expect(await rows.find([...model.keys()])).toEqual([...model.values()]);
      },
    );
    await fc.assert(property, { numRuns: 20 });
  });
});
