import { SIGNATURE_ALGORITHMS } from '../signatures.ts';
import type { ByteReader, ByteWriter } from '../wire/bytes.ts';
import { bytesCodec, keyIdCodec } from '../wire/text-codecs.ts';
import { HOLDING_STATUSES, type Holding, type SigningKey } from './holding.ts';

/*
 * A status byte: number of the status, plus 128 where keys follow: their count, then each: number of the algorithm,
 * key id in 8 bytes, public key after its length. An account without keys pays nothing for them.
 */
const WITH_KEYS = 128;

export function writeStatus(writer: ByteWriter, { status, keys }: Pick<Holding, 'status' | 'keys'>): void {
  writer.byte(HOLDING_STATUSES.indexOf(status) + (keys === undefined ? 0 : WITH_KEYS));
  if (keys === undefined) return;
  writer.varint(keys.length);
  for (const { keyId, algorithm, publicKey } of keys) {
    writer.byte(SIGNATURE_ALGORITHMS.indexOf(algorithm));
    keyIdCodec.write(writer, keyId);
    bytesCodec.write(writer, publicKey);
  }
}

/** Throws a RangeError where the bytes are no status. */
export function readStatus(reader: ByteReader): Pick<Holding, 'status' | 'keys'> {
  const byte = reader.byte();
  const status = HOLDING_STATUSES[byte % WITH_KEYS];
  if (status === undefined) throw new RangeError('a status is not known');
  if (byte < WITH_KEYS) return { status };
  const keys: SigningKey[] = [];
  for (let rest = reader.varint(); rest > 0; rest -= 1) {
    const algorithm = SIGNATURE_ALGORITHMS[reader.byte()];
    if (algorithm === undefined) throw new RangeError('an algorithm is not known');
    keys.push({ algorithm, keyId: keyIdCodec.read(reader), publicKey: bytesCodec.read(reader) });
  }
  return { status, keys };
}
