import { createHash } from 'node:crypto';
import { canonicalJson } from '../../core/canonical.ts';
import { bandOf, boundsOf, type CreditRecord, limitsOfBand } from '../data/fields.ts';
import { findKind, isRecordOf, kinds } from '../data/kinds.ts';
import { type Context, commit, type Disclosure, layoutOf, leafOf, saltOf } from './commitment.ts';
import { auditPath, hashLeaf, rootFromPath, treeRoot } from './merkle-tree.ts';
import { provenLimits, verifyDisclosure } from './verify-disclosure.ts';

const context: Context = { owner: 'cedar', subjectId: 'cedar-1', kind: 'tax', schemaVersion: 1, reference: '1' };
const kind = kinds.tax as NonNullable<typeof kinds.tax>;
const record: CreditRecord = { currency: 'CNY', year: 2025, turnover: '73000000', taxPaid: '900000' };
const secret = 'ab'.repeat(32);
const made = commit({ context, kind }, record, secret);
const published = { context, commitment: made.commitment };
const open = (...leaves: string[]) => made.disclose(leaves);
const one = (leaf: string) => open(leaf)[0] as Disclosure;

describe('treeRoot', () => {
  test('is that of RFC 9162 for its test vectors', () => {
    // RFC 6962's reference test data, as published in certificate-transparency's merkletree tests.
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const leaves = inputs.map((hex) => hashLeaf(Buffer.from(hex, 'hex')));
    const roots = [1, 2, 3, 8].map((size) => Buffer.from(treeRoot(leaves.slice(0, size))).toString('hex'));
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  test('every leaf of every size leads to it by its own place alone', () => {
    for (let size = 1; size <= 17; size += 1) {
      const leaves = Array.from({ length: size }, (_, index) => hashLeaf(Buffer.of(index)));
      const root = Buffer.from(treeRoot(leaves));
      for (let index = 0; index < size; index += 1) {
        const path = auditPath(leaves, index);
        const leaf = leaves[index] as Buffer;
        expect(root.equals(rootFromPath(leaf, { index, size }, path) as Uint8Array)).toBe(true);
        const other = rootFromPath(leaf, { index: (index + 1) % size, size }, path);
        expect(other !== undefined && root.equals(other)).toBe(size === 1);
        expect(rootFromPath(leaf, { index, size }, [...path, leaf])).not.toEqual(root);
      }
    }
  });
});

describe('verifyDisclosure', () => {
  test.each(Object.entries(kinds).map(([name, of]) => ({ name, of })))(
    'takes every leaf of $name, the absent ones too',
    ({ name, of }) => {
      const there = { ...context, kind: name };
      const { commitment, disclose } = commit({ context: there, kind: of }, {}, secret);
      for (const disclosure of disclose(layoutOf(of))) {
        expect(disclosure.value).toBeNull();
        expect(verifyDisclosure({ context: there, commitment }, disclosure)).toBe(true);
      }
    },
  );

  test('proves a field without the rest, and a band without the figure', () => {
    const [turnover, band] = open('turnover', 'turnover.band');
    expect(verifyDisclosure(published, turnover)).toBe(true);
    expect(verifyDisclosure(published, band)).toBe(true);
    expect(band?.value).toBe(2);
    expect(JSON.stringify(band)).not.toContain('73000000');
  });

  test('a band tells between which limits its figure lies, where it is proven', () => {
    const band = one('turnover.band');
    expect(provenLimits(published, band)).toEqual({ from: 50000000n, below: 100000000n });
    expect(provenLimits(published, { ...band, value: 3 })).toBeUndefined();
    expect(provenLimits({ ...published, commitment: secret }, band)).toBeUndefined();
    expect(provenLimits(published, one('turnover'))).toBeUndefined();
    expect(provenLimits(published, one('taxOverdue.band'))).toBeUndefined();
  });

  test('an opened figure is no band, though a band has the same number', () => {
    const there = { ...context, kind: 'profile' };
    const profile = kinds.profile as NonNullable<typeof kinds.profile>;
    const { commitment, disclose } = commit({ context: there, kind: profile }, { employees: 2 }, secret);
    const [figure, band] = disclose(['employees', 'employees.band']) as [Disclosure, Disclosure];
    expect(verifyDisclosure({ context: there, commitment }, figure)).toBe(true);
    expect(provenLimits({ context: there, commitment }, figure)).toBeUndefined();
    expect(provenLimits({ context: there, commitment }, band)).toEqual({ below: 10n });
  });

  test('no salt follows from another, nor the secret from any', () => {
    const salts = open(...layoutOf(kind)).map(({ salt }) => salt);
    expect(new Set([...salts, secret]).size).toBe(salts.length + 1);
    expect(saltOf('cd'.repeat(32), 'turnover')).not.toBe(saltOf(secret, 'turnover'));
  });

  test.each<{ name: string; change: (disclosure: Disclosure) => unknown }>([
    { name: 'another value', change: (it) => ({ ...it, value: '73000001' }) },
    { name: 'the value as a number', change: (it) => ({ ...it, value: 73000000 }) },
    { name: 'another salt', change: (it) => ({ ...it, salt: secret }) },
    { name: 'a shorter path', change: (it) => ({ ...it, path: it.path.slice(1) }) },
    { name: 'a longer path', change: (it) => ({ ...it, path: [...it.path, it.path[0]] }) },
    { name: 'a path in another order', change: (it) => ({ ...it, path: it.path.toReversed() }) },
    { name: 'a fraction', change: (it) => ({ ...it, value: 0.5 }) },
    { name: 'a field more', change: (it) => ({ ...it, bank: 'cedar' }) },
    { name: 'no object', change: () => null },
  ])('refuses $name', ({ change }) => {
    expect(verifyDisclosure(published, change(one('turnover')))).toBe(false);
  });

  test('refuses every flipped bit of salt and path', () => {
    const disclosure = one('taxPaid.band');
    const flip = (hex: string, place: number) => {
      const bytes = Buffer.from(hex, 'hex');
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      return bytes.toString('hex');
    };
    for (let place = 0; place < 32; place += 1) {
      expect(verifyDisclosure(published, { ...disclosure, salt: flip(disclosure.salt, place) })).toBe(false);
      disclosure.path.forEach((hash, at) => {
        expect(verifyDisclosure(published, { ...disclosure, path: disclosure.path.with(at, flip(hash, place)) })).toBe(
          false,
        );
      });
    }
  });

  test('refuses a value under the name of another field', () => {
    // Tax paid of 900,000 shown as turnover, tax overdue of nothing shown as tax paid.
    expect(verifyDisclosure(published, { ...one('taxPaid'), leaf: 'turnover' })).toBe(false);
    expect(verifyDisclosure(published, { ...one('taxOverdue'), leaf: 'taxPaid' })).toBe(false);
    expect(verifyDisclosure(published, { ...one('turnover.band'), leaf: 'turnover' })).toBe(false);
    expect(verifyDisclosure(published, { ...one('turnover'), leaf: 'bonus' })).toBe(false);
  });

  test.each<[string, Partial<Context>]>([
    ['another subject', { subjectId: 'cedar-2' }],
    ['another version', { reference: '2' }],
    ['another owner', { owner: 'maple' }],
  ])('refuses a band replayed from %s', (_, change) => {
    const other = { ...context, ...change };
    const same = commit({ context: other, kind }, record, secret);
    // The very same record and salts, committed to elsewhere.
    expect(verifyDisclosure({ context: other, commitment: same.commitment }, one('turnover.band'))).toBe(false);
    expect(verifyDisclosure({ context: other, commitment: made.commitment }, one('turnover.band'))).toBe(false);
  });

  test('refuses a kind or schema version that nobody knows', () => {
    const strange = { ...context, kind: 'constructor' };
    expect(verifyDisclosure({ context: strange, commitment: made.commitment }, one('turnover'))).toBe(false);
    const later = { ...context, schemaVersion: 2 };
    expect(verifyDisclosure({ context: later, commitment: made.commitment }, one('turnover'))).toBe(false);
  });

  test('refuses a node passed off as a leaf, and a leaf as a node', () => {
    const hashes = open(...layoutOf(kind)).map((it) => leafOf(context, it));
    const [left, right] = hashes as [Buffer, Buffer];
    const node = createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
    // Second preimage: the two hashes as one leaf's bytes give another hash than their node.
    expect(hashLeaf(Buffer.concat([left, right])).equals(node)).toBe(false);
    const root = Buffer.from(treeRoot(hashes));
    const shortened = rootFromPath(node, { index: 0, size: hashes.length }, auditPath(hashes, 0).slice(1));
    expect(shortened === undefined || !root.equals(shortened)).toBe(true);
    // Nor can a tree with its last leaf twice pass as the tree itself.
    expect(Buffer.from(treeRoot([...hashes, hashes.at(-1) as Buffer])).equals(root)).toBe(false);
  });

  test('an owner cannot commit to two values of one field, because a leaf has one place', () => {
    const leaf = { leaf: 'turnover', salt: secret, value: '1' };
    // A dishonest tree that holds a second turnover in the place of the year.
    const hashes = open(...layoutOf(kind)).map((it) => leafOf(context, it));
    const crooked = hashes.with(1, leafOf(context, leaf));
    const commitment = createHash('sha256')
      .update(Buffer.of(2))
      .update(canonicalJson([context, crooked.length, Buffer.from(treeRoot(crooked)).toString('hex')]))
      .digest('hex');
    const path = (index: number) => auditPath(crooked, index).map((hash) => Buffer.from(hash).toString('hex'));
    expect(verifyDisclosure({ context, commitment }, { ...leaf, path: path(1) })).toBe(false);
    expect(verifyDisclosure({ context, commitment }, { ...one('turnover'), path: path(2) })).toBe(true);
  });
});

describe('kinds', () => {
  test('have ascending bounds and distinct leaves, few enough for a path', () => {
    for (const [name, of] of Object.entries(kinds)) {
      const layout = layoutOf(of);
      expect(new Set(layout).size).toBe(layout.length);
      expect(layout.length).toBeLessThan(2 ** 16);
      for (const field of Object.values(of.fields)) {
        const bounds = boundsOf(field) ?? [];
        expect(bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] as bigint))).toBe(true);
      }
      expect(findKind(name, of.schemaVersion)).toBe(of);
    }
  });

  test.each([
    { value: '9999999', band: 0 },
    { value: '10000000', band: 1 },
    { value: '1999999999', band: 4 },
    { value: '2000000000', band: 5 },
    { value: '-1', band: 0 },
    { value: null, band: null },
  ])('a turnover of $value lies in band $band', ({ value, band }) => {
    expect(bandOf(kind.fields.turnover as never, value)).toBe(band);
  });

  test('limits are open at both ends, and there are none of a band or field that has none', () => {
    const turnover = kind.fields.turnover as never;
    expect(limitsOfBand(turnover, 0)).toStrictEqual({ below: 10000000n });
    expect(limitsOfBand(turnover, 5)).toStrictEqual({ from: 2000000000n });
    expect(limitsOfBand(turnover, 6)).toBeUndefined();
    expect(limitsOfBand(turnover, -1)).toBeUndefined();
    expect(limitsOfBand(kind.fields.currency as never, 0)).toBeUndefined();
    expect(boundsOf({ type: 'count' })).toBeUndefined();
    expect(bandOf({ type: 'count' }, 5)).toBeNull();
  });

  test('take records of their own fields and types only', () => {
    expect(isRecordOf('tax', record)).toBe(true);
    expect(isRecordOf('tax', {})).toBe(false);
    expect(isRecordOf('tax', { ...record, bonus: '1' })).toBe(false);
    expect(isRecordOf('tax', { turnover: 73000000 })).toBe(false);
    expect(isRecordOf('tax', { year: 2025.5 })).toBe(false);
    expect(isRecordOf('profile', { tenure: 'LONG' })).toBe(false);
    expect(isRecordOf('profile', { foundedOn: 'yesterday' })).toBe(false);
    expect(isRecordOf('profile', { foundedOn: '2019-03-01' })).toBe(true);
    expect(isRecordOf('profile', { foundedOn: 'CNY' })).toBe(false);
    expect(isRecordOf('tax', { currency: '2019-03-01' })).toBe(false);
    expect(isRecordOf('profile', { legalName: '' })).toBe(false);
    expect(isRecordOf('toString', {})).toBe(false);
  });
});
