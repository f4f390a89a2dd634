import { join } from 'node:path';
import { areas } from '../test/mutation/areas.ts';
import { type Counts, readFigures } from '../test/mutation/figures.ts';

const root = join(import.meta.dirname, '..');

/** The tables of docs/reference/mutation-testing.md, made from the figures that `npm run test:mutation -- --keep` left beside it. */
export function mutationSections(): string {
  const figures = readFigures(root);
  const names = Object.keys(areas);
  const kept = names.flatMap((name) => {
    const own = figures[name];
    return own === undefined ? [] : [{ name, ...own }];
  });
  const missing = names.filter((name) => !(name in figures));
  return [
    table(
      'Area',
      kept.map(({ name, date, commit, ...counts }) => row(`[${name}](#${name})`, counts, `${date}, ${commit}`)),
    ),
    missing.length === 0 ? '' : `Not kept yet: ${missing.join(', ')}.`,
    ...kept.map(({ name, files }) => {
      const rows = Object.entries(files).map(([file, counts]) => row(`[${fileName(file)}](../../${file})`, counts));
      return `## ${name}\n\n${table('File', rows)}`;
    }),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const fileName = (path: string) => path.slice('chaincode/'.length);

function row(first: string, { score, killed, timedOut, survived, uncovered }: Counts, last = ''): string {
  return `| ${first} | ${score.toFixed(1)} % | ${killed} | ${timedOut} | ${survived} | ${uncovered} | ${last} |`;
}

function table(first: string, rows: readonly string[]): string {
  const head = `| ${first} | Score | Killed | Never ended | Survived | Not reached | ${first === 'Area' ? 'Run' : ''} |`;
  return [head, '|---|---|---|---|---|---|---|', ...rows].join('\n');
}
