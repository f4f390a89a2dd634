import { generateKeyPairSync, sign } from 'node:crypto';
import { isLowS, signLowS, toLowS, verifyLowS } from './ecdsa.ts';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function readS(signature: Buffer): bigint {
  const at = 4 + (signature[3] ?? 0);
  return BigInt(`0x${signature.subarray(at + 2).toString('hex')}`);
}

describe('low-S signatures', () => {
  test('are the only ones made, and verify', () => {
    for (let index = 0; index < 50; index++) {
      const message = Buffer.from(`message ${index}`);
      const signature = signLowS(message, privateKey);
      expect(isLowS(signature)).toBe(true);
      expect(readS(signature) <= order >> 1n).toBe(true);
      expect(verifyLowS(message, signature, publicKey)).toBe(true);
    }
  });

  test('replace high ones, which are refused though they are valid', () => {
    const message = Buffer.from('message');
    let signature = sign('sha256', message, privateKey);
    while (isLowS(signature)) signature = sign('sha256', message, privateKey);

    expect(verifyLowS(message, signature, publicKey)).toBe(false);
    expect(readS(toLowS(signature))).toBe(order - readS(signature));
    expect(verifyLowS(message, toLowS(signature), publicKey)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['a truncated sequence', '3006020101'],
    ['another tag', '3106020101020101'],
    ['trailing bytes', '300602010102010100'],
  ])('are not found in %s', (_, hex) => {
    expect(isLowS(Buffer.from(hex, 'hex'))).toBe(false);
    expect(verifyLowS(Buffer.from('m'), Buffer.from(hex, 'hex'), publicKey)).toBe(false);
  });
});
