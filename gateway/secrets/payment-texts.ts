import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { canonicalJson } from '@tangram/chaincode/core/canonical.ts';
import { keepSealed, takeSealed } from './sealed-texts.ts';
import type { GatewaySecrets } from './secrets.ts';

/** Texts that only the debtor's and the creditor's bank may read. */
export interface PaymentTexts {
  endToEndId?: string;
  remittance?: string;
  debtorName?: string;
  creditorName?: string;
}

/*
 * Format v1, as it stands in a payment's `texts` field:
 *
 *   "1." base64url(salt, 16 bytes || ciphertext || tag, 16 bytes)
 *
 * shared = ECDH P-256 (own static private key, other bank's published static key)
 * key    = HKDF-SHA256(shared, salt, info "tangram/payment-texts/v1" || 0x00 || paymentId), 32 bytes key, 12 bytes nonce
 * text   = AES-256-GCM(key, nonce, AAD = paymentId, canonical JSON of the texts)
 *
 * Key and nonce come from a fresh random salt per message, so no pair is ever used twice. Static-static, so that the
 * sending bank can read its own payments again when its read model is rebuilt. A stolen long-lived key of either bank
 * opens past texts between the two: that is the price, and rotation by publishing a new profile key limits it.
 */
const VERSION = '1';
const SALT_BYTES = 16;
const TAG_BYTES = 16;

/** Encrypts texts for the two banks of a payment. */
export function encryptTexts(
  secrets: GatewaySecrets,
  message: { paymentId: string; otherPublicKey: string; texts: PaymentTexts },
): string {
  const salt = randomBytes(SALT_BYTES);
  const { key, nonce } = deriveKey(secrets, { ...message, salt });
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(message.paymentId));
  const body = Buffer.concat([cipher.update(canonicalJson(message.texts), 'utf8'), cipher.final()]);
  const ciphertext = `${VERSION}.${Buffer.concat([salt, body, cipher.getAuthTag()]).toString('base64url')}`;
  keepSealed(secrets, { ...message, ciphertext }, message.texts);
  return ciphertext;
}

/** Decrypts texts of a payment of the own bank; undefined when they are not for it, or were tampered with. */
export function decryptTexts(
  secrets: GatewaySecrets,
  message: { paymentId: string; otherPublicKey: string; texts: string },
): PaymentTexts | undefined {
  const own = takeSealed(secrets, { ...message, ciphertext: message.texts });
  if (own) return readableTexts(own);
  const [version, encoded] = message.texts.split('.');
  if (version !== VERSION || encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.length < SALT_BYTES + TAG_BYTES) return undefined;
  try {
    const { key, nonce } = deriveKey(secrets, { ...message, salt: bytes.subarray(0, SALT_BYTES) });
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(Buffer.from(message.paymentId));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = bytes.subarray(SALT_BYTES, -TAG_BYTES);
    const text = Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    return readableTexts(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const FIELDS = ['endToEndId', 'remittance', 'debtorName', 'creditorName'] as const;
// What is no character of XML 1.0: databases and statements cannot hold it.
const NOT_TEXT = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

// The other bank wrote what is inside the ciphertext, so the ledger checked none of it. A value that a database cannot
// hold would stop the read model at this block for ever.
function readableTexts(value: unknown): PaymentTexts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    FIELDS.map((field) => [field, given[field]]).filter(([, text]) => isReadable(text)),
  ) as PaymentTexts;
}

function isReadable(text: unknown): text is string {
  return typeof text === 'string' && !NOT_TEXT.test(text);
}

/** Equal for equal texts of one payment, and says nothing to whoever lacks the gateway's digest key. */
export function digestTexts(secrets: GatewaySecrets, message: { paymentId: string; texts: PaymentTexts }): string {
  return secrets.digest('payment-texts', message);
}

function deriveKey(
  secrets: GatewaySecrets,
  message: { paymentId: string; otherPublicKey: string; salt: Uint8Array },
): { key: KeyObject; nonce: Uint8Array } {
  const shared = secrets.sharedSecret(message.otherPublicKey);
  const info = Buffer.from(`tangram/payment-texts/v1\0${message.paymentId}`);
  const bytes = new Uint8Array(hkdfSync('sha256', shared, message.salt, info, 44));
  return { key: createSecretKey(bytes.subarray(0, 32)), nonce: bytes.subarray(32) };
}
