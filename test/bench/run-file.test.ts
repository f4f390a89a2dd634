import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchReport } from './report.ts';
import { keepResult, readRun } from './run-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tangram-run-file-'));
  file = join(folder, 'run.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const report = (bench: string, commit = 'a') => ({ bench, commit }) as BenchReport;
const failure = (bench: string) => ({ bench, at: '2026-11-23T05:00:00Z', reason: 'broke off' });

describe('keepResult', () => {
  test('adds to a run of the same name, in the order of the table, the later result of a bench alone', () => {
    keepResult(file, 'one', { report: report('zipf') });
    keepResult(file, 'one', { report: report('payments') });
    keepResult(file, 'one', { report: report('zipf', 'b') });

    const run = readRun(file);
    expect(run?.name).toBe('one');
    expect(run?.reports).toEqual([report('payments'), report('zipf', 'b')]);
  });

  test('begins anew for a run of another name', () => {
    keepResult(file, 'one', { report: report('zipf') });
    keepResult(file, 'two', { report: report('hot') });

    expect(readRun(file, 'one')).toBeUndefined();
    expect(readRun(file, 'two')?.reports).toEqual([report('hot')]);
  });

  test('notes a failure until the bench succeeds, and keeps what it found before', () => {
    keepResult(file, 'one', { report: report('hot') });
    keepResult(file, 'one', { failure: failure('hot') });
    expect(readRun(file)).toMatchObject({ reports: [report('hot')], failures: [failure('hot')] });

    keepResult(file, 'one', { report: report('hot', 'b') });
    expect(readRun(file)).toMatchObject({ reports: [report('hot', 'b')], failures: [] });
  });

  test('leaves a broken file to its owner', () => {
    writeFileSync(file, '{');
    expect(() => keepResult(file, 'one', { report: report('hot') })).toThrow();
    expect(readFileSync(file, 'utf8')).toBe('{');
  });
});
