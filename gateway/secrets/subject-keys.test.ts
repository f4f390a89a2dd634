import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seal, unseal } from '@tangram/chaincode/credit/sealing.ts';
import { openSubjectKeys } from './subject-keys.ts';

describe('subject keys', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'tangram-subjects-')), 'keys');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));
  const files = () => readdirSync(folder);

  test('are random, one a subject, and the same for every gateway of the bank', () => {
    const [one, other] = [openSubjectKeys(folder), openSubjectKeys(folder)];
    expect(one.find('S-1')).toBeUndefined();
    const key = one.ensure('S-1');
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(other.ensure('S-1')).toBe(key);
    expect(openSubjectKeys(folder).find('S-1')).toBe(key);
    expect(one.ensure('S-2')).not.toBe(key);
  });

  test('stand in files that only the owner reads and whose names say nothing', () => {
    openSubjectKeys(folder).ensure('S-1');
    const [file = ''] = files();
    expect(files()).toHaveLength(1);
    expect(file).not.toContain('S-1');
    expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  test('what was sealed before a key was destroyed never opens again, whoever makes a new one', () => {
    const keys = openSubjectKeys(folder);
    const place = 'cedar/S-1/tax/1';
    const sealed = seal({ subjectKey: keys.ensure('S-1'), place }, '22'.repeat(32), 'planted');
    expect(unseal({ subjectKey: keys.ensure('S-1'), place }, sealed)).toBe('planted');
    const other = keys.ensure('S-2');
    expect(keys.destroy('S-1')).toBe(true);
    expect(openSubjectKeys(folder).find('S-1')).toBeUndefined();
    expect(unseal({ subjectKey: keys.ensure('S-1'), place }, sealed)).toBeUndefined();
    expect(keys.find('S-2')).toBe(other);
    keys.destroy('S-1');
    expect(keys.destroy('S-1')).toBe(false);
  });

  test('a destroyed key is overwritten where it stood, not only unlinked', () => {
    const keys = openSubjectKeys(folder);
    const key = keys.ensure('S-1');
    const [file = ''] = files();
    linkSync(join(folder, file), join(folder, 'same-bytes'));
    keys.destroy('S-1');
    expect(readFileSync(join(folder, 'same-bytes'), 'utf8')).not.toContain(key.slice(0, 8));
  });

  test('a key that a crash left half destroyed is no key', () => {
    const keys = openSubjectKeys(folder);
    keys.ensure('S-1');
    const [file = ''] = files();
    writeFileSync(join(folder, file), '-'.repeat(64));
    expect(keys.find('S-1')).toBeUndefined();
    expect(() => keys.ensure('S-1')).toThrow('destroyed');
    expect(keys.destroy('S-1')).toBe(true);
  });
});
