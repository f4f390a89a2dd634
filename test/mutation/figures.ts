/** Scores of mutation runs by area and file, as docs/reference/mutation-testing.json keeps them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

export interface Counts {
  /** Mutants that made a test fail. */
  readonly killed: number;
  /** Mutants that never ended. */
  readonly timedOut: number;
  /** Mutants that no test noticed, though some ran them. */
  readonly survived: number;
  /** Mutants that no test ran. */
  readonly uncovered: number;
  /** Killed and timed out among all of them, in per cent. */
  readonly score: number;
}

export interface Figures extends Counts {
  readonly files: Readonly<Record<string, Counts>>;
}

export interface KeptFigures extends Figures {
  readonly date: string;
  readonly commit: string;
}

export const FIGURES_FILE = 'docs/reference/mutation-testing.json';

/** Counts the mutants of a run by file. */
export function figuresOf(results: readonly MutantResult[]): Figures {
  const byFile = Map.groupBy(results, ({ fileName }) => fileName.slice(fileName.lastIndexOf('chaincode/')));
  const files = [...byFile].sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...countsOf(results), files: Object.fromEntries(files.map(([file, own]) => [file, countsOf(own)])) };
}

function countsOf(results: readonly MutantResult[]): Counts {
  const count = (status: MutantResult['status']) => results.filter((result) => result.status === status).length;
  const counts = {
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
  };
  const detected = counts.killed + counts.timedOut;
  const all = detected + counts.survived + counts.uncovered;
  // Rounded down: 89.96 is not ninety.
  return { ...counts, score: all === 0 ? 100 : Math.floor((1000 * detected) / all) / 10 };
}

/** All figures that are kept, by area. */
export function readFigures(root: string): Record<string, KeptFigures> {
  const file = join(root, FIGURES_FILE);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Keeps a run's figures with its day and commit. */
export function keepFigures(root: string, area: string, figures: Figures): void {
  const git = (...words: string[]) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
  const isClean = git('status', '--porcelain', '--', 'chaincode') === '';
  const commit = `${git('rev-parse', '--short=10', 'HEAD')}${isClean ? '' : ' and changes'}`;
  const date = new Date().toISOString().slice(0, 10);
  const kept = { ...readFigures(root), [area]: { date, commit, ...figures } };
  writeFileSync(join(root, FIGURES_FILE), `${JSON.stringify(kept, null, 1)}\n`);
}
