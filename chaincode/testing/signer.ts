import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { CustomerSignature, PublicKey } from '../core/fields.ts';

/** A customer with a key of their own. */
export interface TestSigner {
  readonly key: PublicKey;
  readonly keyId: string;
  /** Signs lines as the guide writes them: those given after channel and bank, each ended by a line feed. */
  sign(lines: readonly string[], place?: { channel?: string; bank?: string }): CustomerSignature;
}

/** A new key pair and what it signs, written without the product's own code, so that tests compare two readings. */
export function newSigner(algorithm: PublicKey['algorithm']): TestSigner {
  const pair =
    algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const der = pair.publicKey.export({ format: 'der', type: 'spki' });
  const bytes = der.subarray(algorithm === 'ES256' ? -65 : -32);
  const keyId = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return {
    key: { algorithm, publicKey: bytes.toString('base64url') },
    keyId,
    sign(lines, { channel = 'finance', bank = 'cedar' } = {}) {
      const all = ['tangram-signature-v1', `channel=${channel}`, `bank=${bank}`, ...lines];
      const text = Buffer.from(all.map((line) => `${line}\n`).join(''));
      const options = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const value = sign(algorithm === 'ES256' ? 'sha256' : null, text, options);
      return { keyId, value: value.toString('base64url') };
    },
  };
}
