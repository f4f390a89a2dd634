import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Issued } from './certificate.ts';
import { nodeOusConfig, type Organization, organizationPaths } from './layout.ts';

/** Writes each organisation's MSP material once; what exists is left alone, and a half-written folder never appears. */
export async function ensureOrganizations(organizationsDir: string, organizations: Organization[]): Promise<void> {
  await Promise.all(
    organizations.map(async (organization) => {
      const { root, ca, peer } = organizationPaths(organizationsDir, organization.name);
      if (!existsSync(root)) await writeWhole(root, (draft) => issueOrganization(draft, organization));
      for (const name of peerNames(organization)) {
        const folder = dirname(peer(name).msp);
        if (!existsSync(folder))
          await writeWhole(folder, async (draft) => issuePeer(draft, name, { organization, cas: await readCas(ca) }));
      }
    }),
  );
}

const peerNames = ({ peers = 1 }: Organization) => Array.from({ length: peers }, (_, index) => `peer${index}`);

/** Has a folder written beside its place and then put there at once. */
async function writeWhole(folder: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(dirname(folder), `.new-${randomBytes(4).toString('hex')}`);
  await write(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another process was first; its material is as good as ours.
    if (!existsSync(folder)) throw error;
  }
  rmSync(draft, { recursive: true, force: true });
}

interface Cas {
  ca: Issued;
  tlsCa: Issued;
}

interface Issuing {
  organization: Organization;
  cas: Cas;
}

async function issueOrganization(root: string, organization: Organization): Promise<void> {
  const { issueCertificate } = await import('./certificate.ts');
  const { name, mspId, orderer } = organization;
  const paths = organizationPaths(dirname(root), basename(root));
  const domain = domainOf(name);
  const [ca, tlsCa] = await Promise.all([
    issueCertificate({ commonName: `ca.${domain}`, organization: mspId, usage: 'ca' }),
    issueCertificate({ commonName: `tlsca.${domain}`, organization: mspId, usage: 'ca' }),
  ]);
  const issuing = { organization, cas: { ca, tlsCa } };
  writeTree(paths.msp, publicMsp(issuing.cas));
  writeTree(paths.ca, {
    'ca.pem': ca.certificatePem,
    'ca-key.pem': ca.keyPem,
    'tlsca.pem': tlsCa.certificatePem,
    'tlsca-key.pem': tlsCa.keyPem,
  });
  await Promise.all([
    ...peerNames(organization).map((each) => issuePeer(dirname(paths.peer(each).msp), each, issuing)),
    writeMsp(paths.adminMsp, `Admin@${domain}`, { ...issuing, role: 'admin' }),
    writeMsp(paths.gatewayMsp, `gateway@${domain}`, { ...issuing, role: 'client' }),
    writeTls(paths.gatewayTls, `gateway.${domain}`, { ...issuing, ends: ['client'] }),
    writeTls(paths.chaincodeTls, `chaincode.${domain}`, { ...issuing, ends: ['server', 'client'] }),
    orderer && writeMsp(paths.ordererMsp, `orderer0.${domain}`, { ...issuing, role: 'orderer' }),
    orderer && writeTls(paths.ordererTls, `orderer0.${domain}`, { ...issuing, ends: ['server'] }),
  ]);
  writeGatewaySecrets(paths);
}

const domainOf = (name: string) => `${name}.tangram.example`;

/** Signing identity and TLS certificate of one peer. */
async function issuePeer(folder: string, peer: string, issuing: Issuing): Promise<void> {
  const host = `${peer}.${domainOf(issuing.organization.name)}`;
  await Promise.all([
    writeMsp(join(folder, 'msp'), host, { ...issuing, role: 'peer' }),
    writeTls(join(folder, 'tls'), host, { ...issuing, ends: ['server'] }),
  ]);
}

async function writeMsp(
  folder: string,
  commonName: string,
  { organization, cas, role }: Issuing & { role: string },
): Promise<void> {
  const { issueCertificate } = await import('./certificate.ts');
  const issued = await issueCertificate({
    commonName,
    organization: organization.mspId,
    organizationalUnit: role,
    issuer: cas.ca,
    usage: 'sign',
  });
  writeTree(folder, {
    ...publicMsp(cas),
    'signcerts/cert.pem': issued.certificatePem,
    'keystore/key.pem': issued.keyPem,
  });
}

async function writeTls(
  folder: string,
  commonName: string,
  { organization, cas, ends }: Issuing & { ends: readonly ('server' | 'client')[] },
): Promise<void> {
  const { issueCertificate } = await import('./certificate.ts');
  const issued = await issueCertificate({
    commonName,
    organization: organization.mspId,
    issuer: cas.tlsCa,
    usage: 'tls',
    subjectAltNames: subjectAltNames(commonName, organization),
  });
  for (const end of ends) {
    writeTree(folder, {
      [`${end}.crt`]: issued.certificatePem,
      [`${end}.key`]: issued.keyPem,
      'ca.crt': cas.tlsCa.certificatePem,
    });
  }
}

/** By which names and addresses a node may be reached: on its own machine, and by others. */
function subjectAltNames(commonName: string, { name, host }: Organization) {
  // The organisation's domain is the host that all its processes share in compose.
  const names = new Set(['localhost', commonName, domainOf(name), '127.0.0.1', ...(host === undefined ? [] : [host])]);
  return [...names].map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }));
}

const publicMsp = ({ ca, tlsCa }: Cas) => ({
  'cacerts/ca.pem': ca.certificatePem,
  'tlscacerts/tlsca.pem': tlsCa.certificatePem,
  'config.yaml': nodeOusConfig,
});

/** The development CAs of an organisation, to issue what was not there yet. */
async function readCas(folder: string): Promise<Cas> {
  const { readIssued } = await import('./certificate.ts');
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  const [ca, tlsCa] = await Promise.all(
    ['ca', 'tlsca'].map((name) => readIssued({ certificatePem: text(`${name}.pem`), keyPem: text(`${name}-key.pem`) })),
  );
  return { ca: ca as Issued, tlsCa: tlsCa as Issued };
}

/** The gateway's own secrets: what it decrypts texts with, and what it salts customer references with. */
function writeGatewaySecrets(paths: ReturnType<typeof organizationPaths>): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeTree(dirname(paths.encryptionKey), {
    'encryption-key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'digest.key': randomBytes(32).toString('hex'),
  });
}

function writeTree(dir: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(dir, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: /key/i.test(name) ? 0o600 : 0o644 });
  }
}
