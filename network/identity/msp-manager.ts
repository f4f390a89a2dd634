import { createHash, hash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { msp } from '@hyperledger/fabric-protos';
import type { Identity, MspManager, MspRole } from '../embedded/ledger/types.ts';
import { verifyLowS } from './ecdsa.ts';
import { type Organization, organizationPaths } from './layout.ts';

/** Public verification material of one organisation. */
export interface MspDefinition {
  mspId: string;
  caPem: string;
  tlsCaPem: string;
}

/** Knows signatures that were made in this process, so that they need not be verified by arithmetic. */
export interface SignatureMemory {
  /** Takes note that the identity's own key has just signed the message. */
  remember(serializedIdentity: Uint8Array, message: Uint8Array, signature: Uint8Array): void;
}

/** Signatures known to be good: one process is client's peer, orderer and committer, and would verify each many times. */
interface SignatureSet {
  keyOf(identityId: string, message: Uint8Array, signature: Uint8Array): string;
  has(key: string): boolean;
  add(key: string): void;
}

const signaturesPerGeneration = 8_192;

function createSignatureSet(): SignatureSet {
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    keyOf: (identityId, message, signature) =>
      `${identityId}${hash('sha256', message, 'base64')}${Buffer.from(signature).toString('base64')}`,
    has: (key) => young.has(key) || old.has(key),
    add(key) {
      if (young.size >= signaturesPerGeneration) {
        old = young;
        young = new Set();
      }
      young.add(key);
    },
  };
}

const nodeRoles: MspRole[] = ['CLIENT', 'PEER', 'ADMIN', 'ORDERER'];
const maxCachedIdentities = 500;

/** Reads the public MSP folder of an organisation. */
export function loadMsp(organizationsDir: string, organization: Organization): MspDefinition {
  const { msp: folder } = organizationPaths(organizationsDir, organization.name);
  return {
    mspId: organization.mspId,
    caPem: readFileSync(join(folder, 'cacerts/ca.pem'), 'utf8'),
    tlsCaPem: readFileSync(join(folder, 'tlscacerts/tlsca.pem'), 'utf8'),
  };
}

/** Judges identities against the CAs of the given organisations, node OUs on. Throws on an MSP it does not know, and on another's certificate. */
export function createMspManager(definitions: readonly MspDefinition[]): MspManager & SignatureMemory {
  const cas = new Map(definitions.map(({ mspId, caPem }) => [mspId, new X509Certificate(caPem)]));
  const cache = new Map<string, Identity>();
  const verified = createSignatureSet();

  return {
    remember(serializedIdentity, message, signature) {
      verified.add(verified.keyOf(this.deserialize(serializedIdentity).id, message, signature));
    },
    mspIds: definitions.map(({ mspId }) => mspId),
    deserialize(serializedIdentity) {
      const bytes = Buffer.from(
        serializedIdentity.buffer,
        serializedIdentity.byteOffset,
        serializedIdentity.byteLength,
      );
      const cacheKey = bytes.toString('latin1');
      let identity = cache.get(cacheKey);
      if (!identity) {
        identity = parseIdentity(serializedIdentity, cas, verified);
        const oldest = cache.keys().next();
        if (cache.size >= maxCachedIdentities && !oldest.done) cache.delete(oldest.value);
        cache.set(cacheKey, identity);
      }
      return identity;
    },
  };
}

function parseIdentity(serialized: Uint8Array, cas: Map<string, X509Certificate>, verified: SignatureSet): Identity {
  const message = msp.SerializedIdentity.deserializeBinary(serialized);
  const mspId = message.getMspid();
  const ca = cas.get(mspId);
  if (!ca) throw new Error(`MSP ${mspId} is unknown`);
  const pem = Buffer.from(message.getIdBytes_asU8());
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('could not decode the PEM structure');
  const certificate = new X509Certificate(pem);
  // A peer looks for the issuer while it reads a certificate, so that a foreign one counts as malformed.
  if (!certificate.ca && !(certificate.checkIssued(ca) && certificate.verify(ca.publicKey))) {
    throw new Error('the supplied identity is not valid: x509: certificate signed by unknown authority');
  }
  const organizationalUnits = subjectUnits(certificate);
  const invalidReason = judge(certificate, organizationalUnits);
  const publicKey = certificate.publicKey;
  const id = createHash('sha256').update(certificate.raw).digest('hex');
  return {
    mspId,
    id,
    certificate,
    organizationalUnits,
    invalidReason,
    hasRole(role) {
      if (invalidReason) return false;
      return role === 'MEMBER' || organizationalUnits.includes(role.toLowerCase());
    },
    verify(message, signature) {
      const key = verified.keyOf(id, message, signature);
      if (verified.has(key)) return true;
      const isValid = verifyLowS(message, signature, publicKey);
      if (isValid) verified.add(key);
      return isValid;
    },
  };
}

function subjectUnits(certificate: X509Certificate): string[] {
  return certificate.subject
    .split('\n')
    .filter((line) => line.startsWith('OU='))
    .map((line) => line.slice(3));
}

function judge(certificate: X509Certificate, units: string[]): string | undefined {
  if (certificate.ca)
    return 'An X509 certificate with Basic Constraint: Certificate Authority equals true cannot be used as an identity';
  if (certificate.publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return 'only P-256 keys are accepted';
  const roles = units.filter((unit) => nodeRoles.some((role) => role.toLowerCase() === unit));
  if (roles.length !== 1) {
    return 'the identity must be a client, a peer, an orderer or an admin identity to be valid, not a combination of them';
  }
  return undefined;
}

/** True when the certificate's validity has ended at that instant. */
export function isExpired(identity: Identity, now: number): boolean {
  return now > identity.certificate.validToDate.getTime();
}
