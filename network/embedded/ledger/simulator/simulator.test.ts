import { asText, createTestChannel, text } from '../fixtures/test-channel.ts';
import { parseRwSet } from '../rwset.ts';
import type { Simulator, StateIterator } from '../types.ts';

let channel: Awaited<ReturnType<typeof createTestChannel>>;
const composite = (...parts: string[]) => `\0${parts.join('\0')}\0`;
const keys = ['a', 'b', 'c', 'z\ue000', 'z\u{1f600}', composite('t', '1'), composite('t', '2')];

beforeAll(async () => {
  channel = await createTestChannel();
  channel.deploy('cash', "OR('CedarMSP.peer', 'MapleMSP.peer')");
  channel.submit({
    run(simulator) {
      for (const key of keys) simulator.putState('cash', key, text(`${key}1`));
    },
  });
});
afterAll(() => {
  channel.ledger.close();
  channel.remove();
});

const simulate = (): Simulator => channel.ledger.newSimulator({ txId: 't', mspId: 'CedarMSP' });
const kvOf = (simulator: Simulator) =>
  parseRwSet(simulator.done().rwset).find(({ namespace }) => namespace === 'cash')?.kv;
function drain(iterator: StateIterator): string[] {
  const found: string[] = [];
  for (let entry = iterator.next(); entry; entry = iterator.next()) found.push(entry.key);
  return found;
}

describe('state', () => {
  test('own writes are not read back', () => {
    const simulator = simulate();
    simulator.putState('cash', 'a', text('2'));
    expect(asText(simulator.getState('cash', 'a'))).toBe('a1');
    simulator.done();
  });

  test('reads and writes come out sorted by bytes, the last write standing', () => {
    const simulator = simulate();
    for (const key of ['z\u{1f600}', 'z\ue000', 'b', 'absent']) simulator.getState('cash', key);
    simulator.putState('cash', 'b', text('2'));
    simulator.putState('cash', 'a', text('2'));
    simulator.delState('cash', 'b');
    const kv = kvOf(simulator);
    expect(kv?.reads.map(({ key }) => key)).toEqual(['absent', 'b', 'z\ue000', 'z\u{1f600}']);
    expect(kv?.reads[0]?.version).toBeUndefined();
    expect(kv?.reads[1]?.version).toEqual({ blockNum: 2, txNum: 0 });
    expect(kv?.writes.map(({ key, isDelete }) => [key, isDelete])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  test('an empty value is a delete', () => {
    const simulator = simulate();
    simulator.putState('cash', 'a', text(''));
    expect(kvOf(simulator)?.writes).toMatchObject([{ key: 'a', isDelete: true }]);
  });

  test('keeps reading the height it began at', () => {
    const simulator = simulate();
    channel.submit({ run: (other) => other.putState('cash', 'moving', text('1')) });
    expect(simulator.getState('cash', 'moving')).toBeUndefined();
    simulator.done();
    const later = simulate();
    expect(asText(later.getState('cash', 'moving'))).toBe('1');
    later.done();
  });

  test('keeps ranges and private values of its height over several commits', () => {
    const at = { namespace: 'cash', collection: '_implicit_org_CedarMSP', key: 'p' };
    const write = (run: (simulator: Simulator) => void) => channel.submit({ run, endorsers: ['CedarMSP'] });
    write((simulator) => {
      for (const key of ['still/a', 'still/b', 'still/d']) simulator.putState('cash', key, text('1'));
      simulator.putPrivate(at, text('1'));
    });
    const simulator = simulate();
    const range = simulator.getStateRange({ namespace: 'cash', startKey: 'still/', endKey: 'still0' });
    write((other) => {
      other.delState('cash', 'still/a');
      other.putState('cash', 'still/b', text('2'));
      other.putState('cash', 'still/c', text('2'));
      other.putPrivate(at, text('2'));
    });
    write((other) => {
      other.putState('cash', 'still/a', text('3'));
      other.delState('cash', 'still/d');
      other.delPrivate(at);
    });
    const found: (string | undefined)[] = [];
    for (let entry = range.next(); entry; entry = range.next()) found.push(`${entry.key}=${asText(entry.value)}`);
    expect(found).toEqual(['still/a=1', 'still/b=1', 'still/d=1']);
    expect(asText(simulator.getPrivate(at))).toBe('1');
    expect(simulator.getHistory('cash', 'still/a').next()?.isDelete).toBe(false);
    simulator.done();
    const later = simulate();
    expect(drain(later.getStateRange({ namespace: 'cash', startKey: 'still/', endKey: 'still0' }))).toEqual([
      'still/a',
      'still/b',
      'still/c',
    ]);
    expect(later.getPrivate(at)).toBeUndefined();
    later.done();
  });

  test('refuses use after the end, and writes in a query', () => {
    const simulator = simulate();
    simulator.done();
    expect(() => simulator.getState('cash', 'a')).toThrow('should not be used after calling Done()');
    const query = channel.ledger.newSimulator({ txId: 'q', mspId: 'CedarMSP', readOnly: true });
    expect(() => query.putState('cash', 'a', text('1'))).toThrow('Writes are not allowed in a query');
    query.done();
  });
});

describe('range', () => {
  test('runs in byte order and leaves the end out', () => {
    const simulator = simulate();
    expect(drain(simulator.getStateRange({ namespace: 'cash', startKey: 'a', endKey: 'c' }))).toEqual(['a', 'b']);
    expect(drain(simulator.getStateRange({ namespace: 'cash', startKey: 'z', endKey: '' }))).toEqual([
      'z\ue000',
      'z\u{1f600}',
    ]);
    expect(
      drain(simulator.getStateRange({ namespace: 'cash', startKey: composite('t'), endKey: '\0t\0\u{10ffff}' })),
    ).toEqual(keys.slice(5));
    simulator.done();
  });

  test('records what was returned: the last key while it goes on, the asked end once it is exhausted', () => {
    const simulator = simulate();
    simulator.getStateRange({ namespace: 'cash', startKey: 'a', endKey: 'd' }).next();
    drain(simulator.getStateRange({ namespace: 'cash', startKey: 'b', endKey: 'd' }));
    drain(simulator.getStateRange({ namespace: 'cash', startKey: 'b', endKey: 'd' }));
    expect(kvOf(simulator)?.rangeQueriesInfo).toMatchObject([
      { startKey: 'a', endKey: 'a', itrExhausted: false, rawReads: { kvReads: [{ key: 'a' }] } },
      { startKey: 'b', endKey: 'd', itrExhausted: true, rawReads: { kvReads: [{ key: 'b' }, { key: 'c' }] } },
    ]);
  });

  test('leaves the reads of an empty range out', () => {
    const simulator = simulate();
    drain(simulator.getStateRange({ namespace: 'cash', startKey: 'x', endKey: 'y' }));
    expect(kvOf(simulator)?.rangeQueriesInfo).toEqual([
      { startKey: 'x', endKey: 'y', itrExhausted: true, rawReads: undefined, readsMerkleHashes: undefined },
    ]);
  });

  test('pages with bookmarks', () => {
    const simulator = simulate();
    const query = { namespace: 'cash', startKey: 'a', endKey: 'd', pageSize: 2 };
    const page = simulator.getStateRange(query);
    expect(drain(page)).toEqual(['a', 'b']);
    const bookmark = page.bookmark();
    expect(bookmark).toBe('c');
    const rest = simulator.getStateRange({ ...query, bookmark });
    expect(drain(rest)).toEqual(['c']);
    expect(rest.bookmark()).toBe('');
    simulator.done();
  });

  test('a page forbids writes, and a write forbids pages', () => {
    const reader = simulate();
    reader.getStateRange({ namespace: 'cash', startKey: '', endKey: '', pageSize: 1 });
    expect(() => reader.putState('cash', 'a', text('1'))).toThrow(
      'txid [t]: unsuppored transaction. Transaction has already performed a paginated query. Writes are not allowed',
    );
    reader.done();
    const writer = simulate();
    writer.putState('cash', 'a', text('1'));
    expect(() => writer.getStateRange({ namespace: 'cash', startKey: '', endKey: '', pageSize: 1 })).toThrow(
      'Paginated queries are supported only in a read-only transaction',
    );
    writer.done();
  });

  test('crosses the chunks in which rows are fetched', () => {
    const many = Array.from({ length: 700 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
    channel.submit({
      run(simulator) {
        for (const key of many) simulator.putState('cash', key, text('1'));
      },
    });
    const simulator = simulate();
    expect(drain(simulator.getStateRange({ namespace: 'cash', startKey: 'many/', endKey: 'many0' }))).toEqual(many);
    simulator.done();
  });
});

describe('history', () => {
  test('runs from the newest to the oldest, deletes included', () => {
    const transactions = ['1', '2', ''].map((value) => {
      const endorsed = channel.endorse({ run: (simulator) => simulator.putState('cash', 'told', text(value)) });
      channel.commit(endorsed);
      return endorsed.txId;
    });
    const simulator = simulate();
    const history = simulator.getHistory('cash', 'told');
    const found = [history.next(), history.next(), history.next(), history.next()];
    expect(found.map((entry) => entry && [entry.txId, asText(entry.value), entry.isDelete])).toEqual([
      [transactions[2], '', true],
      [transactions[1], '2', false],
      [transactions[0], '1', false],
      undefined,
    ]);
    simulator.done();
  });
});
