import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

/*
 * Format v1 of credit data at rest:
 *
 *   "1." base64url(salt, 16 bytes || ciphertext || tag, 16 bytes)
 *
 * salt   = first 16 bytes of HMAC-SHA256(record secret, place || 0x00 || text)
 * key    = HKDF-SHA256(subject key, salt, info "tangram/credit-data/v1" || 0x00 || place), 32 bytes key, 12 bytes nonce
 * sealed = AES-256-GCM(key, nonce, AAD = place, text)
 *
 * Chaincode must not draw random numbers, so the salt follows from a secret that is new for every version and from the
 * text itself: two texts never share a key and nonce, and the same deposit made twice gives the same bytes. The subject
 * key never reaches the ledger: where it is destroyed, every copy of these bytes is noise.
 */
const VERSION = '1';
const SALT_BYTES = 16;
const TAG_BYTES = 16;

/** Where sealed bytes belong: they open in no other place. */
export interface SealingKey {
  /** 32 bytes, hex. */
  readonly subjectKey: string;
  readonly place: string;
}

/** Seals a text under a subject's key; `secret` is the record's own, in hex. */
export function seal({ subjectKey, place }: SealingKey, secret: string, text: string): string {
  const salt = createHmac('sha256', Buffer.from(secret, 'hex'))
    .update(`${place}\0${text}`)
    .digest()
    .subarray(0, SALT_BYTES);
  const { key, nonce } = derive({ subjectKey, place }, salt);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${VERSION}.${Buffer.concat([salt, body, cipher.getAuthTag()]).toString('base64url')}`;
}

/** The text; undefined under another key, in another place, or after any change of a byte. */
export function unseal(key: SealingKey, sealed: string): string | undefined {
  const [version, encoded, more] = sealed.split('.');
  if (version !== VERSION || encoded === undefined || more !== undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64url');
  // One writing of the bytes only: base64 that other texts decode to alike is refused.
  if (bytes.length < SALT_BYTES + TAG_BYTES || bytes.toString('base64url') !== encoded) return undefined;
  const derived = derive(key, bytes.subarray(0, SALT_BYTES));
  const decipher = createDecipheriv('aes-256-gcm', derived.key, derived.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(key.place));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(SALT_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function derive({ subjectKey, place }: SealingKey, salt: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const info = `tangram/credit-data/v1\0${place}`;
  const bytes = new Uint8Array(hkdfSync('sha256', Buffer.from(subjectKey, 'hex'), salt, info, 44));
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) };
}
