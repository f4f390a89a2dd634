import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { type Issuer, startIssuer } from './issuer.ts';

describe('development issuer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-issuer-'));
  let issuer: Issuer;

  beforeAll(async () => {
    issuer = await startIssuer({ folder, port: 0 });
  });
  afterAll(() => issuer.close());

  const ask = (body: unknown) =>
    fetch(`${issuer.url}/token`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

  test('gives an operator a token that its published key verifies', async () => {
    const response = await ask({ bank: 'cedar', role: 'operator' });
    const { access_token, token_type, expires_in } = (await response.json()) as Record<string, string>;
    const keys = createRemoteJWKSet(new URL(`${issuer.url}/.well-known/jwks.json`));

    const { payload } = await jwtVerify(access_token ?? '', keys, { issuer: issuer.issuer, audience: 'tangram' });

    expect({ token_type, expires_in }).toEqual({ token_type: 'Bearer', expires_in: 3600 });
    expect(payload).toMatchObject({ bank: 'cedar', roles: ['operator'], sub: 'operator@cedar' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  test('makes the customer id the subject', async () => {
    const token = await issuer.token({ bank: 'maple', role: 'customer', customerId: 'C-17' });

    expect(decodeJwt(token)).toMatchObject({ sub: 'C-17', roles: ['customer'], bank: 'maple' });
  });

  test('publishes no private key', async () => {
    const { keys } = (await (await fetch(`${issuer.url}/.well-known/jwks.json`)).json()) as { keys: object[] };

    expect(keys).toHaveLength(1);
    expect(keys[0]).not.toHaveProperty('d');
  });

  test.each([
    ['an unknown bank', { bank: 'oak', role: 'operator' }, 'bank must be one of'],
    ['an unknown role', { bank: 'cedar', role: 'root' }, 'role must be one of'],
    ['an unknown field', { bank: 'cedar', role: 'operator', admin: true }, 'Unknown fields: admin'],
    ['a customer without id', { bank: 'cedar', role: 'customer' }, 'A customer has a customerId'],
    [
      'an operator with customer id',
      { bank: 'cedar', role: 'operator', customerId: 'C-1' },
      'A customer has a customerId',
    ],
    ['a body that is not JSON', '{', 'not JSON'],
    ['a body beyond the limit', 'x'.repeat(5000), '4096 bytes'],
  ])('refuses %s', async (_name, body, why) => {
    const response = await ask(body);

    expect(response.status).toBe(400);
    expect(((await response.json()) as { error_description: string }).error_description).toContain(why);
  });

  test('keeps its key, so that tokens outlive a restart', async () => {
    const again = await startIssuer({ folder, port: 0 });
    const keysOf = async (url: string) => (await fetch(`${url}/.well-known/jwks.json`)).json();

    expect(await keysOf(again.url)).toEqual(await keysOf(issuer.url));
    await again.close();
  });
});
