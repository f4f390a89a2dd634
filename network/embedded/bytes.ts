import { createHash } from 'node:crypto';

/** SHA-256 over the concatenation. */
export function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A length-delimited protobuf field, for messages whose bytes must not be parsed and written anew. */
export function protoField(number: number, bytes: Uint8Array): Buffer {
  if (bytes.length === 0) return Buffer.alloc(0);
  const head = [(number << 3) | 2];
  let length = bytes.length;
  for (; length > 0x7f; length = Math.floor(length / 128)) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
