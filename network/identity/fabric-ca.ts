import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Authority } from './authority.ts';
import type { Credential } from './credentials.ts';
import { signLowS } from './ecdsa.ts';
import { type CaReply, callCa } from './fabric-ca-call.ts';
import type { CaSettings } from './layout.ts';
import { createSigningRequest } from './signing-request.ts';

const alreadyRegistered = 74;
// Fabric-ca's word for "as often as you like"; 0 would mean the default of the server.
const unlimitedEnrollments = -1;

interface Registrar {
  certificatePem: string;
  keyPem: string;
}

/** Enrols with a fabric-ca server over its REST API: requests go there, keys stay here. */
export function fabricCaAuthority(organization: string, settings: CaSettings): Authority {
  const registrars = new Map<string | undefined, Promise<Registrar>>();
  // Each enrolment sets the identity a new secret; two at a time would take each other's.
  let queue: Promise<unknown> = Promise.resolve();

  const registrarOf = (caName: string | undefined): Promise<Registrar> => {
    const known = registrars.get(caName) ?? enrolRegistrar(settings, organization, caName);
    registrars.set(caName, known);
    return known;
  };

  async function certify(credential: Credential, requestPem: string): Promise<string> {
    const caName = credential.kind === 'identity' ? settings.name : (settings.tlsName ?? settings.name);
    const secret = randomBytes(24).toString('base64url');
    await register(settings, await registrarOf(caName), { credential, caName, secret });
    return enrol(settings, `${credential.commonName}:${secret}`, {
      certificate_request: requestPem,
      caname: caName,
      ...(credential.kind === 'tls' && { profile: 'tls' }),
    });
  }

  return {
    caCertificates: async () => {
      const [ca, tlsCa] = await Promise.all(
        [settings.name, settings.tlsName ?? settings.name].map((caName) => caCertificate(settings, caName)),
      );
      return { ca: ca ?? '', tlsCa: tlsCa ?? '' };
    },
    certify: (credential, requestPem) => {
      const certified = queue.then(() => certify(credential, requestPem));
      queue = certified.catch(() => {});
      return certified;
    },
  };
}

/** The certificate of a CA of the server. Refuses an intermediate one: our MSP folders hold one root and nothing between. */
async function caCertificate(settings: CaSettings, caName: string | undefined): Promise<string> {
  const { result } = await callCa(settings, { path: '/api/v1/cainfo', body: { caname: caName } });
  const chain = Buffer.from((result as { CAChain: string }).CAChain, 'base64').toString();
  const certificates = chain.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length !== 1) {
    throw new Error(
      `The CA ${caName ?? 'of this name'} at ${settings.url} shows a chain of ${certificates.length} certificates: only a root CA can be used here.`,
    );
  }
  return `${certificates[0]}\n`;
}

async function enrolRegistrar(settings: CaSettings, organization: string, caName?: string): Promise<Registrar> {
  const account = readAccount(settings.registrarFile);
  const [commonName = ''] = account.split(':');
  // The registrar's key lives as long as this process.
  const { keyPem, requestPem } = await createSigningRequest({ commonName, organization });
  const request = { certificate_request: requestPem, caname: caName };
  return { keyPem, certificatePem: await enrol(settings, account, request) };
}

function readAccount(file: string): string {
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new Error(`Others can read ${file}, which holds the registrar's secret: chmod 600 ${file}`);
  }
  const account = readFileSync(file, 'utf8').trim();
  if (!/^[^:\s]+:\S+$/.test(account)) throw new Error(`${file} must hold id:secret of the registrar, on one line.`);
  return account;
}

async function enrol(settings: CaSettings, account: string, body: object): Promise<string> {
  const authorization = `Basic ${Buffer.from(account).toString('base64')}`;
  const { result } = await callCa(settings, { path: '/api/v1/enroll', body, authorization });
  return Buffer.from((result as { Cert: string }).Cert, 'base64').toString();
}

/** Makes an identity of the credential's type known, or gives a known one a new secret. */
async function register(
  settings: CaSettings,
  registrar: Registrar,
  { credential, caName, secret }: { credential: Credential; caName?: string; secret: string },
): Promise<void> {
  const { commonName, role } = credential;
  const identity = {
    ...{ id: commonName, type: role, secret, caname: caName, max_enrollments: unlimitedEnrollments },
    // The root affiliation: another would add its own organisational units to the certificate.
    affiliation: '.',
  };
  const registered = await callAs(settings, registrar, { method: 'POST', path: '/api/v1/register', body: identity });
  if (registered.errors[0]?.code !== alreadyRegistered) return demandSuccess(registered);
  const query = caName === undefined ? '' : `?ca=${encodeURIComponent(caName)}`;
  const path = `/api/v1/identities/${encodeURIComponent(commonName)}${query}`;
  const { type, max_enrollments } = identity;
  const change = { type, secret, max_enrollments, affiliation: '.', attrs: [] };
  demandSuccess(await callAs(settings, registrar, { method: 'PUT', path, body: change }));

  function demandSuccess({ success, errors }: CaReply): void {
    if (success) return;
    const words = errors.map(({ message }) => message).join('; ');
    throw new Error(`The CA at ${settings.url} does not register ${commonName}: ${words}`);
  }
}

/** Calls as the registrar: the token is its certificate and its signature over method, path and body. */
function callAs(
  settings: CaSettings,
  { certificatePem, keyPem }: Registrar,
  { method, path, body }: { method: 'POST' | 'PUT'; path: string; body: object },
): Promise<CaReply> {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const certificate = encode(new X509Certificate(certificatePem).toString());
  const text = JSON.stringify(body);
  const signed = [method, encode(path), encode(text), certificate].join('.');
  const signature = signLowS(Buffer.from(signed), createPrivateKey(keyPem)).toString('base64');
  return callCa(settings, { method, path, text, authorization: `${certificate}.${signature}`, mayFail: true });
}
