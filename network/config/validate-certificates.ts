import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { organizationPaths } from '../identity/layout.ts';
import { instanceName, type ResolvedNetwork, type ResolvedOrganization } from './resolve.ts';

export interface CertificateFact {
  organization: string;
  /** What it is for: `peer`, `TLS of the orderer`. */
  use: string;
  file: string;
  /** Undefined when the file is absent. */
  certificate?: X509Certificate;
  issuer: X509Certificate;
}

/** Every certificate that an organisation's nodes and services show, with the CA that must have issued it. */
export function certificatesOf(
  { name, orderer, peers }: ResolvedOrganization,
  organizationsFolder: string,
): CertificateFact[] {
  const paths = organizationPaths(organizationsFolder, name);
  const ca = read(join(paths.msp, 'cacerts/ca.pem'));
  const tlsCa = read(join(paths.msp, 'tlscacerts/tlsca.pem'));
  if (!ca || !tlsCa) throw new Error(`${name} has no CA certificates in ${paths.msp}.`);
  const fact = (use: string, file: string, issuer: X509Certificate): CertificateFact => ({
    organization: name,
    use,
    file,
    certificate: read(file),
    issuer,
  });
  return [
    fact('CA', join(paths.msp, 'cacerts/ca.pem'), ca),
    fact('TLS CA', join(paths.msp, 'tlscacerts/tlsca.pem'), tlsCa),
    ...peers.flatMap((peer) => {
      const { msp, tls } = paths.peer(peer.name);
      const role = instanceName('peer', peer.index);
      return [
        fact(role, join(msp, 'signcerts/cert.pem'), ca),
        fact(`TLS of the ${role}`, join(tls, 'server.crt'), tlsCa),
      ];
    }),
    fact('administrator', join(paths.adminMsp, 'signcerts/cert.pem'), ca),
    fact('gateway', join(paths.gatewayMsp, 'signcerts/cert.pem'), ca),
    fact('TLS of the chaincode service', join(paths.chaincodeTls, 'server.crt'), tlsCa),
    ...(orderer
      ? [
          fact('orderer', join(paths.ordererMsp, 'signcerts/cert.pem'), ca),
          fact('TLS of the orderer', join(paths.ordererTls, 'server.crt'), tlsCa),
        ]
      : []),
  ];
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
