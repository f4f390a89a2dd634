import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Issued } from './certificate.ts';
import { nodeOusConfig, type Organization, organizationPaths } from './layout.ts';

/** Writes each organisation's MSP material once; what exists is left alone, and a half-written folder never appears. */
export async function ensureOrganizations(organizationsDir: string, organizations: Organization[]): Promise<void> {
  const missing = organizations.filter(({ name }) => !existsSync(join(organizationsDir, name)));
  await Promise.all(missing.map((organization) => writeOrganization(organizationsDir, organization)));
}

async function writeOrganization(organizationsDir: string, organization: Organization): Promise<void> {
  const stagingDir = join(organizationsDir, `.new-${randomBytes(4).toString('hex')}`);
  await issueOrganization(stagingDir, organization);
  try {
    renameSync(join(stagingDir, organization.name), join(organizationsDir, organization.name));
  } catch (error) {
    // Another process was first; its material is as good as ours.
    if (!existsSync(join(organizationsDir, organization.name))) throw error;
  }
  rmSync(stagingDir, { recursive: true, force: true });
}

async function issueOrganization(stagingDir: string, { name, mspId, orderer }: Organization): Promise<void> {
  const { issueCertificate } = await import('./certificate.ts');
  const paths = organizationPaths(stagingDir, name);
  const domain = `${name}.tangram.example`;
  const [ca, tlsCa] = await Promise.all([
    issueCertificate({ commonName: `ca.${domain}`, organization: mspId, usage: 'ca' }),
    issueCertificate({ commonName: `tlsca.${domain}`, organization: mspId, usage: 'ca' }),
  ]);
  const identity = (commonName: string, role: string) =>
    issueCertificate({ commonName, organization: mspId, organizationalUnit: role, issuer: ca, usage: 'sign' });
  const tls = (host: string) =>
    issueCertificate({
      commonName: host,
      organization: mspId,
      issuer: tlsCa,
      usage: 'tls',
      subjectAltNames: [
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: host },
        // Where all of an organisation's processes share one host name, as in compose.
        { type: 'dns', value: domain },
      ],
    });
  const publicMsp = {
    'cacerts/ca.pem': ca.certificatePem,
    'tlscacerts/tlsca.pem': tlsCa.certificatePem,
    'config.yaml': nodeOusConfig,
  };

  writeTree(paths.msp, publicMsp);
  writeTree(paths.ca, {
    'ca.pem': ca.certificatePem,
    'ca-key.pem': ca.keyPem,
    'tlsca.pem': tlsCa.certificatePem,
    'tlsca-key.pem': tlsCa.keyPem,
  });
  const writeMsp = (dir: string, issued: Issued) =>
    writeTree(dir, { ...publicMsp, 'signcerts/cert.pem': issued.certificatePem, 'keystore/key.pem': issued.keyPem });
  const writeTls = (dir: string, issued: Issued, end: 'server' | 'client') =>
    writeTree(dir, {
      [`${end}.crt`]: issued.certificatePem,
      [`${end}.key`]: issued.keyPem,
      'ca.crt': tlsCa.certificatePem,
    });

  await Promise.all([
    identity(`peer0.${domain}`, 'peer').then((issued) => writeMsp(paths.peerMsp, issued)),
    tls(`peer0.${domain}`).then((issued) => writeTls(paths.peerTls, issued, 'server')),
    identity(`Admin@${domain}`, 'admin').then((issued) => writeMsp(paths.adminMsp, issued)),
    identity(`gateway@${domain}`, 'client').then((issued) => writeMsp(paths.gatewayMsp, issued)),
    tls(`gateway.${domain}`).then((issued) => writeTls(paths.gatewayTls, issued, 'client')),
    tls(`chaincode.${domain}`).then((issued) => {
      writeTls(paths.chaincodeTls, issued, 'server');
      writeTls(paths.chaincodeTls, issued, 'client');
    }),
    orderer && identity(`orderer0.${domain}`, 'orderer').then((issued) => writeMsp(paths.ordererMsp, issued)),
    orderer && tls(`orderer0.${domain}`).then((issued) => writeTls(paths.ordererTls, issued, 'server')),
  ]);
  writeGatewaySecrets(paths);
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
