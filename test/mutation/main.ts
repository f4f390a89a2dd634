/**
 * `npm run test:mutation [-- <area> …] [--keep] [--only <file>] [--afresh]`: changes the rules of money one token at a
 * time and counts the changes that no test notices. Fails below ninety per cent. `--keep` writes the figures for the docs.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PartialStrykerOptions } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { type Area, areas } from './areas.ts';
import { type Figures, figuresOf, keepFigures } from './figures.ts';

const root = join(import.meta.dirname, '../..');
const cache = '.tangram/mutation';
const breakAt = 90;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'boolean' }, afresh: { type: 'boolean' }, only: { type: 'string' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(areas);
const unknown = names.filter((name) => !(name in areas));
if (unknown.length > 0) {
  process.stderr.write(`No area ${unknown.join(', ')}; there are ${Object.keys(areas).join(', ')}.\n`);
  process.exit(2);
}

process.chdir(root);
let isBelow = false;
for (const name of names) {
  const area = areas[name] as Area;
  const figures = figuresOf(await new Stryker(optionsOf(name, area)).runMutationTest());
  report(name, figures);
  if (flags.keep && flags.only === undefined) keepFigures(root, name, figures);
  isBelow ||= figures.score < breakAt;
}
process.exit(isBelow ? 1 : 0);

function optionsOf(name: string, { folder, mutate, tests }: Area): PartialStrykerOptions {
  const inFolder = (pattern: string) =>
    pattern.startsWith('!') ? `!chaincode/${folder}/${pattern.slice(1)}` : `chaincode/${folder}/${pattern}`;
  return {
    mutate: flags.only === undefined ? mutate.map(inFolder) : [inFolder(flags.only)],
    plugins: ['circus-runner.ts', 'ignorer.ts'].map((file) => join(import.meta.dirname, file)),
    testRunner: 'circus',
    circus: { testFiles: tests.map(inFolder) },
    ignorers: ['no-rules'],
    coverageAnalysis: 'perTest',
    concurrency: 1,
    // Modules that were loaded anew for a mutant stay in memory; a process is cheap.
    maxTestRunnerReuse: 400,
    incremental: flags.only === undefined,
    incrementalFile: `${cache}/${name}.json`,
    force: flags.afresh ?? false,
    tempDirName: `${cache}/copy`,
    ignorePatterns: ['gateway', 'network', 'test', 'docker', 'examples', 'scripts', '.ci'],
    warnings: false,
    disableTypeChecks: false,
    allowConsoleColors: false,
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
    thresholds: { high: 95, low: breakAt, break: null },
    timeoutMS: 30_000,
    timeoutFactor: 2,
    tsconfigFile: 'none.json',
  };
}

function report(name: string, { score, files }: Figures): void {
  for (const [file, counts] of Object.entries(files)) {
    process.stdout.write(`${counts.score.toFixed(1).padStart(6)} %  ${file}  ${JSON.stringify(counts)}\n`);
  }
  process.stdout.write(
    `${score.toFixed(1).padStart(6)} %  ${name}, ${score < breakAt ? 'below' : 'at or above'} ${breakAt} %\n`,
  );
}
