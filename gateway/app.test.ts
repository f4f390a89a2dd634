import { catalogue } from './plugins/catalogue.ts';
import { errorCodesOf } from './plugins/open-api.ts';
import { schemaCheck } from './plugins/schema-check.ts';
import type { Route } from './routes/route.ts';
import { createRoutes } from './routes/table.ts';
import { type MemoryApi, openBooks, regulator, startMemoryApi } from './testing/memory-api.ts';
import { eventually } from './testing/memory-gateways.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });
const routes = createRoutes(new AbortController().signal);

/** The path of a route with parameters filled in. */
const examplePath = ({ path }: Route): string =>
  path
    .replace('{accountId}', 'cedar-alice')
    .replace(/\{\w*[bB]ank\}/g, 'cedar')
    .replaceAll(/\{\w+\}/g, 'id-1');

describe('the gateway’s edge', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'centralbank']);
    await openBooks(api, ['cedar']);
  });
  afterAll(() => api.stop());

  describe('authentication', () => {
    const read = (headers: Record<string, string>) => api.call({ path: '/v1/accounts/cedar-alice', as: null, headers });
    const bearer = async (claims: object) =>
      read({ authorization: `Bearer ${await api.token({ bank: 'cedar', ...claims })}` });

    test.each([
      ['another issuer', { issuer: 'https://evil.test' }, 401, 'AUTH_TOKEN_CLAIM_INVALID'],
      ['another audience', { audience: 'other' }, 401, 'AUTH_TOKEN_CLAIM_INVALID'],
      ['an expired token', { lifetime: '-1m' }, 401, 'AUTH_TOKEN_EXPIRED'],
      ['a token of two hours', { lifetime: '2h' }, 401, 'AUTH_TOKEN_LIFETIME_TOO_LONG'],
      ['no roles', { roles: [] }, 401, 'AUTH_TOKEN_CLAIM_INVALID'],
      ['a role that is none', { roles: ['root'] }, 401, 'AUTH_TOKEN_CLAIM_INVALID'],
      ['roles as text', { roles: 'operator' }, 401, 'AUTH_TOKEN_CLAIM_INVALID'],
      ['no bank', { bank: undefined }, 401, 'AUTH_TOKEN_CLAIM_INVALID'],
      ['another bank', { bank: 'maple' }, 403, 'AUTH_WRONG_BANK'],
      ['an operator of the central bank', { bank: 'centralbank' }, 403, 'AUTH_WRONG_BANK'],
      ['a regulator of another bank', { bank: 'maple', roles: ['regulator'] }, 403, 'AUTH_WRONG_BANK'],
    ])('refuses %s', async (_what, claims, status, code) => {
      expect(await bearer(claims)).toMatchObject({ status, body: { code, outcome: 'refused' } });
    });

    test('refuses no token, garbage, another key and an unsigned token', async () => {
      const token = await api.token({ bank: 'cedar' });
      const [header, payload] = token.split('.');
      const none = Buffer.from('{"alg":"none"}').toString('base64url');
      const answers = await Promise.all([
        read({}),
        read({ authorization: 'Basic YTpi' }),
        read({ authorization: 'Bearer a.b.c' }),
        read({ authorization: `Bearer ${header}.${payload}.${'A'.repeat(86)}` }),
        read({ authorization: `Bearer ${none}.${payload}.` }),
      ]);

      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
      expect(answers[0]?.body.code).toBe('AUTH_TOKEN_MISSING');
      expect(answers[0]?.headers['www-authenticate']).toBe('Bearer realm="tangram"');
      expect(answers[3]?.headers['www-authenticate']).toContain('invalid_token');
    });

    test('lets a token of the central bank do no more at a bank than read', async () => {
      const as = { ...regulator, roles: ['regulator', 'operator'] };
      const answer = await api.call({ method: 'POST', path: '/v1/accounts/cedar-alice/freeze', as });

      expect(answer).toMatchObject({ status: 403, body: { code: 'AUTH_ROLE_NOT_ALLOWED' } });
    });
  });

  describe('every route', () => {
    test.each(routes.map((route): [string, Route] => [`${route.method} ${route.path}`, route]))(
      '%s asks for a token, a role and the right gateway',
      async (_name, route) => {
        const { method, roles, at } = route;
        const path = examplePath(route);
        const bank = at === 'centralbank' ? 'centralbank' : 'cedar';
        const denied = ['customer', 'operator', 'regulator'].filter(
          (role) => !roles.some((allowed) => allowed === role),
        );

        expect((await api.call({ bank, method, path, as: null })).status).toBe(401);
        for (const role of denied) {
          const answer = await api.call({ bank, method, path, as: { sub: 'C-1', roles: [role] } });
          expect(answer).toMatchObject({ status: 403, body: { code: 'AUTH_ROLE_NOT_ALLOWED' } });
        }
        if (at === undefined) return;
        const elsewhere = await api.call({ bank: bank === 'cedar' ? 'centralbank' : 'cedar', method, path });
        expect(elsewhere).toMatchObject({ status: 404, body: { code: 'API_NOT_AT_THIS_GATEWAY' } });
      },
    );

    test('documents only codes that a catalogue has', () => {
      const known = new Set(catalogue.map(({ code }) => code));
      const unknown = routes.flatMap((route) => errorCodesOf(route).filter((code) => !known.has(code)));

      expect([...new Set(unknown)]).toEqual([]);
    });

    test('has a body example that its own schema takes', () => {
      for (const { body, example, operationId } of routes) {
        if (body === undefined || example?.body === undefined) continue;
        expect([operationId, schemaCheck(body, 'body')(example.body)]).toEqual([operationId, undefined]);
      }
    });
  });

  test('has codes that occur once', () => {
    const codes = catalogue.map(({ code }) => code);

    expect(codes).toEqual([...new Set(codes)]);
  });

  describe('malformed requests', () => {
    const json = { 'content-type': 'application/json' };
    const post = (body: unknown, headers: Record<string, string> = json) =>
      api.call({ method: 'POST', path: '/v1/accounts/cedar-alice/freeze', body, headers });

    test.each([
      ['half a document', '{"a":', 400, 'API_BODY_NOT_JSON'],
      ['a prototype key', '{"__proto__":{"x":1}}', 400, 'API_BODY_NOT_JSON'],
      ['a constructor key', '{"constructor":{"prototype":{"x":1}}}', 400, 'API_BODY_NOT_JSON'],
      ['bytes that are not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 400, 'API_BODY_NOT_JSON'],
      ['a body too large', `{"a":"${'x'.repeat(70_000)}"}`, 413, 'API_BODY_TOO_LARGE'],
      ['nesting without end', '['.repeat(30_000), 400, 'API_BODY_NOT_JSON'],
      ['a field where none is due', '{"why":"because"}', 400, 'API_FIELD_UNKNOWN'],
    ])('are refused: %s', async (_what, body, status, code) => {
      expect(await post(body)).toMatchObject({ status, body: { code } });
    });

    test('are refused for another media type, path and method', async () => {
      const form = await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' });
      const path = await api.call({ path: '/v1/nothing' });
      const method = await api.call({ method: 'DELETE', path: '/v1/accounts/cedar-alice' });
      const url = await api.call({ path: '/v1/accounts/%ff' });

      expect([form.status, path.status, method.status, url.status]).toEqual([415, 404, 405, 400]);
      expect(method.headers.allow).toBe('GET');
      for (const { headers } of [form, path, method, url]) {
        expect(headers['content-type']).toContain('application/problem+json');
      }
    });

    test('cannot set headers or lines of the log', async () => {
      const given = 'a\r\nset-cookie: x=1';
      const kept = await api.call({ path: '/healthz', headers: { 'x-request-id': 'trace-7' } });
      const replaced = await api.call({ path: '/healthz', headers: { 'x-request-id': given.replace('\r\n', ' ') } });

      expect(kept.headers['x-request-id']).toBe('trace-7');
      expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  test('never tells what went wrong inside', async () => {
    const { accounts } = api.gateways.of('cedar');
    const original = accounts.freeze;
    accounts.freeze = async () => {
      throw new Error('password=hunter2 at /home/x');
    };
    try {
      const answer = await api.call({ method: 'POST', path: '/v1/accounts/cedar-alice/freeze' });

      expect(answer).toMatchObject({ status: 500, body: { code: 'API_INTERNAL', outcome: 'unknown' } });
      expect(answer.text).not.toContain('hunter2');
    } finally {
      accounts.freeze = original;
    }
  });

  test('says within the deadline that an outcome is unknown', async () => {
    const hasty = await startMemoryApi(['centralbank'], { limits: { requestSeconds: 1 } });
    hasty.gateways.of('centralbank').settlement.issue = () => new Promise(() => {});
    const body = { operationId: 'I-1', amount: CNY('1') };
    const path = '/v1/settlement-accounts/cedar/issue';
    const answer = await hasty.call({ bank: 'centralbank', method: 'POST', path, body });
    await hasty.stop();

    expect(answer).toMatchObject({ status: 504, body: { code: 'API_DEADLINE_EXCEEDED', outcome: 'unknown' } });
  });

  test('keeps answers out of caches and frames', async () => {
    const { headers } = await api.call({ path: '/v1/accounts/cedar-alice' });

    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': "default-src 'none'",
      'ratelimit-limit': '60000',
    });
  });

  describe('OpenAPI', () => {
    test('describes every route with roles, answers and error codes', async () => {
      const { body } = await api.call({ path: '/openapi.json', as: null });

      expect(body.openapi).toBe('3.1.0');
      for (const { method, path, operationId, success } of routes) {
        const operation = body.paths[path]?.[method.toLowerCase()];
        expect(operation?.operationId).toBe(operationId);
        expect(Object.keys(operation.responses)).toEqual(
          expect.arrayContaining([String(success.status), '401', '403']),
        );
      }
      const { schema } = body.paths['/v1/payments'].post.responses['422'].content['application/problem+json'];
      expect(schema.properties.code.enum).toContain('PAYMENTS_INSUFFICIENT_FUNDS');
      expect(body.components.schemas.Problem.properties.outcome).toBeDefined();
    });

    test('resolves every reference', async () => {
      const { body, text } = await api.call({ path: '/openapi.json', as: null });
      const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, pointer]) => pointer!);

      expect(references.length).toBeGreaterThan(20);
      for (const pointer of new Set(references)) {
        expect(pointer.split('/').reduce((node, key) => node?.[key], body)).toBeDefined();
      }
      expect(text.match(/"\$ref":"(?!#\/)/)).toBeNull();
    });

    test('is readable without any other host', async () => {
      const page = await api.call({ path: '/docs/', as: null });
      const script = await api.call({ path: '/docs/static/swagger-ui-bundle.js', as: null });

      expect([page.status, script.status]).toEqual([200, 200]);
      expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
      expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    });
  });

  test('tells health, readiness and figures without a token, and names nobody in them', async () => {
    const [health, ready, metrics] = await Promise.all(
      ['/healthz', '/readyz', '/metrics'].map((path) => api.call({ path, as: null })),
    );

    expect(health?.body).toEqual({ status: 'up' });
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'ready', readModelBlock: expect.stringMatching(/^\d+$/) },
    });
    const lines = metrics?.text.split('\n') ?? [];
    const figure = (...parts: string[]) =>
      lines
        .find((line) => parts.every((part) => line.includes(part)))
        ?.split(' ')
        .at(-1);
    expect(Number(figure('operations_total', 'outcome="accepted"'))).toBeGreaterThan(3);
    expect(figure('request_duration_seconds_count', 'method="POST"', 'route="/v1/accounts"', 'status="201"')).toBe('2');
    expect(lines.filter((line) => /alice|C-1|cedar-/.test(line))).toEqual([]);
  });

  describe('settlement', () => {
    const post = (path: string, body: unknown, bank = 'centralbank') => api.call({ bank, method: 'POST', path, body });

    test('is issued and withdrawn by the central bank, once per id', async () => {
      const body = { operationId: 'I-1', amount: CNY('500') };
      const nothing = { operationId: 'i-0', amount: { amount: '0', currency: 'CNY' } };
      const none = await post('/v1/settlement-accounts/cedar/issue', nothing);
      expect(none).toMatchObject({ status: 422, body: { code: 'CORE_AMOUNT_NOT_POSITIVE' } });
      const first = await post('/v1/settlement-accounts/cedar/issue', body);
      const again = await post('/v1/settlement-accounts/cedar/issue', body);
      const withdrawn = await post('/v1/settlement-accounts/cedar/withdraw', {
        operationId: 'W-1',
        amount: CNY('500'),
      });
      const tooMuch = await post('/v1/settlement-accounts/cedar/withdraw', {
        operationId: 'W-2',
        amount: CNY('99999999999'),
      });
      const unknown = await post('/v1/settlement-accounts/oak/issue', { ...body, operationId: 'I-2' });

      expect([first.status, again.status, withdrawn.status]).toEqual([201, 201, 201]);
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(tooMuch.status).toBe(422);
      expect(unknown).toMatchObject({ status: 404, body: { code: 'API_BANK_UNKNOWN' } });
    });

    test.each([['cedar'], ['centralbank']])('balances and positions are read at %s', async (bank) => {
      const balances = await api.call({ bank, path: '/v1/settlement-accounts/cedar' });
      const positions = await api.call({ bank, path: '/v1/settlement-positions/cedar/maple' });

      expect(balances.body).toEqual({ bank: 'cedar', balances: [{ amount: '100000000', currency: 'CNY' }] });
      expect(positions).toMatchObject({ status: 200, body: { nextCursor: null } });
    });

    test('takes limits from the central bank, and settlements from banks that are party to them', async () => {
      const limit = { currency: 'CNY', limit: '777', settleAtShare: 9000 };
      const set = await api.call({
        bank: 'centralbank',
        method: 'PUT',
        path: '/v1/settlement-limits/cedar/maple',
        body: limit,
      });
      const foreign = await post(
        '/v1/settlements',
        { settlementId: 'S-1', debtorBank: 'maple', creditorBank: 'pine', currency: 'CNY' },
        'cedar',
      );
      const nothing = await post(
        '/v1/settlements',
        { settlementId: 'S-2', debtorBank: 'cedar', creditorBank: 'cedar', currency: 'CNY' },
        'cedar',
      );

      expect(set).toMatchObject({ status: 200, body: { debtorBank: 'cedar', creditorBank: 'maple', limit: '777' } });
      expect(foreign.body.code).toBe('AUTH_BANK_NOT_YOURS');
      expect(nothing.body.outcome).toBe('refused');
    });
  });
});

describe('limits', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['centralbank'], { limits: { requestsPerMinute: 3 } });
  });
  afterAll(() => api.stop());
  const read = (as: object | null, headers = {}) =>
    api.call({ bank: 'centralbank', path: '/v1/settlement-accounts/cedar', as, headers });

  test('hold per caller, with Retry-After, and leave health alone', async () => {
    const first = await Promise.all([1, 2, 3].map(() => read({ sub: 'busy' })));
    const refused = await read({ sub: 'busy' });
    const other = await read({ sub: 'calm' });
    const health = await Promise.all(
      [1, 2, 3, 4].map(() => api.call({ bank: 'centralbank', path: '/healthz', as: null })),
    );

    expect(first.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(refused).toMatchObject({ status: 429, body: { code: 'API_RATE_LIMIT_EXCEEDED', retry: 'later' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
    expect(other.status).toBe(200);
    expect(health.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test('hold for refused tokens by address', async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      statuses.push((await read(null, { authorization: `Bearer guess.${round}.x` })).status);
    }

    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('a lane whose queue is full', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'centralbank'], { queueOperationsMax: 20 });
    await openBooks(api, ['cedar']);
  });
  afterAll(() => api.stop());

  const payment = (paymentId: string) => ({
    paymentId,
    debtorAccount: 'cedar-alice',
    creditorAccount: 'cedar-bob',
    amount: CNY('1'),
  });
  const file = (name: string, count: number) => ({
    payments: Array.from({ length: count }, (_, index) => payment(`${name}-${index}`)),
  });
  const post = (path: string, body: object, sub = 'operator-1') =>
    api.call({ method: 'POST', path, body, as: { sub, roles: ['operator'] } });

  test('takes nothing of a request, says when to come again, and takes it then', async () => {
    let isAway = true;
    api.gateways.fabric.fault = () => (isAway ? 'unavailable' : undefined);
    // The first is under way in a batch of its own, the second fills its caller's half, the third the other half.
    const waiting = [post('/v1/payments', payment('first'))];
    await eventually('under way', () => api.gateways.of('cedar').health().lanes[0]?.queued === 0);
    waiting.push(post('/v1/payments/bulk', file('half', 10)));
    await eventually('half full', () => api.gateways.of('cedar').health().lanes[0]?.queued === 10);
    const ownHalf = await post('/v1/payments', payment('one-more'));
    waiting.push(post('/v1/payments/bulk', file('other', 10), 'operator-2'));
    await eventually('full', () => api.gateways.of('cedar').health().lanes[0]?.queued === 20);
    const refused = await post('/v1/payments/bulk', file('late', 3), 'operator-3');

    for (const answer of [ownHalf, refused]) {
      expect(answer).toMatchObject({ status: 429, body: { code: 'GATEWAY_BUSY', outcome: 'failed', retry: 'later' } });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    isAway = false;
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([201, 200, 200]);
    const again = await post('/v1/payments/bulk', file('late', 3), 'operator-3');
    expect(again.body.results).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ status: 'SETTLED' })));
  });
});
