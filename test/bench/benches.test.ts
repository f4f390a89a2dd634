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
  ...{ warmUpSeconds: 0.1, seconds: 0.5, rounds: 1, accounts: 64, manyAccounts: 64, loans: 40, naive: [] },
  ...{ clients: 4, inFlight: 100, connections: 32, chunk: 25, payments: 300 },
};

/** Lanes and gateways take seconds to change places: what uses the same comes together, and keys for accounts come last. */
const order = [
  ...['payments', 'payments-1m', 'hot', 'zipf', 'random-ids', 'mixed', 'latency', 'open', 'history', 'lanes'],
  ...['naive', 'rest', 'rest bulk', 'idle', 'accrual'],
];
/** One bench is enough to see the comparator beside ours. */
const withNaive = ['payments', 'naive'];
/** Those that start networks of their own take longer than all others together. */
const startNetworks = ['start', 'naive-blocks'];
const find = (name: string) => benches.find((bench) => bench.name === name) as Bench;

let network: BenchNetwork;

beforeAll(async () => {
  network = await startBenchNetwork(short);
}, 120_000);

afterAll(() => network?.stop(), 60_000);

const run = (bench: Bench, change: { isUnchecked?: true; quiet?: number } & Partial<BenchSettings> = {}) =>
  runBench(network, bench, { ...short, ...change });

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
  test('is one of those below', () => {
    expect([...order, ...startNetworks, 'signed'].sort()).toEqual(benches.map(({ name }) => name).sort());
  });

  test.each(order)(
    '%s measures and reports',
    async (name) => {
      // One restart for all is at the end.
      const bench = { ...find(name), isRestarted: false };
      const report = await run(bench, { isUnchecked: true, ...(withNaive.includes(name) && { naive: ['naive'] }) });

      expect(report.bench).toBe(name);
      expectWhole(report);
      if (name === 'payments') expect(report.ratios.map(({ to }) => to)).toEqual(['naive']);
    },
    120_000,
  );

  test('goes on when a chaincode process, the network and a gateway are killed in the middle', async () => {
    const report = await run({ ...find('rest'), isRestarted: false }, { isUnchecked: true, kill: true });

    expectWhole(report);
    const [window] = report.columns[0]?.windows ?? [];
    expect(Object.keys(window?.further ?? {}).filter((name) => name.startsWith('kill -9'))).toEqual([
      'kill -9 of chaincode of maple, back after s',
      'kill -9 of network, back after s',
      'kill -9 of gateway of willow, back after s',
    ]);
  }, 120_000);

  test('leaves a ledger in which everything is right after a cold restart, signed payments included', async () => {
    const report = await run({ ...find('signed'), isRestarted: true });

    expectWhole(report);
    expect(Object.keys(report.figures)).toContain('cold restart: a payment at every bank, s');
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
    const { correctness } = await run(planted, { quiet: 2_000 });

    expect(correctness.isRight).toBe(false);
    expect(correctness.checks.find(({ name }) => name === 'balances')).toMatchObject({ isRight: false });
  }, 240_000);
});
