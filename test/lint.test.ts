import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Lints texts as if they were files of this repository; returns what the linter said about them. */
function lint(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-lint-'));
  const put = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const file of ['biome.json', '.gitignore', 'scripts/lint']) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  for (const [file, text] of Object.entries(files)) put(file, text);
  const result = spawnSync(
    join(root, 'node_modules/.bin/biome'),
    ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '.'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  return `${result.stdout}${result.stderr}`;
}

describe('lint of chaincode', () => {
  const refusals: [name: string, text: string, message: string][] = [
    ['a clock', 'export const now = Date.now();', 'use ledger.now'],
    ['a new date of now', 'export const now = new Date();', 'use ledger.now'],
    [
      'a clock by import',
      "import { performance } from 'node:perf_hooks';\nexport const now = performance;",
      'no clock',
    ],
    ['a timer', 'setTimeout(() => {}, 5);', 'A timer is a clock'],
    ['a random number', 'export const dice = Math.random();', 'Random values differ'],
    [
      'a random id',
      "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID();",
      'Random values differ',
    ],
    ['Number() on money', 'export const amount = (text: string) => Number(text);', 'Money is bigint'],
    ['a float', 'export const rate = 0.05;', 'No floating point'],
    ['parseFloat', "export const rate = parseFloat('0.05');", 'No floating point'],
    ['the environment', 'export const home = process.env.HOME;', 'environment differs'],
    ['the environment by alias', 'const host = process;\nexport default host;', 'environment differs'],
    ['a file', "import fs from 'node:fs';\nexport default fs;", 'reads the ledger'],
    ['the locale', 'export const order = (a: string, b: string) => a.localeCompare(b);', 'locale differs'],
  ];
  const fileOf = (index: number) => `chaincode/payments/probe-${index}.ts`;
  const said = lint(Object.fromEntries(refusals.map(([, text], index) => [fileOf(index), `${text}\n`])));

  test.each(refusals.map(([name, , message], index) => ({ name, message, file: fileOf(index) })))(
    'refuses $name',
    ({ message, file }) => {
      const about = said.split(/^(?=chaincode\/)/m).filter((part) => part.startsWith(`${file}:`));

      expect(about.join('\n')).toContain(message);
    },
  );

  test('accepts deterministic code, and lets host and tests see their machine', () => {
    const machine = 'export const home = [process.env.HOME, Date.now(), 0.5];\n';
    const files = {
      'chaincode/payments/rules.ts': 'export const double = (amount: bigint) => amount * 2n;\n',
      'chaincode/host/probe.ts': machine,
      'chaincode/payments/rules.test.ts': machine,
    };

    expect(lint(files)).toContain('No fixes applied');
    expect(lint(files)).not.toContain('×');
  });
});
