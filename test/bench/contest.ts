import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchNetwork } from './bench-network.ts';
import { countTransactions, ledgerHeight } from './block-codes.ts';
import { Latencies } from './latencies.ts';
import { type LedgerBytes, readLedgerBytes } from './ledger-bytes.ts';
import type { LoadProcess } from './load/load-process.ts';
import { addFigures } from './load/pace.ts';
import { type LoadFigures, noFigures, type Preparation, type Window } from './load/protocol.ts';
import type { Probe } from './probes.ts';
import { memoryOf, type ProcessKind, readProcesses, spentBetween } from './process-costs.ts';
import { watchProfiles } from './profile.ts';
import type { WindowReport } from './report.ts';
import type { BenchSettings } from './settings.ts';

/** One of those that take turns: what loads the network, and whose processor time is its cost. */
export interface Contestant {
  name: string;
  loads: readonly LoadProcess[];
  costs: readonly ProcessKind[];
  pace?: Pick<Window, 'ratePerSecond' | 'isAlone'>;
  /** Signed before each window. */
  preparation?: Preparation;
  /** Done in the middle of each measured window; its figures go into the report. */
  inTheMiddle?(): Promise<Record<string, number>>;
  /** Watched while it is measured. */
  watch?(): Promise<Probe[]>;
}

const networkCosts: readonly ProcessKind[] = ['peers', 'orderers', 'peers and orderers'];
export const ourCosts: readonly ProcessKind[] = [...networkCosts, 'chaincode', 'gateways'];
export const naiveCosts: readonly ProcessKind[] = [...networkCosts, 'naive chaincode'];

const startMilliseconds = 20;
const creditsPauseMilliseconds = 100;

/** Lets contestants take turns, A B A B, each with a warm-up; windows come back by contestant. */
export async function holdContest(
  network: BenchNetwork,
  contestants: readonly Contestant[],
  settings: ContestSettings,
): Promise<Map<string, WindowReport[]>> {
  const windows = new Map<string, WindowReport[]>(contestants.map(({ name }) => [name, []]));
  const all = contestants.flatMap(({ loads }) => loads);
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const contestant of contestants) {
      windows.get(contestant.name)?.push(await measureWindow(network, { contestant, all }, settings));
    }
  }
  return windows;
}

type ContestSettings = Pick<BenchSettings, 'rounds' | 'seconds' | 'warmUpSeconds' | 'profile'>;

interface Turn {
  contestant: Contestant;
  /** Every load process there is: an idle one must not count as the network's. */
  all: readonly LoadProcess[];
}

async function measureWindow(
  network: BenchNetwork,
  { contestant, all }: Turn,
  { seconds, warmUpSeconds, profile }: ContestSettings,
): Promise<WindowReport> {
  const { preparation } = contestant;
  if (preparation) await Promise.all(contestant.loads.map((load) => load.prepare(preparation)));
  const measureFrom = Date.now() + startMilliseconds + warmUpSeconds * 1000;
  const until = measureFrom + seconds * 1000;
  const running = contestant.loads.map((load) => load.run({ measureFrom, until, ...contestant.pace }));
  // Awaited below; a load that fails before is heard of there.
  for (const each of running) each.catch(() => {});
  const read = () => readNow(network, all);
  await sleep(measureFrom - Date.now());
  const [before, from] = await Promise.all([read(), ledgerHeight(network)]);
  const probes = (await contestant.watch?.()) ?? [];
  const { loads } = contestant;
  if (profile && contestant.costs === ourCosts) probes.push(await watchProfiles(network, { loads, seconds }));
  const middle = sleep(Math.max(0, (until - Date.now()) / 2)).then(() => contestant.inTheMiddle?.());
  middle.catch(() => {});
  await sleep(Math.max(0, until - Date.now()));
  const [after, to] = await Promise.all([read(), ledgerHeight(network)]);
  // What was killed may come back after the window: its costs are those of the window all the same.
  const further: Record<string, number> = { ...(await middle) };
  for (const probe of probes) Object.assign(further, await probe.stop());

  const figures = noFigures();
  const latencies = new Latencies();
  for (const each of await Promise.all(running)) {
    addFigures(figures, each);
    latencies.add(each.latencies);
  }
  if (contestant.costs === ourCosts) Object.assign(further, await awaitCredits(network, loads));
  const ledger = await countTransactions(network, { from, to });
  return {
    ...costsOf(contestant, { before, after, accepted: figures.accepted }),
    ...countsOf(figures, latencies, seconds),
    ledger,
    further,
  };
}

const creditsSeconds = 120;

/**
 * How long after a window the last payment to another bank was credited there; the next contestant begins only then.
 * Said of loads that hold lanes, whose read models know it.
 */
async function awaitCredits(network: BenchNetwork, loads: readonly LoadProcess[]): Promise<Record<string, number>> {
  if (loads.some(({ spec }) => spec.kind !== 'lanes')) return {};
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const last = (await ledgerHeight(network)) - 1;
  const isDone = async (load: LoadProcess) =>
    Number((await load.appliedBlock()) ?? -1) >= last && (await load.undelivered()) === 0;
  for (;;) {
    const isOver = (await Promise.all(loads.map(isDone))).every(Boolean);
    if (isOver || seconds() > creditsSeconds) return { 'last credit at another bank after the window, s': seconds() };
    await sleep(creditsPauseMilliseconds);
  }
}

/** Measures a piece of work from its beginning to its end: `count` of whatever it does, accepted and committed. */
export async function measureWork(
  network: BenchNetwork,
  contestant: Contestant,
  { work, count }: { work(): Promise<unknown>; count: number },
): Promise<WindowReport> {
  const read = () => readNow(network, contestant.loads);
  const [before, from] = await Promise.all([read(), ledgerHeight(network)]);
  const startedAt = performance.now();
  await work();
  const milliseconds = performance.now() - startedAt;
  const [after, to] = await Promise.all([read(), ledgerHeight(network)]);
  const latencies = new Latencies();
  latencies.record(milliseconds, count);
  return {
    ...costsOf(contestant, { before, after, accepted: count }),
    ...countsOf({ ...noFigures(), accepted: count }, latencies, milliseconds / 1000),
    ledger: await countTransactions(network, { from, to }),
    further: {},
  };
}

function countsOf({ latencies: _, ...figures }: LoadFigures, latencies: Latencies, seconds: number) {
  const quantile = (share: number) => latencies.quantile(share) ?? 0;
  return {
    ...figures,
    ...{ seconds, paymentsPerSecond: figures.accepted / seconds },
    ...{ p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
  };
}

interface Reading {
  processes: ReturnType<typeof readProcesses>;
  bytes: LedgerBytes;
}

const readNow = async (network: BenchNetwork, loads: readonly LoadProcess[]): Promise<Reading> => ({
  processes: readProcesses(network.roots(loads)),
  bytes: readLedgerBytes(network.driver, network.dataFolder),
});

/** What a contestant's accepted payments cost, each. */
function costsOf(
  { costs }: Contestant,
  { before, after, accepted }: { before: Reading; after: Reading; accepted: number },
) {
  const each = (total: number) => (accepted === 0 ? 0 : total / accepted);
  const spent = spentBetween(before.processes, after.processes);
  const own = costs.map((kind) => [kind, each(spent[kind] ?? 0)] as const);
  const bytes = (part: keyof LedgerBytes) => each((after.bytes[part] ?? 0) - (before.bytes[part] ?? 0));
  return {
    processorMilliseconds: {
      total: own.reduce((sum, [, milliseconds]) => sum + milliseconds, 0),
      byKind: Object.fromEntries(own.filter(([, milliseconds]) => milliseconds > 0)),
    },
    loadMilliseconds: each(spent.load ?? 0),
    bytes: { blocks: bytes('blocks'), state: bytes('state'), other: bytes('other') },
    megabytes: memoryOf(after.processes),
  };
}
