import type { BenchNetwork } from './bench-network.ts';
import { restartCold } from './cold-restart.ts';
import { describeCommit } from './commit.ts';
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

/** One bench: what it says of itself, and how it measures; on a network that is up, or on its own. */
export interface Bench {
  name: string;
  about: string;
  /** Settings that are its own. */
  settings?(asked: BenchSettings): Partial<BenchSettings>;
  /** False for what `all` leaves out. */
  isInAll?: false;
  /** The network is stopped and started again before its ledger is checked. */
  isRestarted?: boolean;
  /** Processes are killed in the middle of its windows where `--kill` says so. */
  takesKill?: true;
  /** It leaves what others on the same network would mind. */
  needsOwnNetwork?: boolean;
  /** Its network has a clock that can be moved. */
  movesClock?: boolean;
  run?(stage: Stage): Promise<Results>;
  /** In place of `run`, for what starts networks itself; no ledger is checked then. */
  runAlone?(settings: BenchSettings): Promise<Results>;
}

/** What a bench works with. */
export interface Stage {
  network: BenchNetwork;
  settings: BenchSettings;
  /** Load processes of this bench: they are asked for their books and stopped when it is over. */
  keep(loads: LoadProcess[]): LoadProcess[];
}

/** How the name of a bench ends where processes were killed. */
export const killSuffix = ' --kill';

const booksOf = new WeakMap<BenchNetwork, Books>();

/** Runs a bench that starts its networks itself. */
export async function runAlone(bench: Bench, settings: BenchSettings): Promise<BenchReport> {
  const head = { startedAt: new Date().toISOString(), commit: describeCommit(), machine: describeMachine(), settings };
  const { columns, figures = {}, aims = [], checks = [] } = (await bench.runAlone?.(settings)) ?? { columns: [] };
  const correctness = { isRight: checks.every(({ isRight }) => isRight), checks };
  return { bench: bench.name, about: bench.about, ...head, columns, ratios: [], aims, figures, correctness };
}

/**
 * Runs one bench on a network that is up, checks its ledger unless a later bench on it will, and reports. `quiet`: when
 * nothing has moved for so long, nothing is on its way any more.
 */
export async function runBench(
  network: BenchNetwork,
  bench: Bench,
  { isUnchecked, quiet, ...asked }: BenchSettings & { isUnchecked?: true; quiet?: number },
): Promise<BenchReport> {
  const settings = { ...asked, ...bench.settings?.(asked) };
  const startedAt = new Date().toISOString();
  const place = { commit: describeCommit(), machine: describeMachine() };
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
    results = (await bench.run?.({ network, settings, keep })) ?? { columns: [] };
    for (const load of kept) {
      if (load.spec.kind !== 'naive') books.add(await load.books());
    }
  } finally {
    await Promise.all(kept.filter((load) => !network.lanes.includes(load)).map((load) => load.stop()));
  }
  if (bench.isRestarted || !isUnchecked) await network.relaunchGateways();
  const restart = bench.isRestarted ? await restartCold(network) : {};
  const { columns, figures = {}, aims = [], checks = [], problems = [] } = results;
  const said = columns.flatMap(({ windows }) => windows.flatMap((window) => window.problems));
  const checked = isUnchecked ? [] : await checkLedger(network, books, { problems: [...said, ...problems], quiet });
  const found = [...checks, ...checked];
  const [own, ...others] = columns;
  // What is killed costs time: a run with it stands beside the others, and is held to no aim.
  const name = settings.kill ? { bench: `${bench.name}${killSuffix}`, aims: [] } : { bench: bench.name, aims };
  return {
    ...{ ...name, about: bench.about, startedAt, ...place, settings, columns },
    ratios: own ? others.map((other) => ratioOf(own, other)) : [],
    figures: { ...(opening > 0 && { 'opening the accounts, s': opening }), ...figures, ...restart },
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
