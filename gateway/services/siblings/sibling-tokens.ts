import { createHash, createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { jwtVerify, SignJWT } from 'jose';

export interface SiblingIdentity {
  organization: string;
  certFile: string;
  keyFile: string;
  /** Authority of the organisation; without it only the very same certificate is believed. */
  caFile?: string;
}

/** What a token vouches for. */
export interface SignedMessage {
  /** `pulse`, `book:<lane>`, or `answer:<id of the request>`. */
  purpose: string;
  body: string;
}

/** Signs and checks what gateways of one organisation say to each other, by the Fabric identity that they share. */
export interface SiblingTokens {
  sign(message: SignedMessage): Promise<{ token: string; id: string }>;
  /** Answers the token's id. Throws when another than a sibling signed, for another purpose or body, or before. */
  verify(token: string, message: SignedMessage): Promise<string>;
}

const LIFETIME_SECONDS = 30;
const CLOCK_TOLERANCE_SECONDS = 5;

/** Makes tokens of the organisation's gateways: a signature over purpose and digest of the body, good once for 30 s. */
export function createSiblingTokens(identity: SiblingIdentity): SiblingTokens {
  const key = createPrivateKey(readFileSync(identity.keyFile));
  const certificate = new X509Certificate(readFileSync(identity.certFile));
  const authority = identity.caFile === undefined ? undefined : new X509Certificate(readFileSync(identity.caFile));
  const algorithm = algorithmOf(key);
  const ownBytes = certificate.raw.toString('base64');
  const used = new Map<string, number>();
  let trusted = { bytes: ownBytes, key: certificate.publicKey };

  function keyOf(bytes: string | undefined): KeyObject {
    if (bytes === undefined) throw new Error('the token names no certificate');
    if (bytes === ownBytes) return certificate.publicKey;
    if (bytes === trusted.bytes) return trusted.key;
    const other = new X509Certificate(Buffer.from(bytes, 'base64'));
    assertSibling({ own: certificate, other, authority });
    trusted = { bytes, key: other.publicKey };
    return other.publicKey;
  }

  return {
    sign: async ({ purpose, body }) => {
      const id = randomUUID();
      const token = await new SignJWT({ purpose, digest: digestOf(body) })
        .setProtectedHeader({ alg: algorithm, x5c: [ownBytes] })
        .setAudience(identity.organization)
        .setJti(id)
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME_SECONDS}s`)
        .sign(key);
      return { token, id };
    },
    verify: async (token, { purpose, body }) => {
      const { payload } = await jwtVerify(token, ({ x5c }) => keyOf(x5c?.[0]), {
        audience: identity.organization,
        algorithms: ['ES256', 'ES384', 'EdDSA'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        maxTokenAge: LIFETIME_SECONDS,
        requiredClaims: ['exp', 'jti'],
      });
      if (payload.purpose !== purpose || payload.digest !== digestOf(body)) throw new Error('signed something else');
      const id = payload.jti as string;
      if (used.has(id)) throw new Error('the token was used before');
      forgetExpired(used);
      used.set(id, Date.now() + (LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS) * 1000);
      return id;
    },
  };
}

/** The same service under a renewed certificate: same authority, same subject, in force now. */
function assertSibling(found: {
  own: X509Certificate;
  other: X509Certificate;
  authority: X509Certificate | undefined;
}): void {
  const { own, other, authority } = found;
  const now = Date.now();
  const isOurs =
    authority !== undefined &&
    other.checkIssued(authority) &&
    other.verify(authority.publicKey) &&
    other.subject === own.subject &&
    Date.parse(other.validFrom) <= now &&
    now <= Date.parse(other.validTo);
  if (!isOurs) throw new Error("the certificate is not that of this organisation's gateways");
}

function algorithmOf(key: KeyObject): string {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'prime256v1') return 'ES256';
  if (curve === 'secp384r1') return 'ES384';
  throw new Error('siblings sign with an identity key on P-256, P-384 or Ed25519');
}

const digestOf = (body: string): string => createHash('sha256').update(body).digest('hex');

/** Ids come in the order of their expiry. */
function forgetExpired(used: Map<string, number>): void {
  const now = Date.now();
  for (const [id, expiresAt] of used) {
    if (expiresAt > now) return;
    used.delete(id);
  }
}
