import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel } from '@tangram/chaincode/credit/scorecard/check-model.ts';
import { assertSources } from '@tangram/chaincode/credit/scorecard/check-sources.ts';
import { scoreApplicant } from '@tangram/chaincode/credit/scorecard/score.ts';
import { type ColumnFile, readApplicants } from '../../scripts/scorecard/columns.ts';
import { gini, kolmogorovSmirnov } from '../../scripts/scorecard/measures.ts';
import { readCsv } from '../../scripts/scorecard/read-csv.ts';
import { splitOff } from '../../scripts/scorecard/split.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'tangram-any-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Another bank's export: semicolons, a byte order mark, decimals, `NA`, names and categories in Turkish. */
const columnFile: ColumnFile = {
  modelId: 'esnaf',
  version: 3,
  title: 'Esnaf kredileri',
  source: 'a formula in a test',
  scaling: { score: 500, odds: { good: 20, bad: 1 }, pointsToDoubleOdds: 40 },
  outcome: { column: 'Durum', good: 'ödendi', bad: 'takipte' },
  missing: ['NA', '?'],
  columns: [
    { column: 'Müşteri No', type: 'left-out', why: 'A number is no reason.' },
    range('Aylık Ciro', 'turnover', { kind: 'tax', field: 'turnover', factor: 100 }),
    range('Gecikme (gün)', 'daysLate', { kind: 'repaymentHistory', field: 'longestDaysPastDue' }),
    {
      column: 'Birikim',
      type: 'category',
      name: 'savings',
      kind: 'cashFlow',
      field: 'savings',
      reasonCode: 'S03',
      reason: 'Savings',
      categories: { yok: 'UNKNOWN', az: 'BELOW_100', 'orta; iyi': 'FROM_100', çok: 'FROM_1000' },
    },
    range('Şube', 'branch', { kind: 'profile', field: 'employees' }),
  ],
};

function range(column: string, name: string, source: { kind: string; field: string; factor?: number }) {
  return {
    column,
    type: 'range',
    name,
    ...source,
    reasonCode: `N-${name.toUpperCase().slice(0, 6)}`,
    reason: name,
  } as const;
}

const chance = (row: number, what: string) =>
  (createHash('sha256').update(`${what} ${row}`).digest().readUInt16BE(0) as number) / 65_536;

/** Cells of 2,400 firms whose log-odds are a known sum; about a sixteenth of the days are not known. */
const firms = Array.from({ length: 2_400 }, (_, row) => {
  const turnover = Math.floor(chance(row, 'turnover') * 1_000_000) / 100;
  const daysLate = Math.floor(chance(row, 'days') ** 3 * 120);
  const savings = ['yok', 'az', 'orta; iyi', 'çok'][Math.floor(chance(row, 'savings') * 4)] as string;
  const logOdds =
    1.2 + (turnover - 5_000) / 2_500 - daysLate / 30 + (savings === 'çok' ? 0.8 : savings === 'az' ? -0.8 : 0);
  const isGood = chance(row, 'outcome') < 1 / (1 + Math.exp(-logOdds));
  const days = chance(row, 'unknown') < 1 / 16 ? 'NA' : `${daysLate}`;
  return [`${row}`, turnover.toFixed(2), days, `"${savings}"`, `${row % 13}`, isGood ? 'ödendi' : ' takipte '];
});
const names = ['Müşteri No', 'Aylık Ciro', 'Gecikme (gün)', 'Birikim', 'Şube', 'Durum'];
const csvOf = (rows: readonly (readonly string[])[]) =>
  `\uFEFF${[names, ...rows].map((row) => row.join(';')).join('\r\n')}\r\n\r\n`;
const read = (rows: readonly (readonly string[])[]) => readApplicants(columnFile, readCsv(csvOf(rows)));

function fitFrom(name: string, rows: readonly (readonly string[])[], columns: ColumnFile = columnFile) {
  const path = (end: string) => join(folder, `${name}${end}`);
  writeFileSync(path('.csv'), csvOf(rows));
  writeFileSync(path('.columns.json'), JSON.stringify(columns));
  const args = [path('.csv'), path('.columns.json'), '--model', path('.json'), '--report', path('.md')];
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/scorecard/main.ts'), ...args], {
    encoding: 'utf8',
    cwd: root,
  });
  const text = (end: string) => readFileSync(path(end), 'utf8');
  return { status, stderr, text };
}

/** Cells of the first table row of the report that begins so. */
const rowOf = (report: string, begin: string) =>
  (report.split('\n').find((line) => line.startsWith(`| ${begin}`)) ?? '').split('|').map((cell) => cell.trim());

describe('a scorecard from another bank’s CSV', () => {
  const fitted = fitFrom('firms', firms);
  const model = readModel(JSON.parse(fitted.text('.json')));
  const report = fitted.text('.md');

  test('is fitted, and can be registered as it is', () => {
    expect([fitted.status, fitted.stderr]).toEqual([0, '']);
    expect(() => assertSources(model)).not.toThrow();
    expect(model.attributes.map(({ name }) => name)).toEqual(['turnover', 'daysLate', 'savings']);
    expect(rowOf(report, 'Şube')).toContain('information value below 0.02');
    expect(rowOf(report, 'Müşteri No')).toContain('A number is no reason.');
  });

  test('takes decimals for minor units, and what is not known for a band of its own', () => {
    const [turnover, daysLate] = model.attributes;
    const bounds = turnover?.bands.flatMap((band) => ('below' in band && band.below) || []) ?? [];
    expect(bounds.length).toBeGreaterThan(1);
    // 10,000.00 at most, in hundredths.
    expect(Math.max(...bounds)).toBeGreaterThan(100_000);
    expect(Math.max(...bounds)).toBeLessThan(1_000_000);
    expect(daysLate?.missing).toBeDefined();
    expect(turnover?.missing).toBeUndefined();
  });

  test('is worth on the held-out third what its report says: Gini, KS, stability, calibration by band', () => {
    const { development, heldOut } = splitOff(read(firms), columnFile.modelId);
    expect([development.length, heldOut.length]).toEqual([1600, 800]);
    const scored = (part: typeof heldOut) =>
      part.map(({ isGood, values }) => ({ isGood, score: scoreApplicant(model, Object.fromEntries(values)).score }));
    const worth = [development, heldOut].map((part) => gini(scored(part)).toFixed(3));
    expect(rowOf(report, 'Gini').slice(2, 4)).toEqual(worth);
    const { gap, score } = kolmogorovSmirnov(scored(heldOut));
    expect(rowOf(report, 'Kolmogorov')[3]).toBe(`${gap.toFixed(3)} at ${score}`);
    expect(Number(worth[1])).toBeGreaterThan(0.4);
    expect(Number(rowOf(report, 'Population stability')[3])).toBeLessThan(0.1);

    const bands = report.split('\n').filter((line) => /^\| (below|from|-?\d+ to) -?\d+/.test(line));
    const cells = bands.slice(0, 10).map((line) => line.split('|').map(Number));
    const sum = (column: number) => cells.reduce((total, row) => total + (row[column] as number), 0);
    expect([sum(2), sum(5)]).toEqual([development.length, heldOut.length]);
    expect(sum(6)).toBe(heldOut.filter(({ isGood }) => !isGood).length);
    // Calibrated: the expected bads of the third that was held out are those that came, but for a seventh.
    expect(Math.abs(sum(7) / sum(6) - 1)).toBeLessThan(0.15);
  });
});

test('somebody who was held out may lack what nobody else lacks: that is worth nothing either way', () => {
  const applicants = read(firms);
  const { heldOut } = splitOff(applicants, columnFile.modelId);
  const row = applicants.indexOf(heldOut[0] as (typeof applicants)[number]);
  const rows = firms.with(row, (firms[row] as string[]).with(1, '?'));
  const { status, stderr, text } = fitFrom('lacking', rows);
  expect([status, stderr]).toEqual([0, '']);
  const [turnover] = readModel(JSON.parse(text('.json'))).attributes;
  expect(turnover).toMatchObject({ name: 'turnover', missing: { points: 0, weightOfEvidence: 0 } });
});

test('a column that tells the outcome entirely still gives a model, drawn towards zero', () => {
  const rows = firms.slice(0, 300).map((row) => row.with(4, (row[5] as string).includes('takipte') ? '9' : '1'));
  const { status, stderr, text } = fitFrom('certain', rows);
  expect([status, stderr]).toEqual([0, '']);
  expect(readModel(JSON.parse(text('.json'))).attributes.map(({ name }) => name)).toContain('branch');
});

describe('cells', () => {
  const turnoverOf = (cell: string) =>
    readApplicants(columnFile, readCsv(csvOf([['1', cell, '0', 'yok', '1', 'ödendi']])))[0]?.values.get('turnover');

  test.each([
    ['0.29', 29],
    ['1.1', 110],
    ['-4.350', -435],
    ['+7', 700],
    ['.5', 50],
    ['1e3', 100_000],
    ['NA', null],
    [' ? ', null],
    ['', null],
  ])('%j times a hundred is %j', (cell, value) => {
    expect(turnoverOf(cell)).toBe(value);
  });

  test.each(['0.295', '1,5', 'many', '1e-3', '.', '9007199254740993'])('%j is refused', (cell) => {
    expect(() => turnoverOf(cell)).toThrow('row 2: Aylık Ciro is no whole number');
  });

  test('no category has a code by accident of language', () => {
    const row = ['1', '1', '0', 'constructor', '1', 'ödendi'];
    expect(() => readApplicants(columnFile, readCsv(csvOf([row])))).toThrow('Birikim has a category without a code');
  });

  test('columns of one name are refused', () => {
    expect(() => readCsv('a;b;a\n1;2;3\n')).toThrow('two columns are named a');
  });

  test('tabs separate as commas do', () => {
    expect(readCsv('a\tb, c\td\n1\t2\t3\n')).toEqual([{ a: '1', 'b, c': '2', d: '3' }]);
  });
});
