import { readdirSync, readFileSync } from 'node:fs';

/** What a process is to the network; `load` makes the load and is counted apart. */
export type ProcessKind =
  | 'peers'
  | 'orderers'
  | 'peers and orderers'
  | 'chaincode'
  | 'gateways'
  | 'naive chaincode'
  | 'load';

/** Processes by their ids, each for itself and all that it started. */
export type ProcessRoots = ReadonlyMap<number, ProcessKind>;

export interface ProcessFacts {
  kind: ProcessKind;
  /** User and system time so far, of all threads. */
  processorMilliseconds: number;
  residentMegabytes: number;
}

/** The kernel counts processor time in ticks of USER_HZ, which is 100 on every Linux. */
const millisecondsATick = 10;
const pageBytes = 4096;

/** Processor time and memory of every process under the roots now, from /proc. */
export function readProcesses(roots: ProcessRoots): Map<number, ProcessFacts> {
  const all = readAllProcesses();
  const found = new Map<number, ProcessFacts>();
  for (const [pid, { processorMilliseconds, residentMegabytes }] of all) {
    const kind = kindOf(pid, roots, all);
    if (kind !== undefined) found.set(pid, { kind, processorMilliseconds, residentMegabytes });
  }
  return found;
}

interface Stat {
  parent: number;
  processorMilliseconds: number;
  residentMegabytes: number;
}

function readAllProcesses(): Map<number, Stat> {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat) all.set(Number(name), stat);
  }
  return all;
}

/** After the command in brackets: state is the first field, parent the second, times the 12th and 13th, pages the 22nd. */
function readStat(pid: string): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended since the folder was listed.
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    processorMilliseconds: (Number(fields[11]) + Number(fields[12])) * millisecondsATick,
    residentMegabytes: (Number(fields[21]) * pageBytes) / 2 ** 20,
  };
}

function kindOf(pid: number, roots: ProcessRoots, all: Map<number, Stat>): ProcessKind | undefined {
  for (let each: number | undefined = pid; each !== undefined && each > 1; each = all.get(each)?.parent) {
    const kind = roots.get(each);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** Processor time by kind between two readings; a process that came between counts from its start. */
export function spentBetween(
  before: Map<number, ProcessFacts>,
  after: Map<number, ProcessFacts>,
): Partial<Record<ProcessKind, number>> {
  return sumByKind(after, (facts, pid) => facts.processorMilliseconds - (before.get(pid)?.processorMilliseconds ?? 0));
}

/** Resident memory by kind, in megabytes. */
export const memoryOf = (facts: Map<number, ProcessFacts>): Partial<Record<ProcessKind, number>> =>
  sumByKind(facts, ({ residentMegabytes }) => residentMegabytes);

function sumByKind(
  facts: Map<number, ProcessFacts>,
  measure: (facts: ProcessFacts, pid: number) => number,
): Partial<Record<ProcessKind, number>> {
  const sums: Partial<Record<ProcessKind, number>> = {};
  for (const [pid, each] of facts) sums[each.kind] = (sums[each.kind] ?? 0) + measure(each, pid);
  return sums;
}
