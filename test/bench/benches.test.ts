import { type BenchNetwork, startBenchNetwork } from './bench-network.ts';
import { benches } from './benches/table.ts';
import { holdContest } from './contest.ts';
import { ours, startLaneLoads } from './contestants.ts';
import { type BenchReport, columnOf, renderReport } from './report.ts';
import { type Bench, runBench } from './run-bench.ts';
import { type BenchSettings, defaultSettings } from './settings.ts';

/** As short as a bench can be and still see every process at work: figures of such a run mean nothing. */
const short: BenchSettings = {
  ...defaultSettings,
  ...{ warmUpSeconds: 0.2, seconds: 0.8, rounds: 1, accounts: 64, manyAccounts: 64, loans: 40, naive: ['naive'] },
  ...{ clients: 4, inFlight: 100, chunk: 25, payments: 300 },
};

/** Those that start networks of their own take longer than all others together. */
const shared = benches.filter(({ runAlone, name }) => runAlone === undefined && name !== 'signed');

let network: BenchNetwork;

beforeAll(async () => {
  network = await startBenchNetwork(short);
}, 120_000);

afterAll(() => network?.stop(), 60_000);

const run = (bench: Bench, isUnchecked?: true) =>
  runBench(network, bench, { ...short, ...(isUnchecked && { isUnchecked }) });

function expectWhole(report: BenchReport): void {
  expect(report.machine.cores).toBeGreaterThan(0);
  expect(Object.values(report.figures).every((value) => typeof value === 'string' || value >= 0)).toBe(true);
  for (const { windows, paymentsPerSecond } of report.columns) {
    expect(windows).toHaveLength(short.rounds);
    expect(paymentsPerSecond.median).toBeGreaterThanOrEqual(0);
    for (const window of windows) {
      expect(window.problems).toEqual([]);
      expect(window.processorMilliseconds.total).toBeGreaterThanOrEqual(0);
      expect(Object.keys(window.megabytes)).toContain('chaincode');
    }
  }
  expect(renderReport(report)).toContain(`${report.bench} on embedded`);
}

describe('every bench', () => {
  test.each(shared.map((bench) => [bench.name, bench] as const))(
    '%s measures and reports',
    async (name, bench) => {
      const report = await run(bench, true);

      expect(report.bench).toBe(name);
      expectWhole(report);
    },
    120_000,
  );

  test('leaves a ledger in which everything is right, signed payments included', async () => {
    const signed = benches.find(({ name }) => name === 'signed') as Bench;
    const report = await run(signed);

    expectWhole(report);
    expect(report.correctness.checks.filter(({ isRight }) => !isRight)).toEqual([]);
    expect(report.correctness.checks.map(({ name }) => name)).toEqual([
      'outcomes',
      'balances',
      'payments by id',
      'auditor',
      'read models',
      'state hash',
    ]);
    expect(report.correctness.isRight).toBe(true);
  }, 120_000);

  test('is wrong when the ledger holds a payment that nobody sent', async () => {
    const planted: Bench = {
      name: 'planted',
      about: 'books a payment that its load does not own up to',
      async run({ keep, settings }) {
        const loads = keep(
          await startLaneLoads(network, settings, {
            isPlanted: true,
            range: { from: 0, to: network.accountsPerBank >> 1 },
          }),
        );
        const windows = await holdContest(network, [ours(loads)], settings);
        return { columns: [...windows].map(([name, each]) => columnOf(name, each)) };
      },
    };
    const { correctness } = await run(planted);

    expect(correctness.isRight).toBe(false);
    expect(correctness.checks.find(({ name }) => name === 'balances')).toMatchObject({ isRight: false });
  }, 240_000);
});
