import { createHash, X509Certificate } from 'node:crypto';
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
export function createMspManager(definitions: readonly MspDefinition[]): MspManager {
  const cas = new Map(definitions.map(({ mspId, caPem }) => [mspId, new X509Certificate(caPem)]));
  const cache = new Map<string, Identity>();

  return {
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
        identity = parseIdentity(serializedIdentity, cas);
        const oldest = cache.keys().next();
        if (cache.size >= maxCachedIdentities && !oldest.done) cache.delete(oldest.value);
        cache.set(cacheKey, identity);
      }
      return identity;
    },
  };
}

function parseIdentity(serialized: Uint8Array, cas: Map<string, X509Certificate>): Identity {
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
  return {
    mspId,
    id: createHash('sha256').update(certificate.raw).digest('hex'),
    certificate,
    organizationalUnits,
    invalidReason,
    hasRole(role) {
      if (invalidReason) return false;
      return role === 'MEMBER' || organizationalUnits.includes(role.toLowerCase());
    },
    verify: (data, signature) => verifyLowS(data, signature, publicKey),
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
