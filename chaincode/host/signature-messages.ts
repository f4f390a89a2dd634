import { SIGNATURE_ALGORITHMS, type SignatureCheck } from '../core/signatures.ts';
import { ByteReader, ByteWriter } from '../core/wire/bytes.ts';

/** Writes checks one after the other into memory of their own, which is handed to a worker, not copied. */
export function packChecks(checks: readonly SignatureCheck[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(checks.length * 512 + 16);
  writer.varint(checks.length);
  for (const { algorithm, publicKey, message, signature } of checks) {
    writer.byte(SIGNATURE_ALGORITHMS.indexOf(algorithm));
    writer.text(publicKey);
    writer.text(message);
    writer.text(signature);
  }
  return new Uint8Array(writer.view());
}

/** Reads what packChecks wrote. Throws a RangeError where the bytes are none. */
export function unpackChecks(bytes: Uint8Array): SignatureCheck[] {
  const reader = new ByteReader(bytes);
  return Array.from({ length: reader.varint() }, () => {
    const algorithm = SIGNATURE_ALGORITHMS[reader.byte()];
    if (algorithm === undefined) throw new RangeError('a check is of no known algorithm');
    return { algorithm, publicKey: reader.text(), message: reader.text(), signature: reader.text() };
  });
}
