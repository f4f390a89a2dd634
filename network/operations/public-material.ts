import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, relative } from 'node:path';
import { identityOf, type ResolvedNetwork, type ResolvedOrganization } from '../config/resolve.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { credentialsOf } from '../identity/credentials.ts';
import { writeTree } from '../identity/files.ts';
import { nodeOusConfig, organizationPaths } from '../identity/layout.ts';

const format = 'tangram-public-material-1';
const mspFiles = ['msp/cacerts/ca.pem', 'msp/tlscacerts/tlsca.pem', 'msp/config.yaml'];

/** What an organisation tells the others of itself: certificates, and no key. */
export interface PublicMaterial {
  format: string;
  organization: string;
  mspId: string;
  host: string;
  network: string;
  /** Of the resolved network file: whoever has another file would start another network. */
  networkDigest: string;
  /** Text by path below the organisation's folder. */
  files: Record<string, string>;
}

/** Collects what others need of an organisation to make the first blocks and to reach its nodes. */
export function exportPublic(network: ResolvedNetwork, name: string, organizationsFolder: string): PublicMaterial {
  const organization = memberOf(network, name);
  const { root } = organizationPaths(organizationsFolder, name);
  return {
    format,
    organization: name,
    mspId: organization.mspId,
    host: organization.host,
    network: network.name,
    networkDigest: networkDigest(network),
    files: Object.fromEntries(
      publicFiles(organization, root).map((file) => [file, readFileSync(join(root, file), 'utf8')]),
    ),
  };
}

/** SHA-256 of the certificates: what two banks compare over the telephone. */
export const fingerprintOf = ({ organization, files }: PublicMaterial): string =>
  sha256(JSON.stringify([organization, Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))]));

/**
 * Takes in another organisation's public material; returns whether it is new. Refuses, in order: what is no such
 * material, another network file, the organisation that runs here, files that are not expected or hold a key,
 * certificates that are not in order or not for its host, and other material than was taken in before.
 */
export function importPublic(network: ResolvedNetwork, value: unknown, organizationsFolder: string): boolean {
  const material = demandMaterial(value);
  const organization = memberOf(network, material.organization);
  const { name } = organization;
  if (material.networkDigest !== networkDigest(network)) {
    throw new Error(`${name} has another network file than this one: compare what both print with resolve.`);
  }
  if (!organization.elsewhere) throw new Error(`${name} runs on this machine: its material is here already.`);
  const { root } = organizationPaths(organizationsFolder, name);
  demandFiles(material, publicFiles(organization, root));
  if (existsSync(root)) {
    if (fingerprintOf(exportPublic(network, name, organizationsFolder)) === fingerprintOf(material)) return false;
    throw new Error(
      `Other material of ${name} was imported before. Ask ${name} which is right; if it is this, remove ${root} and import again.`,
    );
  }
  const draft = join(organizationsFolder, `.new-${randomBytes(4).toString('hex')}`);
  try {
    writeTree(join(draft, name), material.files);
    const problems = [
      ...validateCertificates({ ...network, organizations: [organization] }, draft),
      ...hostProblems(organization, join(draft, name)),
    ];
    if (problems.length > 0) throw new Error(`The material of ${name} is refused:\n  ${problems.join('\n  ')}`);
    renameSync(join(draft, name), root);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return true;
}

/** Refuses to go on while public material of an organisation that runs elsewhere lacks. */
export function demandPublicMaterial({ organizations }: ResolvedNetwork, organizationsFolder: string): void {
  const missing = missingMaterial(organizations, organizationsFolder);
  if (missing.length === 0) return;
  throw new Error(
    `The public material of ${missing.join(', ')} is not here. Each makes a file with: npm run network -- export-public. Take theirs in with: npm run network -- import-public <file>…`,
  );
}

/** Organisations that run elsewhere and whose public material was not imported yet. */
export const missingMaterial = (organizations: readonly ResolvedOrganization[], organizationsFolder: string) =>
  organizations
    .filter(({ name, elsewhere }) => elsewhere && !existsSync(organizationPaths(organizationsFolder, name).root))
    .map(({ name }) => name);

/** Paths below an organisation's folder that others need: its CAs, and its orderer's certificates for the channels. */
function publicFiles(organization: ResolvedOrganization, root: string): string[] {
  const certificates = credentialsOf(identityOf(organization), root)
    .filter(({ role }) => role === 'orderer')
    .flatMap(({ certificateFiles }) => certificateFiles.map((file) => relative(root, file)));
  return [...mspFiles, ...certificates];
}

/** The same for everybody who has the same network file, wherever the organisations run. */
function networkDigest({ organizations, issuerHost: _issuer, ...network }: ResolvedNetwork): string {
  const members = organizations.map(({ elsewhere: _elsewhere, ca: _ca, ...organization }) => organization);
  return sha256(JSON.stringify({ ...network, organizations: members }));
}

function memberOf({ organizations, name: network }: ResolvedNetwork, name: string): ResolvedOrganization {
  const organization = organizations.find((each) => each.name === name);
  if (!organization) throw new Error(`${name} is no organisation of the network ${network}.`);
  return organization;
}

function demandMaterial(value: unknown): PublicMaterial {
  const material = value as PublicMaterial;
  const isMaterial =
    typeof value === 'object' && value !== null && material.format === format && typeof material.files === 'object';
  if (!isMaterial) throw new Error('This is no file of export-public.');
  return material;
}

function demandFiles({ organization, files }: PublicMaterial, expected: readonly string[]): void {
  const missing = expected.filter((file) => typeof files[file] !== 'string');
  const stray = Object.keys(files).filter((file) => !expected.includes(file));
  if (missing.length > 0) throw new Error(`The material of ${organization} lacks ${missing.join(', ')}.`);
  if (stray.length > 0) throw new Error(`The material of ${organization} has files too many: ${stray.join(', ')}.`);
  const secret = expected.find((file) => files[file]?.includes('PRIVATE KEY'));
  if (secret) {
    throw new Error(
      `The material of ${organization} holds a private key in ${secret}: ${organization} must replace it.`,
    );
  }
  if (files['msp/config.yaml'] !== nodeOusConfig) {
    throw new Error(`The material of ${organization} has another msp/config.yaml than this network uses.`);
  }
}

/** Nodes of others verify an orderer's TLS certificate by the host that they dial. */
function hostProblems(organization: ResolvedOrganization, root: string): string[] {
  const { host, name } = organization;
  return credentialsOf(identityOf(organization), root)
    .filter(({ role, kind }) => role === 'orderer' && kind === 'tls')
    .flatMap(({ certificateFiles: [file] }) => {
      const certificate = new X509Certificate(readFileSync(file));
      const isFor = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
      return isFor ? [] : [`${name}, TLS of the orderer: the certificate is not for ${host}, where the file puts it.`];
    });
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
