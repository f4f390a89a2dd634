import type { BenchNetwork } from './bench-network.ts';
import { type Contestant, holdContest } from './contest.ts';
import { openAccounts, ours, startNaive } from './contestants.ts';
import { Books, checkLedger } from './correctness/check-ledger.ts';
import type { Check } from './correctness/checks.ts';
import type { LoadProcess } from './load/load-process.ts';
import { describeMachine } from './machine.ts';
import { type Aim, type BenchReport, columnOf, ratioOf } from './report.ts';
import type { BenchSettings } from './settings.ts';

/** What a bench's own part gives to its report. */
export interface Results {
  columns: BenchReport['columns'];
  figures?: BenchReport['figures'];
  aims?: Aim[];
  checks?: Check[];
  problems?: string[];
}

/** One bench: what it says of itself, and how it measures. */
export interface Bench {
  name: string;
  about: string;
  /** Settings that it needs whatever was asked for. */
  settings?: Partial<BenchSettings>;
  run(stage: Stage): Promise<Results>;
}

/** What a bench works with. */
export interface Stage {
  network: BenchNetwork;
  settings: BenchSettings;
  /** Load processes of this bench: they are asked for their books and stopped when it is over. */
  keep(loads: LoadProcess[]): LoadProcess[];
}

const booksOf = new WeakMap<BenchNetwork, Books>();

/** Runs one bench on a network that is up, checks its ledger, and reports. */
export async function runBench(network: BenchNetwork, bench: Bench, asked: BenchSettings): Promise<BenchReport> {
  const settings = { ...asked, ...bench.settings };
  const startedAt = new Date().toISOString();
  const machine = describeMachine();
  const opening = await openAccounts(network, settings.accounts);
  const kept: LoadProcess[] = [];
  const books = booksOf.get(network) ?? new Books();
  books.resize(network.accountsPerBank);
  booksOf.set(network, books);
  let results: Results;
  try {
    const keep = (loads: LoadProcess[]) => {
      kept.push(...loads);
      return loads;
    };
    results = await bench.run({ network, settings, keep });
    for (const load of kept) {
      if (load.spec.kind !== 'naive') books.add(await load.books());
    }
  } finally {
    await Promise.all(kept.map((load) => load.stop()));
    await network.relaunchGateways();
  }
  const { columns, figures = {}, aims = [], checks = [], problems = [] } = results;
  const said = columns.flatMap(({ windows }) => windows.flatMap((window) => window.problems));
  const found = [...checks, ...(await checkLedger(network, books, [...said, ...problems]))];
  const [own, ...others] = columns;
  return {
    ...{ bench: bench.name, about: bench.about, startedAt, machine, settings, columns, aims },
    ratios: own ? others.map((other) => ratioOf(own, other)) : [],
    figures: { ...(opening > 0 && { 'opening the accounts, s': opening }), ...figures },
    correctness: { isRight: found.every(({ isRight }) => isRight), checks: found },
  };
}

/** Ours and the comparators in turns; what most benches do. */
export async function contestNaive(
  { network, settings, keep }: Stage,
  loads: LoadProcess[],
  change: Partial<Contestant> = {},
): Promise<Results> {
  keep(loads);
  const naive = await startNaive(network, settings);
  keep(naive.flatMap((contestant) => [...contestant.loads]));
  const windows = await holdContest(network, [ours(loads, change), ...naive], settings);
  return { columns: [...windows].map(([name, each]) => columnOf(name, each)) };
}

/** A goal that ours be so many times as fast as the naive chaincode. */
export function ratioAim({ columns }: Results, times: number): Aim[] {
  const [own, naive] = columns;
  if (!own || naive?.name !== 'naive') return [];
  const { median } = ratioOf(own, naive).paymentsPerSecond;
  return [{ what: 'payments/s', aim: `≥ ${times}x naive`, figure: `${median.toFixed(0)}x`, isMet: median >= times }];
}
