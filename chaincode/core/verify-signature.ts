import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { SignatureAlgorithm, SignatureCheck, VerifySignatures } from './signatures.ts';

/** SubjectPublicKeyInfo up to the key itself. */
const PREFIXES: Record<SignatureAlgorithm, Buffer> = {
  ES256: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
  Ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
};
const LENGTHS: Record<SignatureAlgorithm, number> = { ES256: 65, Ed25519: 32 };

/** Parsing a key costs half of a verification, so those used last are kept; each takes about a kilobyte. */
const KEYS_MAX = 50_000;

/** Public keys that were parsed; the one used longest ago leaves first. */
class KeyCache {
  readonly #keys = new Map<string, KeyObject>();

  get(algorithm: SignatureAlgorithm, publicKey: string): KeyObject {
    const found = this.#keys.get(publicKey);
    if (found !== undefined) this.#keys.delete(publicKey);
    const key = found ?? readPublicKey(algorithm, publicKey);
    this.#keys.set(publicKey, key);
    if (this.#keys.size > KEYS_MAX) this.#keys.delete(this.#keys.keys().next().value as string);
    return key;
  }
}

/** Throws where the bytes are no public key, for ES256 also where they are no point of the curve. */
export function readPublicKey(algorithm: SignatureAlgorithm, publicKey: string): KeyObject {
  const bytes = Buffer.from(publicKey, 'base64url');
  if (bytes.length !== LENGTHS[algorithm]) throw new RangeError('a public key has another length');
  return createPublicKey({ key: Buffer.concat([PREFIXES[algorithm], bytes]), format: 'der', type: 'spki' });
}

const keys = new KeyCache();

/**
 * r and s as DER. node:crypto would take them as they are, but only beside its options, and a key among options costs
 * half as much again as the verification itself.
 */
function derOf(signature: Buffer): Buffer {
  const der = Buffer.allocUnsafe(72);
  let at = 2;
  for (const start of [0, 32]) {
    let first = start;
    while (first < start + 31 && signature[first] === 0) first += 1;
    const sign = (signature[first] as number) > 127 ? 1 : 0;
    der[at] = 2;
    der[at + 1] = start + 32 - first + sign;
    der[at + 2] = 0;
    signature.copy(der, at + 2 + sign, first, start + 32);
    at += 2 + sign + start + 32 - first;
  }
  der[0] = 0x30;
  der[1] = at - 2;
  return der.subarray(0, at);
}

/** A function of the check and of nothing else: every endorser finds the same. */
export function isSignatureValid({ algorithm, publicKey, message, signature }: SignatureCheck): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  try {
    const key = keys.get(algorithm, publicKey);
    if (algorithm === 'Ed25519') return verify(null, Buffer.from(message), key, bytes);
    return bytes.length === 64 && verify('sha256', Buffer.from(message), key, derOf(bytes));
  } catch {
    // No key of that algorithm, or no signature in form.
    return false;
  }
}

/** Verifies where it stands, one after the other. */
export const verifyHere: VerifySignatures = async (checks) => checks.map(isSignatureValid);
