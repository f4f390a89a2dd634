import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { createAuthenticator } from './authentication.ts';

interface TestKey {
  privateKey: CryptoKey;
  jwk: JWK;
}

async function makeKey(kid: string): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' } };
}

describe('createAuthenticator over a remote key set', () => {
  let server: Server;
  let jwksUrl: string;
  let answer: { status: number; body: unknown };
  let fetches = 0;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      fetches += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const authenticator = () =>
    createAuthenticator({ issuer: { jwksUrl, issuer: 'i', audience: 'tangram' }, organization: 'cedar' });
  const bearer = async ({ privateKey, jwk }: TestKey) => {
    const token = await new SignJWT({ roles: ['customer', 'astronaut'], bank: 'cedar' })
      .setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid! })
      .setIssuer('i')
      .setAudience('tangram')
      .setSubject('C-1')
      .setExpirationTime('10m')
      .sign(privateKey);
    return `Bearer ${token}`;
  };

  test('takes a token of a published key, and fetches the keys once', async () => {
    const key = await makeKey('one');
    answer = { status: 200, body: { keys: [key.jwk] } };
    const authenticate = authenticator();
    fetches = 0;
    const caller = await authenticate(await bearer(key));
    await authenticate(await bearer(key));

    expect(caller).toEqual({ subject: 'C-1', roles: ['customer'], bank: 'cedar', expiresAt: expect.any(Number) });
    expect(fetches).toBe(1);
  });

  test('finds a new key after the issuer has changed it', async () => {
    const [old, fresh] = [await makeKey('old'), await makeKey('fresh')];
    answer = { status: 200, body: { keys: [old.jwk] } };
    const authenticate = authenticator();
    await authenticate(await bearer(old));
    answer = { status: 200, body: { keys: [fresh.jwk] } };
    await new Promise((resolve) => setTimeout(resolve, 1100));

    expect(await authenticate(await bearer(fresh))).toMatchObject({ subject: 'C-1' });
    await expect(authenticate(await bearer(old))).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' });
  });

  test.each([
    ['fails', { status: 500, body: {} }],
    ['answers no key set', { status: 200, body: { keys: 'none' } }],
  ])('blames nobody’s token when the issuer %s', async (_what, given) => {
    const key = await makeKey('one');
    answer = given;

    await expect(authenticator()(await bearer(key))).rejects.toMatchObject({ code: 'AUTH_ISSUER_UNREACHABLE' });
  });

  test('blames nobody’s token when the issuer is down', async () => {
    const key = await makeKey('one');
    const issuer = { jwksUrl: 'http://127.0.0.1:9/jwks.json', issuer: 'i', audience: 'tangram' };
    const authenticate = createAuthenticator({ issuer, organization: 'cedar' });

    await expect(authenticate(await bearer(key))).rejects.toMatchObject({ code: 'AUTH_ISSUER_UNREACHABLE' });
  });
});
