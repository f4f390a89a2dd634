import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeEnvFile, readEnvFile } from './env-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tangram-env-'));
const file = join(folder, '.env');

beforeEach(() => writeFileSync(file, '# Images.\nA_IMAGE=bank/a:1\n\n# Ports.\nA_PORT=8081\n'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('readEnvFile', () => {
  test('reads names and values and nothing of the comments', () => {
    expect(readEnvFile(file)).toEqual({ A_IMAGE: 'bank/a:1', A_PORT: '8081' });
  });
});

describe('changeEnvFile', () => {
  test('changes what it is given, keeps every other line, and adds a new name at the end', () => {
    changeEnvFile(file, { A_IMAGE: 'bank/a:2@sha256:00', B_IMAGE: 'bank/b:1' });

    expect(readFileSync(file, 'utf8')).toBe(
      '# Images.\nA_IMAGE=bank/a:2@sha256:00\n\n# Ports.\nA_PORT=8081\nB_IMAGE=bank/b:1\n',
    );
  });
});
