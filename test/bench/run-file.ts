import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { benches } from './benches/table.ts';
import { describeMachine, type Machine } from './machine.ts';
import type { BenchReport } from './report.ts';
import { killSuffix } from './run-bench.ts';

/** A bench that broke off, and why. */
export interface BenchFailure {
  bench: string;
  at: string;
  reason: string;
}

/** Benches that were run under one name, maybe in several goes, as `--json` keeps them. */
export interface BenchRun {
  name: string;
  startedAt: string;
  machine: Machine;
  /** In the order of the table of benches; of one that ran twice the later. */
  reports: BenchReport[];
  failures: BenchFailure[];
}

/** What a file holds of a run; undefined when there is none, or when it holds a run of another name. */
export function readRun(file: string, name?: string): BenchRun | undefined {
  if (!existsSync(file)) return undefined;
  const run = JSON.parse(readFileSync(file, 'utf8')) as BenchRun;
  return name === undefined || run.name === name ? run : undefined;
}

/** Adds to a run what a bench found, in place of what it found before; the file is whole at every moment. */
export function keepResult(
  file: string,
  name: string,
  { report, failure }: { report?: BenchReport; failure?: BenchFailure },
): void {
  const bench = report?.bench ?? failure?.bench;
  const run = readRun(file, name) ?? newRun(name);
  const others = <Row extends { bench: string }>(rows: Row[]) => rows.filter((row) => row.bench !== bench);
  const place = (each: BenchReport) =>
    benches.findIndex((known) => each.bench === known.name || each.bench === `${known.name}${killSuffix}`);
  const next: BenchRun = {
    ...run,
    // A report of an earlier go stays when the next one breaks off: it says itself of which commit it is.
    reports: report ? [...others(run.reports), report].sort((one, other) => place(one) - place(other)) : run.reports,
    failures: [...others(run.failures), ...(failure ? [failure] : [])],
  };
  writeFileSync(`${file}.part`, `${JSON.stringify(next, null, 2)}\n`);
  renameSync(`${file}.part`, file);
}

const newRun = (name: string): BenchRun => ({
  ...{ name, startedAt: new Date().toISOString(), machine: describeMachine() },
  ...{ reports: [], failures: [] },
});
