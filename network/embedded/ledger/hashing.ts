import { createHash, hash } from 'node:crypto';
import type { common } from '@hyperledger/fabric-protos';
import type { Version } from './types.ts';

export function sha256(...parts: Uint8Array[]): Buffer {
  if (parts.length === 1) return hash('sha256', parts[0] as Uint8Array, 'buffer');
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** The ASN.1 DER sequence (number, previous hash, data hash): what orderers sign and the next header hashes. */
export function headerBytes(header: common.BlockHeader): Buffer {
  const body = Buffer.concat([
    derInteger(header.getNumber()),
    der(0x04, header.getPreviousHash_asU8()),
    der(0x04, header.getDataHash_asU8()),
  ]);
  return der(0x30, body);
}

/** SHA-256 over the header's bytes. */
export function headerHash(header: common.BlockHeader): Buffer {
  return sha256(headerBytes(header));
}

/** SHA-256 over the transactions of a block, one after the other. */
export function dataHash(data: readonly Uint8Array[]): Buffer {
  return sha256(...(data.length === 0 ? [Buffer.alloc(0)] : data));
}

function der(tag: number, content: Uint8Array): Buffer {
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
}

function derInteger(value: number): Buffer {
  const bytes = bigEndian(value);
  if (bytes.length === 0) bytes.push(0);
  if ((bytes[0] as number) >= 0x80) bytes.unshift(0);
  return der(0x02, Buffer.from(bytes));
}

function bigEndian(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}

/** The order-preserving form in which a peer writes a version: length and big-endian bytes of block and transaction. */
export function versionBytes(version: Version): Buffer {
  const block = bigEndian(version.block);
  const tx = bigEndian(version.tx);
  return Buffer.from([block.length, ...block, tx.length, ...tx]);
}

// State keys are kept as strings of bytes (one character a byte of the UTF-8 form), so that JavaScript's string order
// is the byte order in which LevelDB and the commit hash sort.

/** The byte string of a key. */
export function byteKey(key: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant
  return /^[\x00-\x7f]*$/.test(key) ? key : Buffer.from(key, 'utf8').toString('latin1');
}

/** The byte string of raw bytes, such as a key hash. */
export function byteKeyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function keyBytes(byteString: string): Buffer {
  return Buffer.from(byteString, 'latin1');
}

/** The text of a public or private key. */
export function keyText(byteString: string): string {
  return keyBytes(byteString).toString('utf8');
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

export function sameVersion(left: Version | undefined, right: Version | undefined): boolean {
  if (!left || !right) return left === right;
  return left.block === right.block && left.tx === right.tx;
}
