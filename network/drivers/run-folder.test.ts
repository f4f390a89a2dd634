import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearRunFolder, holderOf, lockRunFolder, unlockRunFolder } from './run-folder.ts';

let folder: string;
const lock = () => join(folder, 'run.pid');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tangram-run-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a run folder', () => {
  test('is held by the process that locked it, until it unlocks it', () => {
    expect(holderOf(folder)).toBeUndefined();
    lockRunFolder(folder);

    expect(holderOf(folder)).toBe(process.pid);
    expect(() => lockRunFolder(folder)).toThrow(`Process ${process.pid} already runs in ${folder}.`);

    unlockRunFolder(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    { what: 'began at another time', change: (text: string) => `${text}0` },
    { what: 'ran before the machine was started again', change: (text: string) => text.replace(/ \S+ /, ' 0-0-0-0 ') },
  ])('is not held by a stranger who has the number of one that $what', ({ change }) => {
    lockRunFolder(folder);
    writeFileSync(lock(), change(readFileSync(lock(), 'utf8')));

    expect(holderOf(folder)).toBeUndefined();
    // And is not given up for somebody else.
    unlockRunFolder(folder);
    expect(readdirSync(folder)).toEqual(['run.pid']);
    expect(() => lockRunFolder(folder)).not.toThrow();
  });

  test('is held by whoever lives under the number where no birth was noted', () => {
    writeFileSync(lock(), String(process.pid));

    expect(holderOf(folder)).toBe(process.pid);
  });

  test('is held by nobody whose process has ended', async () => {
    const child = spawn('true');
    await new Promise((resolve) => child.once('close', resolve));
    writeFileSync(lock(), String(child.pid));

    expect(holderOf(folder)).toBeUndefined();
  });
});

describe('clearRunFolder', () => {
  test('removes what a killed backup or restore left in the clear, and nothing that is not its own', () => {
    for (const name of [
      'organizations',
      'backup-cedar.partial',
      'restore-pine.partial',
      'mine.partial',
      'backup-cedar',
    ]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'key.pem'), 'a key');
    }

    clearRunFolder(folder);

    expect(readdirSync(folder).sort()).toEqual(['backup-cedar', 'mine.partial']);
  });

  test('bears with a folder that is not there', () => {
    expect(() => clearRunFolder(join(folder, 'none'))).not.toThrow();
  });
});
