import type { Bench, ConformanceCase } from '../bench.ts';
import type { Step } from '../chaincode/step.ts';
import type { Outcome } from '../network.ts';

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });
const get = (key: string): Step => ({ do: 'get', key });

const merkleRows = 60;

/** Prepares the ledger, endorses both transactions on the same state, commits one after the other and returns both codes. */
async function race(bench: Bench, steps: { before?: Step[]; first: Step[]; second: Step[] }): Promise<Outcome> {
  const session = bench.session();
  if (steps.before) await session.submit(steps.before);
  const first = await session.endorse(steps.first);
  const second = await session.endorse(steps.second);
  return [(await session.commit(first)).code, (await session.commit(second)).code];
}

/** The same, in one block. */
async function raceInBlock(
  bench: Bench,
  steps: (key: (name: string) => string) => { before?: Step[]; all: Step[][] },
): Promise<Outcome> {
  const session = bench.session();
  return bench.together(async (attempt) => {
    const { before, all } = steps((name) => bench.key(`${attempt}${name}`));
    if (before) await session.submit(before);
    const endorsed = [];
    for (const each of all) endorsed.push(await session.endorse(each));
    return endorsed;
  });
}

async function phantom(bench: Bench, change: Step[], read: { rows: number; limit?: number }): Promise<Outcome> {
  const { rows, limit } = read;
  const range = { start: bench.key('row'), end: bench.key('rox') };
  return race(bench, {
    before: [{ do: 'fill', key: bench.key('row'), count: rows }],
    first: change,
    second: [
      { do: 'range', ...range, limit },
      { do: 'put', key: bench.key('sum'), value: '1' },
    ],
  });
}

/** Conflicts: what becomes of transactions that read what others write. */
export const conflictCases: ConformanceCase[] = [
  {
    name: 'a read that changed is an MVCC conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, { before: [put(key)], first: [get(key), put(key, '2')], second: [get(key), put(key, '3')] });
    },
  },
  {
    name: 'a read of an absent key that appeared is an MVCC conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, { first: [put(key)], second: [get(key), put(bench.key('b'))] });
    },
  },
  {
    name: 'a read of a key that was deleted is an MVCC conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, {
        before: [put(key)],
        first: [{ do: 'delete', key }],
        second: [get(key), put(bench.key('b'))],
      });
    },
  },
  {
    name: 'two reads and writes of a key in one block conflict',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [
          [get(key('a')), put(key('a'), '2')],
          [get(key('a')), put(key('a'), '3')],
        ],
      })),
  },
  {
    name: 'a delete and a read in one block conflict',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [[{ do: 'delete', key: key('a') }], [get(key('a')), put(key('b'))]],
      })),
  },
  {
    name: 'a read before a delete in one block is valid',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [[get(key('a')), put(key('b'))], [{ do: 'delete', key: key('a') }]],
      })),
  },
  {
    name: 'an invalid transaction does not invalidate what follows it',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [
          [get(key('a')), put(key('a'), '2')],
          [get(key('a')), put(key('b'), '2')],
          [get(key('b')), put(key('c'))],
        ],
      })),
  },
  {
    name: 'blind writes never conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, { before: [put(key)], first: [put(key, '2')], second: [put(key, '3')] });
    },
  },
  {
    name: 'the last blind write of a block counts',
    run: async (bench) => {
      let last = '';
      const codes = await raceInBlock(bench, (key) => {
        last = key('a');
        return { all: [[put(key('a'), 'one')], [put(key('a'), 'two')]] };
      });
      return { codes, value: (await bench.session().evaluate([get(last)])) as Outcome };
    },
  },
  {
    name: 'an insert into a range that was read is a phantom',
    run: (bench) => phantom(bench, [put(bench.key('row0002a'))], { rows: 5 }),
  },
  {
    name: 'a delete from a range that was read is a phantom',
    run: (bench) => phantom(bench, [{ do: 'delete', key: bench.key('row0002') }], { rows: 5 }),
  },
  {
    name: 'an update in a range that was read is a phantom',
    run: (bench) => phantom(bench, [put(bench.key('row0002'), 'new')], { rows: 5 }),
  },
  {
    name: 'an insert beside a range that was read is valid',
    run: (bench) => phantom(bench, [put(bench.key('roxx'))], { rows: 5 }),
  },
  {
    name: 'an insert into a Merkle range is a phantom',
    run: (bench) => phantom(bench, [put(bench.key('row0030a'))], { rows: merkleRows }),
  },
  {
    name: 'a delete from a Merkle range is a phantom',
    run: (bench) => phantom(bench, [{ do: 'delete', key: bench.key('row0030') }], { rows: merkleRows }),
  },
  {
    name: 'an update in a Merkle range is a phantom',
    run: (bench) => phantom(bench, [put(bench.key('row0030'), 'new')], { rows: merkleRows }),
  },
  {
    name: 'a Merkle range that nobody changed is valid',
    run: (bench) => phantom(bench, [put(bench.key('other'))], { rows: merkleRows }),
  },
  {
    name: 'an insert behind what an early closed iterator read is valid',
    run: (bench) => phantom(bench, [put(bench.key('row0140a'))], { rows: 150, limit: 3 }),
  },
  {
    name: 'an insert within what an early closed iterator read is a phantom',
    run: (bench) => phantom(bench, [put(bench.key('row0001a'))], { rows: 150, limit: 3 }),
  },
  {
    name: 'an insert into an empty range that was read is a phantom',
    run: (bench) => phantom(bench, [put(bench.key('row1'))], { rows: 0 }),
  },
  {
    name: 'a phantom within one block is found',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('row1'))],
        all: [[put(key('row2'))], [{ do: 'range', start: key('row'), end: key('rox') }, put(key('sum'))]],
      })),
  },
];
