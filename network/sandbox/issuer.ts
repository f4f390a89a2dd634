import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { organizationNames } from '../config/topology.ts';

const audience = 'tangram';
const loopback = '127.0.0.1';
const lifetimeSeconds = 3600;
const bodyBytesMax = 4096;
const roles = ['customer', 'operator', 'regulator'];

interface TokenRequest {
  bank: string;
  role: string;
  customerId?: string;
}

export interface Issuer {
  url: string;
  issuer: string;
  audience: string;
  token(request: TokenRequest): Promise<string>;
  close(): Promise<void>;
}

class BadRequest extends Error {}

interface IssuerOptions {
  folder: string;
  port: number;
  /** Loopback unless a container's own network stands around it. */
  host?: string;
  /** Its name in tokens, where that is not the address it listens on. */
  url?: string;
  /** Organisations for whose people there are tokens; they come and go. */
  members?(): readonly string[];
}

/**
 * Development issuer: gives a token to whoever asks, so it listens on loopback and no production network runs it.
 * Its key is kept in `folder`, so tokens outlive a restart.
 */
export async function startIssuer({
  folder,
  port,
  host = loopback,
  url: name,
  members = () => organizationNames,
}: IssuerOptions): Promise<Issuer> {
  const jwk = await loadKey(folder);
  const key = await importJWK(jwk, 'ES256');
  const { d: _private, ...publicJwk } = jwk;
  const server = createServer();
  await listen(server, port, host);
  const url = name ?? `http://${host}:${(server.address() as AddressInfo).port}`;

  async function token(request: TokenRequest): Promise<string> {
    const { bank, role, customerId } = checkRequest(request, members());
    return new SignJWT({ bank, roles: [role] })
      .setProtectedHeader({ alg: 'ES256', kid: jwk.kid ?? '' })
      .setIssuer(url)
      .setAudience(audience)
      .setSubject(customerId ?? `${role}@${bank}`)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(key);
  }

  const answers: Record<string, (request: IncomingMessage) => Promise<unknown>> = {
    'POST /token': async (request) => ({
      access_token: await token(await readJson(request)),
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
    }),
    'GET /.well-known/jwks.json': async () => ({ keys: [publicJwk] }),
    'GET /.well-known/openid-configuration': async () => ({
      issuer: url,
      jwks_uri: `${url}/.well-known/jwks.json`,
      token_endpoint: `${url}/token`,
      id_token_signing_alg_values_supported: ['ES256'],
    }),
    'GET /': async () => ({
      sandbox: 'Development issuer: it gives a token to whoever asks. Never use it in production.',
      use: 'POST /token {"bank": "cedar", "role": "operator"}',
      banks: members(),
      roles,
    }),
  };

  server.on('request', async (request, response) => {
    const answer = answers[`${request.method} ${request.url?.split('?')[0]}`];
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    };
    if (!answer) return reply(404, { error: 'not_found', try: Object.keys(answers) });
    try {
      reply(200, await answer(request));
    } catch (error) {
      if (!(error instanceof BadRequest)) return response.destroy(error as Error);
      reply(400, { error: 'invalid_request', error_description: error.message });
    }
  });

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, issuer: url, audience, token, close };
}

function checkRequest(request: unknown, members: readonly string[]): TokenRequest {
  if (typeof request !== 'object' || request === null) {
    throw new BadRequest('Send a JSON object {"bank", "role", "customerId"?}.');
  }
  const { bank, role, customerId, ...unknown } = request as Record<string, unknown>;
  if (Object.keys(unknown).length > 0) {
    throw new BadRequest(`Unknown fields: ${Object.keys(unknown).join(', ')}.`);
  }
  if (typeof bank !== 'string' || !members.includes(bank)) {
    throw new BadRequest(`bank must be one of ${members.join(', ')}.`);
  }
  if (typeof role !== 'string' || !roles.includes(role)) {
    throw new BadRequest(`role must be one of ${roles.join(', ')}.`);
  }
  if (customerId !== undefined && (typeof customerId !== 'string' || !/^[A-Za-z0-9-]{1,36}$/.test(customerId))) {
    throw new BadRequest('customerId must be 1 to 36 letters, digits or hyphens.');
  }
  if ((role === 'customer') !== (customerId !== undefined)) {
    throw new BadRequest('A customer has a customerId; operators and regulators have none.');
  }
  return { bank, role, customerId: customerId as string | undefined };
}

async function readJson(request: IncomingMessage): Promise<TokenRequest> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > bodyBytesMax) throw new BadRequest(`The body may have ${bodyBytesMax} bytes.`);
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new BadRequest('The body is not JSON.');
  }
}

async function loadKey(folder: string): Promise<JWK> {
  const file = join(folder, 'key.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const whole = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(whole), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return whole;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
