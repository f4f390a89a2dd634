import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestModel } from '@tangram/chaincode/credit/scorecard/model.ts';
import { buildModel } from '../../scripts/scorecard/build-model.ts';
import { type ColumnFile, readApplicants, readColumnFile } from '../../scripts/scorecard/columns.ts';
import { fitLogistic } from '../../scripts/scorecard/logistic.ts';
import { bandBounds, bandsOf, gini, kolmogorovSmirnov, populationStability } from '../../scripts/scorecard/measures.ts';
import { readCsv } from '../../scripts/scorecard/read-csv.ts';
import { splitOff } from '../../scripts/scorecard/split.ts';

const root = join(import.meta.dirname, '../..');

const columnFile: ColumnFile = {
  modelId: 'invented',
  version: 7,
  title: 'Invented firms',
  source: 'a formula in a test',
  scaling: { score: 600, odds: { good: 30, bad: 1 }, pointsToDoubleOdds: 20 },
  outcome: { column: 'paid', good: 'yes', bad: 'no' },
  columns: [
    {
      column: 'turnover',
      type: 'range',
      name: 'turnover',
      kind: 'tax',
      field: 'turnover',
      reasonCode: 'R01',
      reason: 'Turnover',
      factor: 100,
    },
    {
      column: 'history',
      type: 'category',
      name: 'history',
      kind: 'bureau',
      field: 'history',
      reasonCode: 'R02',
      reason: 'History',
      categories: { 'never late': 'CLEAN', 'late, often': 'LATE', none: 'NONE' },
    },
    { column: 'noise', type: 'range', name: 'noise', kind: 'tax', field: 'noise', reasonCode: 'R03', reason: 'Noise' },
    { column: 'sex', type: 'left-out', why: 'Must not decide.' },
  ],
};

/** 1,500 firms, bad in 4 of 10 cases of low turnover and in 1 of 10 else, oftener when late; chance by SHA-256. */
const firms = Array.from({ length: 1500 }, (_, row) => {
  const turnover = (row * 37) % 100;
  const history = ['never late', 'late, often', 'none'][row % 3] as string;
  const threshold = (turnover < 40 ? 40 : 10) + (history === 'late, often' ? 30 : 0);
  const isBad = (createHash('sha256').update(`${row}`).digest()[0] as number) % 100 < threshold;
  return [turnover === 99 ? '' : turnover, `"${history}"`, (row * 31) % 17, row % 2, isBad ? 'no' : 'yes'].join(',');
});
const csv = `turnover,history,noise,sex,paid\n${firms.join('\n')}\n`;
const rules = { leastShare: 0.05, mostBands: 6, leastInformationValue: 0.02, leastStandardErrors: 1.28, ridge: 0 };

describe('readCsv', () => {
  test('reads quotes, commas, line ends and empty cells', () => {
    expect(readCsv('a,b\r\n"x, ""y""",\n,"two\nlines"')).toEqual([
      { a: 'x, "y"', b: '' },
      { a: '', b: 'two\nlines' },
    ]);
  });

  test('refuses rows of another length and stray quotes', () => {
    expect(() => readCsv('a,b\n1')).toThrow('row 2 has 1 cells');
    expect(() => readCsv('a,b\n1,x"y')).toThrow('a quote is out of place');
  });
});

describe('column file', () => {
  test('must describe every column of the CSV, and no other', () => {
    const columns = columnFile.columns.slice(0, 3);
    expect(() => readApplicants({ ...columnFile, columns }, readCsv(csv))).toThrow('sex');
    expect(() => readApplicants(columnFile, readCsv('turnover,history,noise,paid\n1,none,1,yes\n'))).toThrow('sex');
  });

  test('refuses unknown fields, categories, outcomes and fractions', () => {
    expect(() => readColumnFile({ ...columnFile, colour: 'red' })).toThrow('the column file is wrong');
    const row = (text: string) => () =>
      readApplicants(columnFile, readCsv(`turnover,history,noise,sex,paid\n${text}\n`));
    expect(row('1,odd,1,1,yes')).toThrow('row 2: history has a category without a code');
    expect(row('1,none,1,1,perhaps')).toThrow('row 2: the outcome is neither yes nor no');
    expect(row('1,none,1.5,1,yes')).toThrow('row 2: noise is no whole number');
    expect(row('1,none,1,1,yes')()[0]?.values.get('turnover')).toBe(100);
  });
});

describe('fitLogistic', () => {
  // Of a two-by-two table the coefficient is the logarithm of the odds ratio, its error the root of the sum of 1/n.
  const table = [
    { exposed: 1, good: 40, bad: 10 },
    { exposed: 0, good: 25, bad: 25 },
  ];
  const rows = table.flatMap(({ exposed, good, bad }) => Array.from({ length: good + bad }, () => [exposed]));
  const outcomes = table.flatMap(({ good, bad }) => Array.from({ length: good + bad }, (_, index) => index < good));

  test('finds the closed form of a two-by-two table', () => {
    const { intercept, coefficients, standardErrors } = fitLogistic(rows, outcomes, 0);
    expect(intercept).toBeCloseTo(0, 10);
    expect(coefficients[0]).toBeCloseTo(Math.log(4), 10);
    expect(standardErrors[0]).toBeCloseTo(Math.sqrt(1 / 40 + 1 / 10 + 1 / 25 + 1 / 25), 10);
  });

  test('draws coefficients towards zero by the ridge, and the intercept not', () => {
    const coefficient = fitLogistic(rows, outcomes, 5).coefficients[0] as number;
    expect(coefficient).toBeGreaterThan(0);
    expect(coefficient).toBeLessThan(Math.log(4));
    expect(
      fitLogistic(
        rows.map(() => [0]),
        outcomes,
        5,
      ).intercept,
    ).toBeCloseTo(Math.log(65 / 35), 10);
  });

  test('says so when outcomes follow from a column entirely', () => {
    const perfect = outcomes.map((isGood) => [isGood ? 1 : 0]);
    expect(() => fitLogistic(perfect, outcomes, 0)).toThrow(/converge/);
  });
});

describe('measures', () => {
  const scored = [
    { score: 1, isGood: false },
    { score: 2, isGood: true },
    { score: 2, isGood: false },
    { score: 3, isGood: true },
  ];

  test('Gini counts pairs, ties as half', () => {
    // Pairs good-bad: 2-1 right, 2-2 tie, 3-1 right, 3-2 right.
    expect(gini(scored)).toBe(0.75);
  });

  test('Kolmogorov-Smirnov is the widest gap and where it is', () => {
    expect(kolmogorovSmirnov(scored)).toEqual({ gap: 0.5, score: 1 });
  });

  test('bands count applicants, bads, and the bads that the odds foretell', () => {
    expect(bandBounds([1, 2, 3, 4, 5, 6, 7, 8], 4)).toEqual([3, 5, 7]);
    expect(bandsOf(scored, [2], () => 3)).toEqual([
      { from: undefined, below: 2, count: 1, bads: 1, expectedBads: 0.25 },
      { from: 2, below: undefined, count: 3, bads: 1, expectedBads: 0.75 },
    ]);
  });

  test('the stability index is zero without a shift, and what a hand computes for one', () => {
    expect(populationStability([30, 70], [60, 140])).toBe(0);
    expect(populationStability([40, 60], [60, 40])).toBeCloseTo(0.4 * Math.log(1.5), 12);
  });
});

describe('buildModel', () => {
  const applicants = readApplicants(columnFile, readCsv(csv));

  test('finds what the outcomes were made from, and drops the noise', () => {
    const { model, dropped, attributes } = buildModel(columnFile, applicants, rules);
    expect(model.attributes.map(({ name }) => name)).toEqual(['turnover', 'history']);
    expect(dropped.map(({ attribute }) => attribute.column.name)).toEqual(['noise']);
    const [turnover, history] = model.attributes;
    // 4,000 in truth; bands start at twentieths of the firms, of which the nearest is 3,900.
    expect(turnover?.bands.map((band) => 'below' in band && band.below)).toContain(3900);
    expect(turnover?.missing).toBeDefined();
    const late = history?.type === 'category' && history.bands.find(({ categories }) => categories.includes('LATE'));
    expect((late || undefined)?.points).toBeLessThan(0);
    for (const { bins } of attributes) {
      for (const bin of bins) expect(bin.isMissing || bin.goods + bin.bads >= 75).toBe(true);
    }
  });

  test('bands of a range rise or fall throughout', () => {
    const { attributes } = buildModel(columnFile, applicants, rules);
    const weights = attributes[0]?.bins.filter(({ isMissing }) => !isMissing).map((bin) => bin.weightOfEvidence) ?? [];
    expect(weights.length).toBeGreaterThan(1);
    expect([...weights].sort((left, right) => left - right)).toEqual(weights);
  });

  test('holds out every third of each outcome, the same again for the same seed', () => {
    const { development, heldOut } = splitOff(applicants, 'seed');
    expect(development.length + heldOut.length).toBe(1500);
    const share = (part: typeof heldOut) => part.filter(({ isGood }) => !isGood).length / part.length;
    expect(Math.abs(share(heldOut) - share(development))).toBeLessThan(0.01);
    expect(splitOff(applicants, 'seed')).toEqual({ development, heldOut });
    expect(splitOff(applicants, 'other').heldOut).not.toEqual(heldOut);
  });
});

describe('npm run fit-scorecard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-scorecard-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'scripts/scorecard/main.ts'), ...args], { encoding: 'utf8', cwd: root });

  test('writes a model and its report, to the byte the same each time', () => {
    writeFileSync(path('firms.csv'), csv);
    writeFileSync(path('columns.json'), JSON.stringify(columnFile));
    const written = [1, 2].map((time) => {
      const [model, report] = [path(`model-${time}.json`), path(`report-${time}.md`)];
      const result = run(path('firms.csv'), path('columns.json'), '--model', model, '--report', report);
      expect(result.stderr).toBe('');
      expect(result.status).toBe(0);
      return [readFileSync(model, 'utf8'), readFileSync(report, 'utf8')];
    });
    expect(written[0]).toEqual(written[1]);
    const [model = '', report = ''] = written[0] ?? [];
    expect(report).toContain(digestModel(JSON.parse(model)));
    for (const part of [
      '| Gini |',
      '| Kolmogorov-Smirnov |',
      'Population stability',
      'Calibration',
      'Must not decide.',
    ]) {
      expect(report).toContain(part);
    }
  });

  test('prints how it is used when it is told nothing', () => {
    const { status, stdout } = run();
    expect(status).toBe(2);
    expect(stdout).toContain('Usage: npm run fit-scorecard');
  });
});
