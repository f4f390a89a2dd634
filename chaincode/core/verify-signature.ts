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

/** A function of the check and of nothing else: every endorser finds the same. */
export function isSignatureValid({ algorithm, publicKey, message, signature }: SignatureCheck): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  try {
    const key = keys.get(algorithm, publicKey);
    if (algorithm === 'Ed25519') return verify(null, Buffer.from(message), key, bytes);
    return verify('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' }, bytes);
  } catch {
    // No key of that algorithm, or no signature in form.
    return false;
  }
}

/** Verifies where it stands, one after the other. */
export const verifyHere: VerifySignatures = async (checks) => checks.map(isSignatureValid);
