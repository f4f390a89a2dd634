import { generateKeyPairSync, verify } from 'node:crypto';
import { hash } from '@hyperledger/fabric-gateway';
import { signLowS, signWith } from './signer.ts';

const HALF_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n >> 1n;

/** The integers of a DER sequence, each as the bytes that stand there. */
function integersOf(signature: Uint8Array): Buffer[] {
  const bytes = Buffer.from(signature);
  expect([bytes[0], bytes[1]]).toEqual([0x30, bytes.length - 2]);
  const integers: Buffer[] = [];
  for (let place = 2; place < bytes.length; ) {
    const length = bytes[place + 1] as number;
    expect(bytes[place]).toBe(0x02);
    integers.push(bytes.subarray(place + 2, place + 2 + length));
    place += 2 + length;
  }
  return integers;
}

describe('signLowS', () => {
  test('gives signatures that verify, with the smaller s, in the shortest form', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (let count = 0; count < 600; count += 1) {
      const message = Buffer.from(`message ${count}`);
      const signature = signLowS(privateKey, message);
      expect(verify('sha256', message, publicKey, signature)).toBe(true);
      const integers = integersOf(signature);
      expect(integers).toHaveLength(2);
      for (const [first = 0, second = 0x80] of integers) expect(first === 0 ? second >= 0x80 : first < 0x80).toBe(true);
      expect(BigInt(`0x${integers[1]?.toString('hex')}`) <= HALF_ORDER).toBe(true);
    }
  });
});

describe('signWith', () => {
  test('takes P-256 keys, and leaves others to the client library', () => {
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    expect(signWith(p256).hash).toBe(hash.none);
    expect(signWith(p384).hash).toBe(hash.sha256);
  });
});
