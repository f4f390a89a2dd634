import { type ChildProcess, spawn } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readNetworkFile } from '@tangram/network/config/network-file.ts';
import { identitiesOf, resolve } from '@tangram/network/config/resolve.ts';
import { validateCertificates } from '@tangram/network/config/validate-certificates.ts';
import { openAuthority } from '@tangram/network/identity/choose-authority.ts';
import { credentialsOf } from '@tangram/network/identity/credentials.ts';
import { callCa } from '@tangram/network/identity/fabric-ca-call.ts';
import { ensureOrganizations } from '@tangram/network/identity/organizations.ts';
import { renewalFolder } from '@tangram/network/operations/renewal-folder.ts';

const program = findProgram();
// The name tells why it does not run.
const describeCa = program ? describe : describe.skip;
const title = `enrolment with a real fabric-ca${program ? '' : ' (no fabric-ca-server in FABRIC_CA_BIN, FABRIC_BIN or on the PATH)'}`;
const secret = 'registrar-of-this-test';

function findProgram(): string | undefined {
  const { FABRIC_CA_BIN, FABRIC_BIN, PATH = '' } = process.env;
  const folders = [FABRIC_CA_BIN, FABRIC_BIN, ...PATH.split(delimiter)].filter((folder) => folder !== undefined);
  return folders
    .map((folder) => join(folder, 'fabric-ca-server'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

describeCa(title, () => {
  let folder: string;
  let server: ChildProcess;
  let url: string;
  const at = (...path: string[]) => join(folder, ...path);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-ca-'));
    const port = await freePort();
    url = `https://127.0.0.1:${port}`;
    // One server with two CAs, as banks run it: identities of `ca-cedar`, TLS of `ca1`.
    const args = ['start', '--home', at('server'), '--boot', `registrar:${secret}`, '--address', '127.0.0.1'];
    const listening = ['--port', String(port)];
    const cas = ['--tls.enabled', '--ca.name', 'ca-cedar', '--cacount', '1', '--csr.hosts', '127.0.0.1,localhost'];
    server = spawn(program ?? '', [...args, ...listening, ...cas], {
      stdio: 'ignore',
      // There is no flag for it, and its default port may be taken.
      env: { ...process.env, FABRIC_CA_SERVER_OPERATIONS_LISTENADDRESS: '127.0.0.1:0' },
    });
    writeFileSync(at('registrar'), `registrar:${secret}\n`, { mode: 0o600 });
    writeFileSync(at('network.yaml'), networkFile());
    await untilServing();
  });

  afterAll(() => {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  async function untilServing(): Promise<void> {
    const deadline = Date.now() + 50_000;
    for (;;) {
      try {
        await callCa({ url, tlsCaFile: at('server/ca-cert.pem') }, { path: '/api/v1/cainfo', body: { caname: 'ca1' } });
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  const networkFile = (over = '') => `name: one-bank
organizations:
  - name: cedar
    orderer: true
    peers: 2
    ca: { url: '${url}', tlsCaFile: server/ca-cert.pem, registrarFile: registrar, name: ca-cedar, tlsName: ca1${over} }
channels: [finance]
chaincodes: []
`;

  const network = () => resolve(readNetworkFile(at('network.yaml')));
  const cedar = () => identitiesOf(network())[0]!;
  const credentials = () => credentialsOf(cedar(), at('organizations/cedar'));

  test('certifies every key of an organisation, with the units and names that Fabric asks for', async () => {
    await ensureOrganizations(at('organizations'), [cedar()]);

    expect(validateCertificates(network(), at('organizations'))).toEqual([]);
    expect(readdirSync(at('organizations/cedar'))).not.toContain('ca');
    for (const { certificateFiles, keyFiles, kind, role, commonName, subjectAltNames = [] } of credentials()) {
      const certificate = new X509Certificate(readFileSync(certificateFiles[0]));
      expect(certificate.subject.split('\n')).toContain(`CN=${commonName}`);
      if (kind === 'identity') expect(certificate.subject.split('\n')).toContain(`OU=${role}`);
      for (const { value, type } of subjectAltNames) {
        expect(certificate.subjectAltName).toContain(`${type === 'ip' ? 'IP Address' : 'DNS'}:${value}`);
      }
      expect(statSync(keyFiles[0]).mode & 0o077).toBe(0);
    }
    const [ca, tlsCa] = ['cacerts/ca.pem', 'tlscacerts/tlsca.pem'].map((file) =>
      readFileSync(at('organizations/cedar/msp', file), 'utf8'),
    );
    expect(ca).not.toBe(tlsCa);
  }, 300_000);

  test('never shows the server a private key', () => {
    const keys = credentials().map(({ keyFiles: [file] }) => readFileSync(file, 'utf8').split('\n')[1] ?? '');
    const held = readdirSync(at('server'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = held.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(texts.length).toBeGreaterThan(5);
    for (const key of keys) expect(texts.some((text) => text.includes(key))).toBe(false);
  });

  test('certifies the same key of an orderer again, and a new one of its TLS', async () => {
    const authority = await openAuthority(cedar(), at('no-keys-here'));
    const renewed = credentials().filter(({ role }) => role === 'orderer');
    for (const credential of renewed) {
      const keyBefore = readFileSync(credential.keyFiles[0], 'utf8');
      const before = readFileSync(credential.certificateFiles[0], 'utf8');
      const renewal = renewalFolder(credential, at('organizations'));
      await renewal.request({ keepKey: credential.kind === 'identity' });
      await renewal.certify(authority);
      renewal.install();

      expect(readFileSync(credential.certificateFiles[0], 'utf8')).not.toBe(before);
      expect(readFileSync(credential.keyFiles[0], 'utf8') === keyBefore).toBe(credential.kind === 'identity');
      const certificate = new X509Certificate(readFileSync(credential.certificateFiles[0]));
      const key = createPublicKey(readFileSync(credential.keyFiles[0], 'utf8'));
      expect(certificate.publicKey.equals(key)).toBe(true);
      renewal.finish();
    }
    expect(validateCertificates(network(), at('organizations'))).toEqual([]);
  });

  test.each([
    {
      what: "a registrar's secret that others can read",
      change: () => chmodSync(at('registrar'), 0o644),
      says: 'chmod 600',
    },
    {
      what: 'a secret that the server does not know',
      change: () => writeFileSync(at('registrar'), 'registrar:guess\n'),
      says: 'refuses /api/v1/enroll: 401',
    },
    {
      what: 'plain http',
      change: () => writeFileSync(at('network.yaml'), networkFile().replace('https:', 'http:')),
      says: 'must be reached by https',
    },
    {
      what: 'a CA that the server does not have',
      change: () => writeFileSync(at('network.yaml'), networkFile().replace('ca-cedar', 'ca-birch')),
      says: 'ca-birch',
    },
  ])('refuses $what, and leaves no half-written organisation', async ({ change, says }) => {
    chmodSync(at('registrar'), 0o600);
    writeFileSync(at('registrar'), `registrar:${secret}\n`);
    writeFileSync(at('network.yaml'), networkFile());
    change();
    await expect(ensureOrganizations(at('others'), [cedar()])).rejects.toThrow(says);
    expect(readdirSync(at('others'))).toEqual([]);
  });
});
