import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '@tangram/chaincode/core/canonical.ts';

/** The gateway's own secrets; they never leave this process. */
export interface GatewaySecrets {
  /** SPKI PEM of the own P-256 key, published in the bank's profile. */
  readonly encryptionPublicKey: string;
  /** ECDH of the own static key and another bank's published one. */
  sharedSecret(otherPublicKey: string): KeyObject;
  /** Keyed digest (hex) of a value, apart per purpose, so that digests of one purpose say nothing about another. */
  digest(purpose: DigestPurpose, value: unknown): string;
}

export type DigestPurpose = 'caller' | 'payment-texts' | 'account-details' | 'account-details-key';

export interface SecretFiles {
  encryptionKeyFile: string;
  digestKeyFile: string;
}

/** Reads the encryption key (PKCS8 PEM) and the digest key (64 hex digits). Throws when either is malformed. */
export function readSecrets(files: SecretFiles): GatewaySecrets {
  const digestKeyHex = readFileSync(files.digestKeyFile, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/i.test(digestKeyHex)) throw new Error(`${files.digestKeyFile} does not hold 32 bytes in hex`);
  // Key objects, because Node takes ten times as long to look at plain bytes first.
  const digestKey = createSecretKey(digestKeyHex, 'hex');
  const encryptionKey = createPrivateKey(readFileSync(files.encryptionKeyFile));
  // Both keys are static, so there is one secret per bank; each message derives its own key from it.
  const shared = new Map<string, KeyObject>();
  return {
    sharedSecret: (otherPublicKey) => {
      const known = shared.get(otherPublicKey);
      if (known) return known;
      const publicKey = createPublicKey(otherPublicKey);
      const secret = createSecretKey(diffieHellman({ privateKey: encryptionKey, publicKey }));
      shared.set(otherPublicKey, secret);
      return secret;
    },
    encryptionPublicKey: createPublicKey(encryptionKey).export({ type: 'spki', format: 'pem' }).toString(),
    digest: (purpose, value) =>
      createHmac('sha256', digestKey)
        .update(`tangram/${purpose}/v1\n${canonicalJson(value)}`)
        .digest('hex'),
  };
}
