import { createHash } from 'node:crypto';
import type { SigningKey } from '../core/book/holding.ts';
import type { PublicKey } from '../core/fields.ts';
import { readPublicKey } from '../core/verify-signature.ts';
import { errors } from './errors.ts';

/** Keys with the ids that signatures name them by. Refuses: SIGNING_KEY_INVALID. */
export function readSigningKeys(keys: readonly PublicKey[]): SigningKey[] {
  return keys.map(({ algorithm, publicKey }, place) => {
    if (!isKey({ algorithm, publicKey })) throw errors.SIGNING_KEY_INVALID({ position: place + 1, algorithm });
    return { keyId: keyIdOf(publicKey), algorithm, publicKey };
  });
}

function isKey({ algorithm, publicKey }: PublicKey): boolean {
  try {
    readPublicKey(algorithm, publicKey);
    return true;
  } catch {
    return false;
  }
}

/** First 16 hex digits of the SHA-256 of the key's bytes. */
export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16);
}
