import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';

// RFC 8410: what stands before the 32 bytes of an X25519 key.
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/** Public X25519 key (hex) of a secret of 32 bytes (hex). */
export function publicKeyOf(secret: string): string {
  const der = createPublicKey(privateKeyFrom(secret)).export({ format: 'der', type: 'spki' });
  return der.subarray(-32).toString('hex');
}

/**
 * Key (hex) that the holder of a secret and the holder of another's public key have in common (X25519, RFC 7748); the
 * two public keys are bound into it. Undefined for a public key that gives no secret at all.
 */
export function sharedKeyOf(secret: string, otherPublicKey: string): string | undefined {
  const keys = [publicKeyOf(secret), otherPublicKey].sort().join('');
  try {
    const shared = diffieHellman({ privateKey: privateKeyFrom(secret), publicKey: publicKeyFrom(otherPublicKey) });
    return Buffer.from(hkdfSync('sha256', shared, keys, 'tangram/credit-share/v1', 32)).toString('hex');
  } catch {
    return undefined;
  }
}

/** Whether a secret can be shared with the holder of a public key: some 32 bytes are points of small order. */
export function isPublicKey(publicKey: string): boolean {
  return sharedKeyOf(PROBE, publicKey) !== undefined;
}

// Any secret shows whether a public key has small order.
const PROBE = '77'.repeat(32);

function privateKeyFrom(secret: string): KeyObject {
  const der = Buffer.concat([PRIVATE_PREFIX, Buffer.from(secret, 'hex')]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function publicKeyFrom(publicKey: string): KeyObject {
  const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, 'hex')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}
