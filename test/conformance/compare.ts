import { existsSync, readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expectedFile, type Outcomes, observedFile, readOutcomes } from './suite.ts';

/** What no embedded network can show, because it is one process with one order of events. */
const notShown = [
  'peers at different heights: an endorsement that does not match because one peer is behind',
  'gossip: dissemination delays, reconciliation of missing private data, the stall while a peer looks for it',
  'ordering faults: a leader lost, a view change, an equivocating orderer',
  'a private value whose version is behind that of its hash',
  'a channel without some of the organisations, and changes of a channel configuration',
  'rich queries of CouchDB',
];

/** Cases that may differ between drivers, each with the reason. */
const reasons: Record<string, string> = {};

type Verdict = 'as Fabric' | 'differs' | 'not run';

const drivers = ['embedded', 'native', 'compose'] as const;

interface Row extends Record<(typeof drivers)[number], Verdict> {
  group: string;
  name: string;
  /** What the outcomes of the drivers that ran are to each other: equal, or the documented reason why they are not. */
  comparison: string;
}

/** One row a case: how the last run of each driver compared with what Fabric 3.1.5 answered, and with the others. */
export function compareDrivers(): Row[] {
  const groups = readdirSync(new URL('expected/', import.meta.url)).map((file) => file.slice(0, -'.json'.length));
  return groups.flatMap((group) => {
    const expected = readOutcomes(expectedFile(group));
    const observed = drivers.map((driver) => observedOf(driver, group));
    const verdicts = (name: string) =>
      Object.fromEntries(drivers.map((driver, index) => [driver, verdict(observed[index] ?? {}, expected, name)]));
    return Object.keys(expected).map((name) => ({
      group,
      name,
      ...(verdicts(name) as Record<(typeof drivers)[number], Verdict>),
      comparison: compare(observed, name),
    }));
  });
}

function observedOf(driver: string, group: string): Outcomes {
  const file = observedFile(driver, group);
  return existsSync(file) ? readOutcomes(file) : {};
}

function verdict(observed: Outcomes, expected: Outcomes, name: string): Verdict {
  if (!(name in observed)) return 'not run';
  return isDeepStrictEqual(observed[name], expected[name]) ? 'as Fabric' : 'differs';
}

function compare(observed: readonly Outcomes[], name: string): string {
  const [first, ...others] = observed.filter((outcomes) => name in outcomes);
  if (first === undefined || others.length === 0) return '-';
  if (others.every((outcomes) => isDeepStrictEqual(outcomes[name], first[name]))) return 'equal';
  return reasons[name] ?? 'NOT EQUAL';
}

/** Prints the rows and their counts, and what an embedded network cannot show. */
export function printComparison(rows: Row[]): void {
  const widths = [14, 90, 10, 10, 10, 0];
  const line = (cells: string[]) => `${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' ')}\n`;
  process.stdout.write(line(['group', 'case', ...drivers, 'comparison']));
  for (const row of rows) {
    process.stdout.write(line([row.group, row.name, ...drivers.map((driver) => row[driver]), row.comparison]));
  }
  const counts = drivers.map((driver) => `${driver} ${rows.filter((row) => row[driver] === 'as Fabric').length}`);
  const equal = rows.filter(({ comparison }) => comparison === 'equal').length;
  process.stdout.write(`\n${rows.length} cases; as Fabric: ${counts.join(', ')}; equal wherever they ran: ${equal}\n`);
  process.stdout.write(`Not shown by an embedded network:\n${notShown.map((each) => `- ${each}\n`).join('')}`);
}

if (import.meta.main) printComparison(compareDrivers());
