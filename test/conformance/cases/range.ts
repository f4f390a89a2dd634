import type { Bench, ConformanceCase } from '../bench.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';
import { simulate } from './state.ts';

const rowCountBeforeMerkle = 50;

async function fillRows(bench: Bench, count: number): Promise<{ start: string; end: string }> {
  await bench.session().submit([{ do: 'fill', key: bench.key('row'), count }]);
  return { start: bench.key('row'), end: bench.key('rox') };
}

/** How a range query stands in the read set. */
async function rangeRead(bench: Bench, rows: number, limit?: number): Promise<Outcome> {
  const set = await simulate(bench, [{ do: 'range', ...(await fillRows(bench, rows)), limit }]);
  const [query] = set.getRangeQueriesInfoList();
  const merkle = query?.getReadsMerkleHashes();
  return {
    queries: set.getRangeQueriesInfoList().length,
    end: query?.getEndKey() ?? null,
    exhausted: query?.getItrExhausted() ?? null,
    rawReads:
      query
        ?.getRawReads()
        ?.getKvReadsList()
        .map((read) => read.getKey())
        .slice(-2) ?? null,
    rawCount: query?.getRawReads()?.getKvReadsList().length ?? null,
    merkle: merkle
      ? { degree: merkle.getMaxDegree(), level: merkle.getMaxLevel(), hashes: merkle.getMaxLevelHashesList().length }
      : null,
    pointReads: set.getReadsList().length,
  };
}

async function unicode(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const letters = ['z', 'é', '中', '\uffee', '😀', 'Z', '~'];
  await session.submit(letters.map((letter) => ({ do: 'put', key: bench.key(letter), value: letter })));
  const [rows] = (await session.evaluate([
    { do: 'range', start: bench.key(''), end: `${bench.prefix}\u{10ffff}` },
  ])) as [string[][]];
  return rows.map(([, value]) => value as string);
}

async function composite(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const objectType = bench.key('pair');
  await session.submit([
    { do: 'putComposite', objectType, attributes: ['a', '1'], value: 'a1' },
    { do: 'putComposite', objectType, attributes: ['a', '2'], value: 'a2' },
    { do: 'putComposite', objectType, attributes: ['ab', '1'], value: 'ab1' },
    { do: 'put', key: objectType, value: 'plain' },
  ]);
  const results = await session.evaluate([
    { do: 'rangeComposite', objectType, attributes: ['a'] },
    { do: 'rangeComposite', objectType, attributes: [] },
    { do: 'range', start: objectType, end: `${objectType}\u{10ffff}` },
  ]);
  return results as Outcome;
}

async function pages(bench: Bench): Promise<Outcome> {
  const range = await fillRows(bench, 5);
  const session = bench.session();
  const outcomes: Outcome[] = [];
  let bookmark = '';
  for (let page = 0; page < 4; page++) {
    const [result] = (await session.evaluate([{ do: 'page', ...range, pageSize: 2, bookmark }])) as [
      { bookmark: string },
    ];
    outcomes.push(result as unknown as Outcome);
    bookmark = result.bookmark;
    if (!bookmark) break;
  }
  return outcomes;
}

async function openRange(bench: Bench): Promise<Outcome> {
  await bench.session().submit([
    { do: 'put', key: `\u{10fffe}${bench.key('last')}`, value: 'last' },
    { do: 'put', key: bench.key('a'), value: 'a' },
  ]);
  const session = bench.session();
  const [toEnd] = (await session.evaluate([{ do: 'range', start: `\u{10fffe}${bench.prefix}`, end: '' }])) as [
    string[][],
  ];
  const [all] = (await session.evaluate([{ do: 'range', start: '', end: '' }])) as [string[][]];
  return {
    toEnd: toEnd.map(([, value]) => value as string),
    hasOwn: all.some(([key]) => key === bench.key('a')),
    composites: all.some(([key]) => key?.startsWith('\u0000')),
  };
}

/** Ranges, pages and composite keys, and how they stand in the read set. */
export const rangeCases: ConformanceCase[] = [
  { name: 'keys are ordered by their UTF-8 bytes', run: unicode },
  { name: 'composite keys are found by their leading attributes', run: composite },
  { name: 'an open range runs to the end and leaves composite keys out', run: openRange },
  {
    name: 'an empty range is recorded',
    run: async (bench) => {
      const set = await simulate(bench, [{ do: 'range', start: bench.key('a'), end: bench.key('b') }]);
      return set
        .getRangeQueriesInfoList()
        .map((query) => [query.getStartKey(), query.getEndKey(), query.getItrExhausted(), query.getReadsInfoCase()]);
    },
  },
  {
    name: 'a range of 100 rows arrives whole',
    run: async (bench) =>
      ((await bench.session().evaluate([{ do: 'range', ...(await fillRows(bench, 100)) }])) as [string[][]])[0].length,
  },
  {
    name: 'a range of 101 rows arrives whole',
    run: async (bench) =>
      ((await bench.session().evaluate([{ do: 'range', ...(await fillRows(bench, 101)) }])) as [string[][]])[0].length,
  },
  { name: 'a range of 50 reads is recorded row by row', run: (bench) => rangeRead(bench, rowCountBeforeMerkle) },
  {
    name: 'a range of 51 reads is recorded as a Merkle summary',
    run: (bench) => rangeRead(bench, rowCountBeforeMerkle + 1),
  },
  { name: 'a range of 120 reads is recorded as a Merkle summary', run: (bench) => rangeRead(bench, 120) },
  { name: 'an iterator closed early records what the peer read ahead', run: (bench) => rangeRead(bench, 10, 3) },
  {
    name: 'an iterator closed in its second batch records what the peer read ahead',
    run: (bench) => rangeRead(bench, 150, 110),
  },
  { name: 'pages follow their bookmarks', run: pages },
  {
    name: 'a page forbids writes',
    run: async (bench) =>
      refusal(
        bench.session().endorse(
          [
            { do: 'page', start: bench.key('a'), end: bench.key('b'), pageSize: 2 },
            { do: 'put', key: bench.key('a'), value: '1' },
          ],
          { endorsers: ['CedarMSP'] },
        ),
      ),
  },
  {
    name: 'a write forbids pages',
    run: async (bench) =>
      refusal(
        bench.session().endorse(
          [
            { do: 'put', key: bench.key('a'), value: '1' },
            { do: 'page', start: bench.key('a'), end: bench.key('b'), pageSize: 2 },
          ],
          { endorsers: ['CedarMSP'] },
        ),
      ),
  },
];
