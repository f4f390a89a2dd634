import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decryptTexts, digestTexts, encryptTexts } from './payment-texts.ts';
import { type GatewaySecrets, readSecrets } from './secrets.ts';

describe('payment texts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-texts-'));
  const makeSecrets = (name: string): GatewaySecrets => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const encryptionKeyFile = join(folder, `${name}.pem`);
    const digestKeyFile = join(folder, `${name}.key`);
    writeFileSync(encryptionKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(digestKeyFile, randomBytes(32).toString('hex'));
    return readSecrets({ encryptionKeyFile, digestKeyFile });
  };
  const [cedar, maple, pine] = ['cedar', 'maple', 'pine'].map(makeSecrets) as [
    GatewaySecrets,
    GatewaySecrets,
    GatewaySecrets,
  ];
  const texts = { endToEndId: 'E2E-1', remittance: '货款 7' };
  const sealed = encryptTexts(cedar, { paymentId: 'p-1', otherPublicKey: maple.encryptionPublicKey, texts });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('both banks of the payment read them, no other bank does', () => {
    const from = (secrets: GatewaySecrets, other: GatewaySecrets) =>
      decryptTexts(secrets, { paymentId: 'p-1', otherPublicKey: other.encryptionPublicKey, texts: sealed });
    expect(from(maple, cedar)).toEqual(texts);
    expect(from(cedar, maple)).toEqual(texts);
    expect(from(pine, cedar)).toBeUndefined();
    expect(from(pine, maple)).toBeUndefined();
  });

  test('the sender reads its own again and again, from memory and from the ciphertext alike', () => {
    const sent = { paymentId: 'p-9', otherPublicKey: maple.encryptionPublicKey };
    const text = encryptTexts(cedar, { ...sent, texts: { ...texts, debtorName: 'a\u0000b' } });
    const reads = [1, 2, 3].map(() => decryptTexts(cedar, { ...sent, texts: text }));
    expect(reads).toEqual([texts, texts, texts]);
    const other = encryptTexts(cedar, { ...sent, texts });
    expect(decryptTexts(cedar, { ...sent, paymentId: 'p-8', texts: other })).toBeUndefined();
  });

  test('a ciphertext belongs to its payment, is never repeated, and shows any change', () => {
    const open = (paymentId: string, text: string) =>
      decryptTexts(maple, { paymentId, otherPublicKey: cedar.encryptionPublicKey, texts: text });
    expect(open('p-2', sealed)).toBeUndefined();
    expect(encryptTexts(cedar, { paymentId: 'p-1', otherPublicKey: maple.encryptionPublicKey, texts })).not.toBe(
      sealed,
    );
    const bytes = Buffer.from(sealed.slice(2), 'base64url');
    for (const index of [0, 20, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(open('p-1', `1.${changed.toString('base64url')}`)).toBeUndefined();
    }
    expect(open('p-1', `2.${sealed.slice(2)}`)).toBeUndefined();
    expect(sealed).toMatch(/^[A-Za-z0-9+/=_.-]+$/);
  });

  test.each([
    { name: 'no object', hostile: null, read: undefined },
    { name: 'a field of another type', hostile: { remittance: { a: 1 }, endToEndId: 'E' }, read: { endToEndId: 'E' } },
    { name: 'a zero character', hostile: { remittance: 'a\u0000b', endToEndId: 'E' }, read: { endToEndId: 'E' } },
    { name: 'half a character', hostile: { remittance: 'a\ud800', endToEndId: 'E' }, read: { endToEndId: 'E' } },
    { name: 'a field of its own', hostile: { block: 1 }, read: {} },
  ])('leaves out what the other bank may have put inside: $name', ({ hostile, read }) => {
    const key = { paymentId: 'p-1', otherPublicKey: maple.encryptionPublicKey };
    const sent = encryptTexts(cedar, { ...key, texts: hostile as never });
    const otherPublicKey = cedar.encryptionPublicKey;
    expect(decryptTexts(maple, { paymentId: 'p-1', otherPublicKey, texts: sent })).toEqual(read);
  });

  test('equal texts have equal digests at one gateway, and say nothing at another', () => {
    expect(digestTexts(cedar, { paymentId: 'p-1', texts: { ...texts } })).toBe(
      digestTexts(cedar, { paymentId: 'p-1', texts: { remittance: '货款 7', endToEndId: 'E2E-1' } }),
    );
    expect(digestTexts(cedar, { paymentId: 'p-2', texts })).not.toBe(digestTexts(cedar, { paymentId: 'p-1', texts }));
    expect(digestTexts(maple, { paymentId: 'p-1', texts })).not.toBe(digestTexts(cedar, { paymentId: 'p-1', texts }));
  });
});
