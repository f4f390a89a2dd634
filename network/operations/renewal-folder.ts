import { createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Authority } from '../identity/authority.ts';
import type { Credential } from '../identity/credentials.ts';
import { replaceFile, writeTree } from '../identity/files.ts';
import { subjectOf } from '../identity/issue.ts';
import { organizationPaths } from '../identity/layout.ts';
import { createSigningRequest } from '../identity/signing-request.ts';

/** How far the renewal of a credential is, by what lies in its folder. */
export type RenewalState = 'none' | 'requested' | 'certified' | 'installed';

/**
 * The renewal of one credential as files: key and request, then the certificate, then the former ones as a backup until
 * its process runs on the new ones. An interrupted renewal goes on from what lies here.
 */
export function renewalFolder(credential: Credential, organizationsFolder: string) {
  const paths = organizationPaths(organizationsFolder, credential.organization);
  const folder = join(paths.root, 'renewal', credential.id);
  const file = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(file(name), 'utf8');
  const caFile = join(paths.msp, credential.kind === 'identity' ? 'cacerts/ca.pem' : 'tlscacerts/tlsca.pem');

  function state(): RenewalState {
    if (!existsSync(file('request.csr'))) return 'none';
    if (!existsSync(file('certificate.pem'))) return 'requested';
    return isInstalled() ? 'installed' : 'certified';
  }

  const isInstalled = () =>
    [...credential.certificateFiles].every((each) => readFileSync(each, 'utf8') === read('certificate.pem')) &&
    credential.keyFiles.every((each) => readFileSync(each, 'utf8') === read('key.pem'));

  /** Makes the key and the request; the present key again where a new one would not be known to others in time. */
  async function request({ keepKey }: { keepKey: boolean }): Promise<void> {
    if (state() !== 'none') return;
    const present = keepKey ? readFileSync(credential.keyFiles[0], 'utf8') : undefined;
    const { keyPem, requestPem } = await createSigningRequest(subjectOf(credential), present);
    // The request is written last: it says that the key is whole.
    writeTree(folder, { 'key.pem': keyPem });
    writeTree(folder, { 'request.csr': requestPem });
  }

  /** Has the request certified; without an authority the certificate is laid here by hand. Refuses one that does not fit. */
  async function certify(authority: Authority | undefined): Promise<void> {
    if (state() === 'requested' && authority) {
      const certificate = await authority.certify(credential, read('request.csr'));
      demandFitting(certificate);
      replaceFile(file('certificate.pem'), certificate);
    }
    if (state() === 'certified') demandFitting(read('certificate.pem'));
  }

  function demandFitting(pem: string): void {
    const problems = problemsOf(pem, { credential, keyPem: read('key.pem'), ca: readFileSync(caFile, 'utf8') });
    if (problems.length > 0) {
      throw new Error(
        `The new certificate of ${credential.organization}, ${credential.use}, ${problems.join(', and ')}: ${file('certificate.pem')}`,
      );
    }
  }

  /** Puts key and certificate in their places and keeps the former ones. */
  function install(): void {
    if (!existsSync(file('former-certificate.pem'))) {
      writeTree(folder, { 'former-key.pem': readFileSync(credential.keyFiles[0], 'utf8') });
      writeTree(folder, { 'former-certificate.pem': readFileSync(credential.certificateFiles[0], 'utf8') });
    }
    place('key.pem', 'certificate.pem');
  }

  /** Puts the former key and certificate back and forgets the renewal. */
  function undo(): void {
    if (existsSync(file('former-certificate.pem'))) place('former-key.pem', 'former-certificate.pem');
    finish();
  }

  function place(key: string, certificate: string): void {
    for (const target of credential.keyFiles) replaceFile(target, read(key));
    for (const target of credential.certificateFiles) replaceFile(target, read(certificate));
  }

  function finish(): void {
    rmSync(folder, { recursive: true, force: true });
    const others = dirname(folder);
    if (existsSync(others) && readdirSync(others).length === 0) rmdirSync(others);
  }

  return {
    state,
    request,
    certify,
    install,
    undo,
    finish,
    requestFile: file('request.csr'),
    certificateFile: file('certificate.pem'),
  };
}

interface Expectation {
  credential: Credential;
  keyPem: string;
  ca: string;
}

/** Why a certificate cannot take the place of a credential's present one. */
function problemsOf(pem: string, { credential, keyPem, ca }: Expectation, now = Date.now()): string[] {
  const certificate = new X509Certificate(pem);
  const issuer = new X509Certificate(ca);
  const publicKey = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  const isOurs = certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(publicKey);
  const units = [...certificate.subject.matchAll(/^OU=(.*)$/gm)].map(([, unit]) => unit);
  const names = credential.subjectAltNames ?? [];
  const lacking = names.filter(({ type, value }) =>
    type === 'ip' ? certificate.checkIP(value) === undefined : certificate.checkHost(value) === undefined,
  );
  return [
    ...(isOurs ? [] : ['is for another key than the request']),
    ...(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
      ? []
      : [`was issued by ${certificate.issuer.replaceAll('\n', ', ')}, not by the organisation's own CA`]),
    ...(now < Date.parse(certificate.validFrom)
      ? [`is valid only from ${certificate.validFrom}: check the clock`]
      : []),
    ...(now > Date.parse(certificate.validTo) ? [`ended on ${certificate.validTo}`] : []),
    ...(credential.kind === 'identity' && !units.includes(credential.role)
      ? [`lacks the organisational unit ${credential.role}`]
      : []),
    ...(lacking.length > 0 ? [`lacks the names ${lacking.map(({ value }) => value).join(', ')}`] : []),
  ];
}
