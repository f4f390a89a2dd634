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

interface Row {
  group: string;
  name: string;
  embedded: string;
  native: string;
}

function verdict(driver: string, group: string, name: string): string {
  const file = observedFile(driver, group);
  const observed: Outcomes = existsSync(file) ? readOutcomes(file) : {};
  if (!(name in observed)) return 'not run';
  return isDeepStrictEqual(observed[name], readOutcomes(expectedFile(group))[name]) ? 'as Fabric' : 'differs';
}

/** One row a case: how the last run of each driver compared with what Fabric 3.1.5 answered. */
export function compareDrivers(): Row[] {
  const groups = readdirSync(new URL('expected/', import.meta.url)).map((file) => file.slice(0, -'.json'.length));
  return groups.flatMap((group) =>
    Object.keys(readOutcomes(expectedFile(group))).map((name) => ({
      group,
      name,
      embedded: verdict('embedded', group, name),
      native: verdict('native', group, name),
    })),
  );
}

function print(rows: Row[]): void {
  const line = (cells: string[]) =>
    `${cells.map((cell, index) => cell.padEnd([14, 90, 10, 10][index] ?? 0)).join(' ')}\n`;
  process.stdout.write(line(['group', 'case', 'embedded', 'native']));
  for (const { group, name, embedded, native } of rows) process.stdout.write(line([group, name, embedded, native]));
  const count = (driver: 'embedded' | 'native') => rows.filter((row) => row[driver] === 'as Fabric').length;
  process.stdout.write(`\n${rows.length} cases; as Fabric: embedded ${count('embedded')}, native ${count('native')}\n`);
  process.stdout.write(`Not shown by an embedded network:\n${notShown.map((each) => `- ${each}\n`).join('')}`);
}

if (import.meta.main) print(compareDrivers());
