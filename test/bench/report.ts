import type { TransactionCounts } from './block-codes.ts';
import type { Check } from './correctness/checks.ts';
import { median } from './latencies.ts';
import type { Machine } from './machine.ts';
import type { ProcessKind } from './process-costs.ts';
import type { BenchSettings } from './settings.ts';

type ByKind = Partial<Record<ProcessKind, number>>;

/** One measured window of one contestant. All costs are for one accepted payment. */
export interface WindowReport {
  seconds: number;
  accepted: number;
  replayed: number;
  refused: number;
  aborted: number;
  busy: number;
  resent: number;
  paymentsPerSecond: number;
  p50: number;
  p95: number;
  p99: number;
  processorMilliseconds: { total: number; byKind: ByKind };
  /** What making the load cost, apart from all else. */
  loadMilliseconds: number;
  bytes: { blocks: number; state: number; other: number };
  /** Resident memory at the end of the window. */
  megabytes: ByKind;
  /** Blocks and ledger transactions of the window. */
  ledger: TransactionCounts;
  /** What was watched beside the load, and how long what was killed stayed away. */
  further: Record<string, number>;
  problems: string[];
}

/** Median of a figure over windows, and its smallest and largest. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface ColumnReport {
  name: string;
  paymentsPerSecond: Spread;
  p50: Spread;
  p95: Spread;
  p99: Spread;
  processorMilliseconds: Spread;
  windows: WindowReport[];
}

/** A goal of the bench, with what came out. */
export interface Aim {
  what: string;
  aim: string;
  figure: string;
  isMet: boolean;
}

export interface BenchReport {
  bench: string;
  /** What is measured, and which processes count as what. */
  about: string;
  startedAt: string;
  /** What was measured. */
  commit: string;
  machine: Machine;
  settings: BenchSettings;
  columns: ColumnReport[];
  /** Ours to each comparator, window by window in the order they were taken. */
  ratios: { to: string; paymentsPerSecond: Spread; processor: Spread }[];
  aims: Aim[];
  /** Further figures of this bench alone. */
  figures: Record<string, number | string>;
  correctness: { isRight: boolean; checks: Check[] };
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Sums up a contestant's windows. */
export function columnOf(name: string, windows: WindowReport[]): ColumnReport {
  const of = (value: (window: WindowReport) => number) => spreadOf(windows.map(value));
  return {
    name,
    paymentsPerSecond: of((window) => window.paymentsPerSecond),
    p50: of((window) => window.p50),
    p95: of((window) => window.p95),
    p99: of((window) => window.p99),
    processorMilliseconds: of((window) => window.processorMilliseconds.total),
    windows,
  };
}

/** What an accepted payment took and left behind: medians over the windows, each figure by itself. */
export type Typical = Pick<WindowReport, 'loadMilliseconds' | 'bytes' | 'further'> & {
  processorMilliseconds: ByKind;
  megabytes: ByKind;
};

/** Sums windows up figure by figure; undefined where there are none. */
export function typicalOf(windows: readonly WindowReport[]): Typical | undefined {
  if (windows.length === 0) return undefined;
  const of = <Figures extends object>(figures: (window: WindowReport) => Figures) =>
    mediansOf(windows.map((window) => Object.entries(figures(window)))) as Figures;
  return {
    processorMilliseconds: of((window) => window.processorMilliseconds.byKind),
    loadMilliseconds: median(windows.map((window) => window.loadMilliseconds)),
    bytes: of((window) => window.bytes),
    megabytes: of((window) => window.megabytes),
    further: of((window) => window.further),
  };
}

/** By name, over those that have a value of that name. */
function mediansOf(all: [string, number][][]): Record<string, number> {
  const byName = Map.groupBy(all.flat(), ([name]) => name);
  return Object.fromEntries([...byName].map(([name, entries]) => [name, median(entries.map(([, value]) => value))]));
}

/** Our windows against those of the comparator that followed each of them. */
export function ratioOf(ours: ColumnReport, other: ColumnReport): BenchReport['ratios'][number] {
  const ratios = (value: (window: WindowReport) => number) =>
    spreadOf(ours.windows.map((window, round) => safeRatio(value(window), value(other.windows[round] ?? window))));
  return {
    to: other.name,
    paymentsPerSecond: ratios((window) => window.paymentsPerSecond),
    processor: ratios((window) => window.processorMilliseconds.total),
  };
}

const safeRatio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

const digits = (value: number) => {
  if (value === 0) return '0';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 1 ? value.toFixed(1) : value.toPrecision(2);
};
const spreadText = ({ median: middle, min, max }: Spread) => `${digits(middle)} (${digits(min)} to ${digits(max)})`;
const kinds = (values: ByKind) =>
  Object.entries(values)
    .map(([kind, value]) => `${kind} ${digits(value)}`)
    .join(', ');

/** The report as people read it on a terminal. */
export function renderReport(report: BenchReport): string {
  const { machine, settings } = report;
  const lines = [
    `${report.bench} on ${settings.driver}: ${report.about}`,
    `  ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Linux ${machine.kernel}, Node ${machine.node}, load ${machine.loadBefore} before`,
    `  ${settings.rounds} rounds, each with ${settings.warmUpSeconds} s of warm-up and ${settings.seconds} s measured`,
  ];
  for (const column of report.columns) lines.push(...renderColumn(column));
  for (const { to, paymentsPerSecond, processor } of report.ratios) {
    lines.push(
      `  to ${to}: ${spreadText(paymentsPerSecond)} times the payments/s, ${spreadText(processor)} of the processor`,
    );
  }
  for (const [what, value] of Object.entries(report.figures)) {
    lines.push(`  ${what}: ${typeof value === 'number' ? digits(value) : value}`);
  }
  for (const { what, aim, figure, isMet } of report.aims) {
    lines.push(`  aim: ${what} ${aim}; ${figure}: ${isMet ? 'met' : 'MISSED'}`);
  }
  for (const { name, isRight, detail } of report.correctness.checks) {
    lines.push(`  ${isRight ? 'right' : 'WRONG'}: ${name}: ${detail}`);
  }
  return `${lines.join('\n')}\n`;
}

function renderColumn(column: ColumnReport): string[] {
  const last = column.windows.at(-1);
  const typical = typicalOf(column.windows);
  if (!last || !typical) return [];
  const { ledger } = last;
  const { bytes } = typical;
  const each = (total: number) => total / Math.max(1, ledger.transactions);
  const [p50, p95, p99] = [column.p50, column.p95, column.p99].map((each) => digits(each.median));
  return [
    `  ${column.name}: ${spreadText(column.paymentsPerSecond)} payments/s, p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`,
    `    processor ms a payment ${spreadText(column.processorMilliseconds)}: ${kinds(typical.processorMilliseconds)}; load ${digits(typical.loadMilliseconds)}`,
    `    bytes a payment: blocks ${digits(bytes.blocks)}, state ${digits(bytes.state)}, other ${digits(bytes.other)}; ${digits(each(last.accepted))} payments, ${digits(each(ledger.keysRead))} keys read and ${digits(each(ledger.keysWritten))} written a ledger transaction`,
    `    ${ledger.invalid} of ${ledger.transactions} ledger transactions invalid, ${last.aborted} payments aborted, ${last.refused} refused, ${last.replayed} repeated, ${last.busy} told to come later, ${last.resent} sent again`,
    `    memory in MB: ${kinds(typical.megabytes)}`,
    ...Object.entries(typical.further).map(([what, value]) => `    ${what}: ${digits(value)}`),
    ...last.problems.slice(0, 5).map((problem) => `    WRONG: ${problem}`),
  ];
}
