import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errors as accounts } from '@tangram/chaincode/accounts/errors.ts';
import { errors as core } from '@tangram/chaincode/core/core-errors.ts';
import { catalogueOf } from '@tangram/chaincode/core/errors.ts';
import { errors as lane } from '@tangram/chaincode/core/lane-errors.ts';
import { errors as credit } from '@tangram/chaincode/credit/errors.ts';
import { errors as lending } from '@tangram/chaincode/lending/errors.ts';
import { errors as payments } from '@tangram/chaincode/payments/errors.ts';
import { errors as registry } from '@tangram/chaincode/registry/errors.ts';
import { errors as settlement } from '@tangram/chaincode/settlement/errors.ts';

const root = join(import.meta.dirname, '..');
const files = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => ({ file, text: readFileSync(join(root, folder, file), 'utf8') }));

const catalogues = { accounts, core, credit, lane, lending, payments, registry, settlement };
const rows = Object.values(catalogues).flatMap((errors) => catalogueOf(errors));
const chaincode = files('chaincode');
const source = chaincode
  .filter(({ file }) => !file.endsWith('.test.ts'))
  .map(({ text }) => text)
  .join('\n');
const tests = [...chaincode.filter(({ file }) => file.endsWith('.test.ts')), ...files('test')]
  .filter(({ file }) => file !== 'error-codes.test.ts')
  .map(({ text }) => text)
  .join('\n');

describe('error catalogue', () => {
  test('has each code once', () => {
    const codes = rows.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test.each(rows.map(({ code }) => [code]))('%s is used by the code and asserted by a test', (code) => {
    const name = code.slice(code.indexOf('_') + 1);
    expect(source).toMatch(new RegExp(`[eE]rrors\\.${name}\\b`));
    expect(tests).toContain(code);
  });

  test.each(rows.map((row) => [row.code, row] as const))('%s says what happened and what to do', (_, row) => {
    expect(row.text).toMatch(/\.$/);
    expect(row.fix).toMatch(/\.$/);
    expect(row.status).toBeGreaterThanOrEqual(400);
  });
});
