import { generateKeyPairSync, sign } from 'node:crypto';
import type { SignatureCheck } from './signatures.ts';
import { isSignatureValid, readPublicKey } from './verify-signature.ts';

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');

// RFC 6979, appendix A.2.5: ECDSA, 256 bits, with SHA-256.
const RFC_6979_KEY = base64(
  '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
);
const VECTORS: readonly (SignatureCheck & { source: string })[] = [
  {
    source: 'RFC 6979 A.2.5 "sample"',
    algorithm: 'ES256',
    publicKey: RFC_6979_KEY,
    message: 'sample',
    signature: base64(
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ),
  },
  {
    source: 'RFC 6979 A.2.5 "test"',
    algorithm: 'ES256',
    publicKey: RFC_6979_KEY,
    message: 'test',
    signature: base64(
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    ),
  },
  {
    source: 'RFC 8032 7.1 TEST 1',
    algorithm: 'Ed25519',
    publicKey: base64('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
    message: '',
    signature: base64(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    ),
  },
  {
    source: 'RFC 8032 7.1 TEST 2',
    algorithm: 'Ed25519',
    publicKey: base64('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
    message: 'r',
    signature: base64(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    ),
  },
];

describe.each(VECTORS)('the published signature of $source', ({ source: _source, ...check }) => {
  const flipped = (text: string, place: number) => {
    const bytes = Buffer.from(text, 'base64url');
    bytes[place] = (bytes[place] as number) ^ 1;
    return bytes.toString('base64url');
  };

  test('is good', () => {
    expect(isSignatureValid(check)).toBe(true);
  });

  test.each([0, 31, 32, 63])('is not good any more with a bit changed in byte %i', (place) => {
    expect(isSignatureValid({ ...check, signature: flipped(check.signature, place) })).toBe(false);
  });

  test('is not good for another message, nor of another key', () => {
    expect(isSignatureValid({ ...check, message: `${check.message}\n` })).toBe(false);
    const other = VECTORS.find(
      ({ algorithm, publicKey }) => algorithm === check.algorithm && publicKey !== check.publicKey,
    );
    const publicKey = other?.publicKey ?? flipped(check.publicKey, 64);
    expect(isSignatureValid({ ...check, publicKey })).toBe(false);
  });

  test('is not good under the other algorithm, and no form of it ends the process', () => {
    const algorithm = check.algorithm === 'ES256' ? 'Ed25519' : 'ES256';
    expect(isSignatureValid({ ...check, algorithm })).toBe(false);
    for (const signature of ['', 'AA', check.signature.slice(2), base64('00'.repeat(64)), base64('ff'.repeat(64))]) {
      expect(isSignatureValid({ ...check, signature })).toBe(false);
    }
  });
});

test('verifies what node:crypto verifies, also where r or s begins with zeros', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65).toString('base64url');
  let short = 0;
  // One in 128 signatures has such an r or s.
  for (let round = 0; short < 3 && round < 10_000; round += 1) {
    const message = `message ${round}`;
    const bytes = sign('sha256', Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    if (bytes[0] !== 0 && bytes[32] !== 0 && round > 20) continue;
    if (bytes[0] === 0 || bytes[32] === 0) short += 1;
    const check = { algorithm: 'ES256', publicKey: key, message, signature: bytes.toString('base64url') } as const;
    expect(isSignatureValid(check)).toBe(true);
    expect(isSignatureValid({ ...check, message: `${message}!` })).toBe(false);
  }
  expect(short).toBe(3);
});

test('reads no key whose point is not on the curve, or whose length is another', () => {
  expect(() => readPublicKey('ES256', base64(`04${'07'.repeat(64)}`))).toThrow();
  expect(() => readPublicKey('Ed25519', base64('07'.repeat(31)))).toThrow('another length');
});
