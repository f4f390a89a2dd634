import { banks } from '@tangram/network/config/topology.ts';
import type { Delivery } from './deliveries.ts';
import type { Aim, Fault } from './faults.ts';
import { countWithin, judgeGap, longestGap, type Span, type Verdict } from './gaps.ts';
import type { Load } from './load.ts';
import { countCodes, countResolutions } from './outcomes.ts';

/** One fault as it happened. */
export interface Episode {
  fault: Fault;
  target: string;
  bank?: string;
  calm: Span;
  /** From the strike until a while after everybody was served again. */
  span: Span;
  /** How long what was hit took to answer again. */
  backMilliseconds: number;
}

export interface BankGap {
  bank: string;
  isHit: boolean;
  calm: number;
  gap: number;
  aim?: number;
  verdict?: Verdict;
}

export interface FaultRow {
  fault: string;
  target: string;
  backMilliseconds: number;
  gaps: BankGap[];
  errors: Record<string, number>;
  /** Payments whose outcome was in doubt, by what the retry answered. */
  doubts: ReturnType<typeof countResolutions>;
  /** What banks that were not hit received from each other. */
  deliveries: { count: number; longestGap: number; isMoving: boolean };
}

export function reportRows(
  episode: Episode,
  from: { load: Pick<Load, 'times' | 'problems' | 'doubts'>; deliveries: Delivery[]; twofold: ReadonlySet<string> },
): FaultRow {
  const { fault, target, bank: hit, calm, span, backMilliseconds } = episode;
  const { load, twofold } = from;
  const aims = hit !== undefined && twofold.has(hit) ? fault.aims.twofold : fault.aims.single;
  const gaps = banks.map((bank): BankGap => {
    const isHit = bank === hit;
    const calmGap = longestGap(load.times[bank], calm);
    const gap = longestGap(load.times[bank], span);
    // Who has to wait for a restart then waits for one batch as well.
    const aim = milliseconds(isHit ? aims.own : aims.others, backMilliseconds + calmGap);
    return { bank, isHit, calm: calmGap, gap, aim, verdict: judgeGap(gap, aim) };
  });
  return {
    fault: fault.name,
    target,
    backMilliseconds,
    gaps,
    errors: countCodes(load.problems, span),
    doubts: countResolutions(load.doubts, span),
    deliveries: deliveriesAmongOthers(from.deliveries, span, hit),
  };
}

const milliseconds = (aim: Aim | undefined, back: number) => (aim === 'back' ? back : aim);

/** Whether every bank that was not hit went on receiving, and its longest wait. */
function deliveriesAmongOthers(deliveries: Delivery[], span: Span, hit: string | undefined): FaultRow['deliveries'] {
  const spared = banks.filter((bank) => bank !== hit);
  const times = spared.map((bank) =>
    deliveries.filter(({ from, to }) => to === bank && from !== hit).map(({ at }) => at),
  );
  const counts = times.map((each) => countWithin(each, span));
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    longestGap: Math.max(...times.map((each) => longestGap(each, span))),
    isMoving: counts.every((count) => count > 0),
  };
}

/** The rows as two tables: gaps with their aims, and what clients saw. */
export function printRows(rows: readonly FaultRow[]): string {
  const gapHead = ['fault', 'hit', 'back after', ...banks.map((bank) => `${bank}: calm, fault (aim)`)];
  const gapLines = rows.map(({ fault, target, backMilliseconds, gaps }) => [
    fault,
    target,
    seconds(backMilliseconds),
    ...gaps.map(printGap),
  ]);
  const outcomeHead = ['fault', 'errors shown to clients', 'in doubt', 'retry answered', 'deliveries among the others'];
  const outcomeLines = rows.map(({ fault, errors, doubts, deliveries }) => {
    const { open, ...resolved } = doubts;
    const answers = Object.entries({ ...resolved, ...(open > 0 && { open }) }).filter(([, count]) => count > 0);
    return [
      fault,
      list(errors),
      String(open + doubts.accepted + doubts.replayed + doubts.refused),
      list(Object.fromEntries(answers)),
      `${deliveries.isMoving ? 'moving' : 'STOPPED'}, ${deliveries.count}, longest wait ${seconds(deliveries.longestGap)}`,
    ];
  });
  return `${table(gapHead, gapLines)}\n\n${table(outcomeHead, outcomeLines)}`;
}

function printGap({ isHit, calm, gap, aim, verdict }: BankGap): string {
  const aimed = aim === undefined ? '' : ` (${seconds(aim)} ${verdict})`;
  return `${isHit ? '*' : ''}${seconds(calm)}, ${seconds(gap)}${aimed}`;
}

const list = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';
const seconds = (value: number) => `${(value / 1000).toFixed(2)} s`;

function table(head: string[], lines: string[][]): string {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const print = (line: string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [print(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(print)].join('\n');
}
