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

interface Row {
  group: string;
  name: string;
  embedded: Verdict;
  native: Verdict;
  /** What the two drivers' outcomes are to each other: equal, or the documented reason why they are not. */
  comparison: string;
}

/** One row a case: how the last run of each driver compared with what Fabric 3.1.5 answered, and with the other. */
export function compareDrivers(): Row[] {
  const groups = readdirSync(new URL('expected/', import.meta.url)).map((file) => file.slice(0, -'.json'.length));
  return groups.flatMap((group) => {
    const expected = readOutcomes(expectedFile(group));
    const [embedded, native] = [observedOf('embedded', group), observedOf('native', group)];
    return Object.keys(expected).map((name) => ({
      group,
      name,
      embedded: verdict(embedded, expected, name),
      native: verdict(native, expected, name),
      comparison: compare(embedded, native, name),
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

function compare(embedded: Outcomes, native: Outcomes, name: string): string {
  if (!(name in embedded && name in native)) return '-';
  if (isDeepStrictEqual(embedded[name], native[name])) return 'equal';
  return reasons[name] ?? 'NOT EQUAL';
}

/** Prints the rows and their counts, and what an embedded network cannot show. */
export function printComparison(rows: Row[]): void {
  const widths = [14, 90, 10, 10, 0];
  const line = (cells: string[]) => `${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' ')}\n`;
  process.stdout.write(line(['group', 'case', 'embedded', 'native', 'comparison']));
  for (const { group, name, embedded, native, comparison } of rows) {
    process.stdout.write(line([group, name, embedded, native, comparison]));
  }
  const count = (driver: 'embedded' | 'native') => rows.filter((row) => row[driver] === 'as Fabric').length;
  const equal = rows.filter(({ comparison }) => comparison === 'equal').length;
  process.stdout.write(
    `\n${rows.length} cases; as Fabric: embedded ${count('embedded')}, native ${count('native')}; equal on both: ${equal}\n`,
  );
  process.stdout.write(`Not shown by an embedded network:\n${notShown.map((each) => `- ${each}\n`).join('')}`);
}

if (import.meta.main) printComparison(compareDrivers());
