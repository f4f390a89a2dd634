import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialsOf } from '../identity/credentials.ts';
import { organizationPaths } from '../identity/layout.ts';
import { identityOf, type ResolvedNetwork, type ResolvedOrganization } from './resolve.ts';

export interface CertificateFact {
  organization: string;
  /** What it is for: `peer`, `TLS of the orderer`. */
  use: string;
  file: string;
  /** Undefined when the file is absent. */
  certificate?: X509Certificate;
  issuer: X509Certificate;
}

/** Every certificate that an organisation's nodes and services show, or what is public of them, with the CA that must have issued it. */
export function certificatesOf(organization: ResolvedOrganization, organizationsFolder: string): CertificateFact[] {
  const { root, msp } = organizationPaths(organizationsFolder, organization.name);
  const [caFile, tlsCaFile] = [join(msp, 'cacerts/ca.pem'), join(msp, 'tlscacerts/tlsca.pem')];
  const [ca, tlsCa] = [read(caFile), read(tlsCaFile)];
  if (!ca || !tlsCa) throw new Error(`${organization.name} has no CA certificates in ${msp}.`);
  const all = credentialsOf(identityOf(organization), root);
  const known = organization.elsewhere ? all.filter(({ role }) => role === 'orderer') : all;
  const credentials = known.flatMap(({ use, kind, certificateFiles }) =>
    certificateFiles.map((file) => ({ use, file, issuer: kind === 'identity' ? ca : tlsCa })),
  );
  const facts = [
    { use: 'CA', file: caFile, issuer: ca },
    { use: 'TLS CA', file: tlsCaFile, issuer: tlsCa },
    ...credentials,
  ];
  return facts.map((fact) => ({ organization: organization.name, ...fact, certificate: read(fact.file) }));
}

/** Whole days until a certificate ends; negative when it has. */
export function daysLeft(certificate: X509Certificate, now = Date.now()): number {
  return Math.floor((Date.parse(certificate.validTo) - now) / (24 * 3600 * 1000));
}

/** Lists certificates that are absent, not yet or no longer valid, or issued by somebody else's CA. */
export function validateCertificates(
  { organizations }: ResolvedNetwork,
  organizationsFolder: string,
  now = Date.now(),
): string[] {
  return organizations.flatMap((organization) =>
    certificatesOf(organization, organizationsFolder).flatMap((fact) => problemsOf(fact, now)),
  );
}

function problemsOf({ organization, use, file, certificate, issuer }: CertificateFact, now: number): string[] {
  const who = `${organization}, ${use} (${file})`;
  if (!certificate) return [`${who} is absent: take it from the organisation's CA.`];
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
    return [`${who} was issued by ${certificate.issuer.replaceAll('\n', ', ')}, not by the organisation's own CA.`];
  }
  if (now > Date.parse(certificate.validTo)) return [`${who} expired on ${certificate.validTo}: renew it.`];
  if (now < Date.parse(certificate.validFrom))
    return [`${who} is valid only from ${certificate.validFrom}: check the clock.`];
  return [];
}

function read(file: string): X509Certificate | undefined {
  return existsSync(file) ? new X509Certificate(readFileSync(file)) : undefined;
}
