import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { ConformanceCase } from './bench.ts';
import { toHighS, toLowS } from './ecdsa.ts';
import { refusal, scrub } from './refusal.ts';
import { expectedFile, expectedFor, readOutcomes } from './suite.ts';

const folder = new URL('cases/', import.meta.url);

async function allCases(): Promise<{ group: string; cases: ConformanceCase[] }[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  return Promise.all(
    files.map(async (file) => {
      const exported = Object.values(await import(new URL(file, folder).href));
      return { group: file.slice(0, -'.ts'.length), cases: exported.find(Array.isArray) as ConformanceCase[] };
    }),
  );
}

describe('the conformance suite', () => {
  test('names every case once, and has an outcome of Fabric for each, and for nothing else', async () => {
    const groups = await allCases();
    for (const { group, cases } of groups) {
      expect(Object.keys(readOutcomes(expectedFile(group))).sort()).toEqual(cases.map(({ name }) => name).sort());
    }
    const names = groups.flatMap(({ cases }) => cases.map(({ name }) => name));

    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(200);
  });

  test('fails on a case of which nothing is expected', () => {
    expect(() => expectedFor({ known: true }, 'unknown')).toThrow("nothing is expected of 'unknown'");
  });

  test('tells an outcome from one with another code, another order or a missing detail', () => {
    const expected = readOutcomes(expectedFile('conflict'))['a read that changed is an MVCC conflict'];

    expect(['VALID', 'MVCC_READ_CONFLICT']).toEqual(expected);
    for (const wrong of [['VALID', 'VALID'], ['MVCC_READ_CONFLICT', 'VALID'], ['VALID']]) {
      expect(wrong).not.toEqual(expected);
    }
  });

  test('fails when a call that must be refused is answered', async () => {
    await expect(refusal(Promise.resolve('answer'))).rejects.toThrow('expected a refusal');
  });

  test('does not take an error of the test itself for a refusal of the network', async () => {
    await expect(refusal(Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });

  test('takes out of a text only what differs from run to run', () => {
    const text = `transaction ${'ab'.repeat(32)} at 127.0.0.1:7051 failed: MVCC_READ_CONFLICT of key case1f2-a`;

    expect(scrub(text)).toBe('transaction <hash> at <address> failed: MVCC_READ_CONFLICT of key a');
  });

  test('makes high-S signatures that are valid but for their size', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const message = Buffer.from('message');
    const signature = sign('sha256', message, privateKey);

    expect(verify('sha256', message, publicKey, toHighS(signature))).toBe(true);
    expect(Buffer.from(toLowS(toHighS(signature)))).toEqual(Buffer.from(toLowS(signature)));
    expect(Buffer.from(toHighS(signature))).not.toEqual(Buffer.from(toLowS(signature)));
  });
});
