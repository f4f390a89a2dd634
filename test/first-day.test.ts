import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRow } from '@tangram/gateway/plugins/catalogue.ts';
import { bics } from '@tangram/network/config/topology.ts';
import { loadFirstDay } from '@tangram/network/walkthrough/first-day.ts';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';

const root = join(import.meta.dirname, '..');
const publishedSchema = join(root, '../shared/data/iso20022/pain.001.001.09.xsd');

describe('examples/first-day', () => {
  const { accounts, payments, payroll } = loadFirstDay();
  const transfers = [
    ...payroll.matchAll(/Ccy="CNY">(\d+)\.(\d\d)<.*?<BICFI>(\w+)<.*?<Nm>(.*?)<.*?<Othr><Id>([\w-]+)</g),
  ];

  test('is what its generator writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tangram-first-day-'));
    execFileSync(process.execPath, [join(root, 'scripts/generate-first-day.ts'), folder], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    for (const file of ['accounts.csv', 'payroll.xml']) {
      const committed = readFileSync(join(root, 'examples/first-day', file), 'utf8');
      expect(readFileSync(join(folder, file), 'utf8')).toBe(committed);
    }
    rmSync(folder, { recursive: true });
  });

  test('has a payroll of 250 transfers to accounts of four banks that its list opens', () => {
    const known = new Map(accounts.map((account) => [account.accountId, account]));

    expect(transfers).toHaveLength(250);
    for (const [, , , bic, name, accountId = ''] of transfers) {
      const account = known.get(accountId);
      expect({ name, bic }).toEqual({ name: account?.name, bic: account && bics[account.bank] });
    }
    expect(new Set(transfers.map(([, , , bic]) => bic)).size).toBe(4);
  });

  test('states the sum of its payroll', () => {
    const sum = transfers.reduce((total, [, whole, cents]) => total + BigInt(`${whole}${cents}`), 0n);

    expect([...payroll.matchAll(/<CtrlSum>(.*?)</g)].map(([, text]) => text)).toEqual(['3256250.00', '3256250.00']);
    expect(sum).toBe(325_625_000n);
  });

  test('expects of every bad payment a code that the catalogue has, with its status', () => {
    for (const { expect: expected } of payments) {
      if (expected.code === undefined) continue;
      expect({ code: expected.code, status: findRow(expected.code)?.status }).toEqual(expected);
    }
  });

  if (existsSync(publishedSchema)) {
    test('is valid by the published ISO 20022 schema', () => {
      const schema = XmlDocument.fromBuffer(readFileSync(publishedSchema));
      const validator = XsdValidator.fromDoc(schema);
      const document = XmlDocument.fromString(payroll);

      expect(() => validator.validate(document)).not.toThrow();
      for (const native of [document, validator, schema]) native.dispose();
    });
  }
});
