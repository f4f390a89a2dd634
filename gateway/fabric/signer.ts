import { type KeyObject, sign } from 'node:crypto';
import { hash, type Signer, signers } from '@hyperledger/fabric-gateway';

/** How an identity signs, as the client library's options name it. */
export interface Signing {
  signer: Signer;
  hash: typeof hash.none;
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_ORDER = ORDER >> 1n;
const SCALAR_BYTES = 32;

/**
 * Signs with OpenSSL: the library's own signer is JavaScript and takes some milliseconds, thrice a batch, in the thread
 * that serves requests. Keys of another curve than P-256 are left to the library.
 */
export function signWith(key: KeyObject): Signing {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    return { signer: signers.newPrivateKeySigner(key), hash: hash.sha256 };
  }
  return { signer: async (message) => signLowS(key, message), hash: hash.none };
}

/** An ECDSA signature of SHA-256 in DER. Fabric takes only the smaller of the two values that `s` may have. */
export function signLowS(key: KeyObject, message: Uint8Array): Uint8Array {
  const signature = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
  const s = BigInt(`0x${signature.toString('hex', SCALAR_BYTES)}`);
  const low = s > HALF_ORDER ? Buffer.from((ORDER - s).toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex') : undefined;
  const scalars = [signature.subarray(0, SCALAR_BYTES), low ?? signature.subarray(SCALAR_BYTES)].map(derInteger);
  const content = Buffer.concat(scalars);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

/** Shortest big-endian form, with a leading zero where the sign bit would be set. */
function derInteger(scalar: Uint8Array): Buffer {
  let start = 0;
  while (start < scalar.length - 1 && scalar[start] === 0) start += 1;
  const digits = scalar.subarray(start);
  const sign = (digits[0] as number) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([0x02, digits.length + sign.length, ...sign]), digits]);
}
