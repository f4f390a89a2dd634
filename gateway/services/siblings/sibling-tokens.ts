import {
  createHash,
  createPrivateKey,
  type KeyObject,
  randomUUID,
  sign as signBytes,
  verify as verifyBytes,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';

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
  sign(message: SignedMessage): { token: string; id: string };
  /** Answers the token's id. Throws when another than a sibling signed, for another purpose or body, or before. */
  verify(token: string, message: SignedMessage): string;
}

interface Claims {
  /** The organisation: a token for one is none for another, whoever signed it. */
  audience: string;
  purpose: string;
  digest: string;
  id: string;
  /** Milliseconds since 1970. */
  signedAt: number;
  certificate: string;
}

/** How old a token may be, and how far two gateways' clocks may be apart. */
const AGE_MILLISECONDS_MAX = 30_000;
const TOKEN_LENGTH_MAX = 8_192;

/**
 * Makes tokens of the organisation's gateways: claims and their signature, good once for 30 s. Signed at once and not in
 * the crypto library's threads: a heartbeat that waits for a busy processor twice as often looks twice as dead.
 */
export function createSiblingTokens(identity: SiblingIdentity): SiblingTokens {
  const key = createPrivateKey(readFileSync(identity.keyFile));
  const certificate = new X509Certificate(readFileSync(identity.certFile));
  const authority = identity.caFile === undefined ? undefined : new X509Certificate(readFileSync(identity.caFile));
  const ownBytes = certificate.raw.toString('base64');
  const used = new Map<string, number>();

  function keyOf(bytes: string): KeyObject {
    if (bytes === ownBytes) return certificate.publicKey;
    const other = new X509Certificate(Buffer.from(bytes, 'base64'));
    assertSibling({ own: certificate, other, authority });
    return other.publicKey;
  }

  function parse(token: string): Claims {
    const [text = '', signature = ''] = token.length > TOKEN_LENGTH_MAX ? [] : token.split('.');
    const bytes = Buffer.from(text, 'base64url');
    const claims = JSON.parse(bytes.toString('utf8')) as Claims;
    const publicKey = keyOf(claims.certificate);
    const isSigned = verifyBytes(hashFor(publicKey), bytes, publicKey, Buffer.from(signature, 'base64url'));
    if (!isSigned) throw new Error('the signature is not that of the certificate');
    return claims;
  }

  return {
    sign: ({ purpose, body }) => {
      const id = randomUUID();
      const claims: Claims = {
        ...{ audience: identity.organization, purpose, digest: digestOf(body), id },
        ...{ signedAt: Date.now(), certificate: ownBytes },
      };
      const bytes = Buffer.from(JSON.stringify(claims));
      const signature = signBytes(hashFor(key), bytes, key);
      return { token: `${bytes.toString('base64url')}.${signature.toString('base64url')}`, id };
    },
    verify: (token, { purpose, body }) => {
      const claims = parse(token);
      const isAsked = claims.purpose === purpose && claims.digest === digestOf(body);
      if (!isAsked || claims.audience !== identity.organization) throw new Error('signed something else');
      if (Math.abs(Date.now() - claims.signedAt) > AGE_MILLISECONDS_MAX) throw new Error('signed too long ago');
      if (used.has(claims.id)) throw new Error('the token was used before');
      forgetExpired(used);
      used.set(claims.id, Date.now() + 2 * AGE_MILLISECONDS_MAX);
      return claims.id;
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

/** Ed25519 hashes by itself. */
const hashFor = (key: KeyObject): string | null => (key.asymmetricKeyType === 'ed25519' ? null : 'sha256');

const digestOf = (body: string): string => createHash('sha256').update(body).digest('hex');

/** Ids come in the order of their expiry. */
function forgetExpired(used: Map<string, number>): void {
  const now = Date.now();
  for (const [id, expiresAt] of used) {
    if (expiresAt > now) return;
    used.delete(id);
  }
}
