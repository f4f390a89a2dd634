import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { type Context, commit, commitmentOf, leafOf, saltOf } from './disclosure/commitment.ts';
import { hashLeaf, treeRoot } from './disclosure/merkle-tree.ts';
import { seal, unseal } from './sealing.ts';
import { isPublicKey, publicKeyOf, sharedKeyOf } from './transfer-key.ts';

/*
 * What other programs and later versions must read: worked out here once more from the descriptions alone, so that no
 * change of a label, an order or a length goes unseen.
 */
const hex = (text: string) => Buffer.from(text, 'hex');
const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

describe('sealed data, version 1', () => {
  const subjectKey = '11'.repeat(32);
  const place = 'cedar/S-1/tax/1';
  const secret = '22'.repeat(32);

  test('is salt, ciphertext and tag under a key that follows from salt and place', async () => {
    const [version, encoded = ''] = seal({ subjectKey, place }, secret, 'text').split('.');
    const bytes = Buffer.from(encoded, 'base64url');
    expect(version).toBe('1');
    expect(bytes.length).toBe(16 + 4 + 16);

    const salt = createHmac('sha256', hex(secret)).update(`${place}\0text`).digest().subarray(0, 16);
    expect(bytes.subarray(0, 16)).toEqual(salt);
    const derived = Buffer.from(hkdfSync('sha256', hex(subjectKey), salt, `tangram/credit-data/v1\0${place}`, 44));
    const { subtle } = globalThis.crypto;
    const key = await subtle.importKey('raw', derived.subarray(0, 32), 'AES-GCM', false, ['decrypt']);
    const parameters = { name: 'AES-GCM', iv: derived.subarray(32, 44), additionalData: Buffer.from(place) };
    expect(Buffer.from(await subtle.decrypt(parameters, key, bytes.subarray(16))).toString()).toBe('text');
  });

  test('may be of no text at all, and no shorter', () => {
    const sealed = seal({ subjectKey, place }, secret, '');
    expect(unseal({ subjectKey, place }, sealed)).toBe('');
    const bytes = Buffer.from(sealed.slice(2), 'base64url');
    expect(bytes.length).toBe(32);
    expect(unseal({ subjectKey, place }, `1.${bytes.subarray(0, 31).toString('base64url')}`)).toBeUndefined();
    expect(unseal({ subjectKey, place }, '1')).toBeUndefined();
    expect(unseal({ subjectKey, place }, `1.${sealed.slice(2)}!`)).toBeUndefined();
  });
});

describe('a transfer key', () => {
  // RFC 7748, 6.1: Bob's secret, both public keys and what they have in common.
  const bobsSecret = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
  const bobsPublic = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
  const alicesPublic = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
  const common = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';

  test('follows from the secret of both, with their public keys bound in', () => {
    expect(publicKeyOf(bobsSecret)).toBe(bobsPublic);
    const keys = `${alicesPublic}${bobsPublic}`;
    const derived = Buffer.from(hkdfSync('sha256', hex(common), keys, 'tangram/credit-share/v1', 32)).toString('hex');
    expect(sharedKeyOf(bobsSecret, alicesPublic)).toBe(derived);
  });

  test('is the same on both sides', () => {
    const other = '3c'.repeat(32);
    expect(sharedKeyOf(other, bobsPublic)).toBe(sharedKeyOf(bobsSecret, publicKeyOf(other)));
  });

  test('is none with a point of small order, or with what is no key', () => {
    // RFC 7748, 6.1 and 7: all zeros, and one, give zero whatever the secret.
    for (const weak of ['00'.repeat(32), `01${'00'.repeat(31)}`]) {
      expect(sharedKeyOf(bobsSecret, weak)).toBeUndefined();
      expect(isPublicKey(weak)).toBe(false);
    }
    expect(isPublicKey(alicesPublic)).toBe(true);
    expect(isPublicKey('abcd')).toBe(false);
  });
});

describe('a commitment, version 1', () => {
  const context: Context = { owner: 'cedar', subjectId: 'cedar-1', kind: 'it', schemaVersion: 1, reference: '1' };
  const written = '{"kind":"it","owner":"cedar","reference":"1","schemaVersion":1,"subjectId":"cedar-1"}';
  const secret = '22'.repeat(32);
  const kind = {
    schemaVersion: 1,
    fields: { year: { type: 'count' as const }, name: { type: 'text' as const, mostCharacters: 9 } },
  };

  test('is over salted leaves in the order of the fields, their count and their context', () => {
    const salt = (leaf: string) =>
      createHmac('sha256', hex(secret)).update(`tangram/credit-leaf/v1\n${leaf}`).digest('hex');
    expect(saltOf(secret, 'year')).toBe(salt('year'));
    const leaf = (name: string, value: string) =>
      sha256(Buffer.of(0), `[${written},"${name}","${salt(name)}",${value}]`);
    const [year, name] = [leaf('year', '2025'), leaf('name', 'null')];
    expect(leafOf(context, { leaf: 'year', salt: salt('year'), value: 2025 })).toEqual(year);
    const root = sha256(Buffer.of(1), year, name);
    const commitment = sha256(Buffer.of(2), `[${written},2,"${root.toString('hex')}"]`).toString('hex');
    const made = commit({ context, kind }, { year: 2025 }, secret);
    expect(made.commitment).toBe(commitment);
    expect(commitmentOf(context, 2, root)).toBe(commitment);
    expect(made.disclose(['name', 'year'])).toEqual([
      { leaf: 'name', salt: salt('name'), value: null, path: [year.toString('hex')] },
      { leaf: 'year', salt: salt('year'), value: 2025, path: [name.toString('hex')] },
    ]);
    expect(() => made.disclose(['bonus'])).toThrow('no leaf bonus');
  });

  test('of one leaf is over the leaf itself, and of none there is none', () => {
    const leaf = hashLeaf(Buffer.from('it'));
    expect(leaf).toEqual(sha256(Buffer.of(0), 'it'));
    expect(treeRoot([leaf])).toBe(leaf);
    expect(() => treeRoot([])).toThrow('at least one leaf');
  });
});
