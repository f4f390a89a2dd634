import { type KeyObject, sign as nodeSign, verify as nodeVerify } from 'node:crypto';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const halfOrder = order >> 1n;
const halfOrderBytes = bigintToBytes(halfOrder);

function bigintToBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

/** Range of the s value inside a DER signature, without leading zeros; null when the bytes are no such signature. */
function locateS(signature: Uint8Array): { start: number; end: number } | null {
  if (signature[0] !== 0x30 || signature[1] !== signature.length - 2 || signature[2] !== 0x02) return null;
  const sTag = 4 + (signature[3] ?? 0);
  if (signature[sTag] !== 0x02) return null;
  const end = sTag + 2 + (signature[sTag + 1] ?? 0);
  let start = sTag + 2;
  while (start < end - 1 && signature[start] === 0) start++;
  return end === signature.length ? { start, end } : null;
}

/** True for a DER signature whose s is at most half the group order, the only form a Fabric peer accepts. */
export function isLowS(signature: Uint8Array): boolean {
  const range = locateS(signature);
  if (!range) return false;
  const s = signature.subarray(range.start, range.end);
  if (s.length !== 32) return s.length < 32;
  return Buffer.compare(s, halfOrderBytes) <= 0;
}

function derInteger(value: Buffer): Buffer {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start++;
  const body = value.subarray(start);
  const padded = (body[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), body]) : body;
  return Buffer.concat([Buffer.of(0x02, padded.length), padded]);
}

/** The same signature with the small s: (r, s) and (r, n - s) verify alike, and Fabric takes only the smaller. */
export function toLowS(signature: Buffer): Buffer {
  if (isLowS(signature)) return signature;
  const range = locateS(signature);
  if (!range) throw new Error('not a DER ECDSA signature');
  const s = BigInt(`0x${signature.subarray(range.start, range.end).toString('hex')}`);
  const r = signature.subarray(2, 4 + (signature[3] ?? 0));
  const body = Buffer.concat([r, derInteger(bigintToBytes(order - s))]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** Signs the SHA-256 of the message, low-S. */
export function signLowS(message: Uint8Array, key: KeyObject): Buffer {
  return toLowS(nodeSign('sha256', message, key));
}

/** Verifies a low-S signature over the SHA-256 of the message; a high-S one is refused though it is mathematically valid. */
export function verifyLowS(message: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  return isLowS(signature) && nodeVerify('sha256', message, key, signature);
}
