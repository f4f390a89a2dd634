import { createHash } from 'node:crypto';

/** Hash of a block's header as peers compute it: SHA-256 of DER(number, previous hash, data hash), lower-case hex. */
export function hashBlockHeader(header: { number: bigint; previousHash: Uint8Array; dataHash: Uint8Array }): string {
  const fields = Buffer.concat([
    encode(0x02, integerBytes(header.number)),
    encode(0x04, header.previousHash),
    encode(0x04, header.dataHash),
  ]);
  return createHash('sha256').update(encode(0x30, fields)).digest('hex');
}

/** Tag, length (header fields stay below 128 bytes) and content. */
function encode(tag: number, content: Uint8Array): Buffer {
  if (content.length > 127) throw new Error('header field too long');
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

/** Shortest big-endian form with a leading zero where the sign bit would be set. */
function integerBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}
