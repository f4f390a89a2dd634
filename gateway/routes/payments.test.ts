import { type Claims, customer, type MemoryApi, openBooks, regulator, startMemoryApi } from '../testing/memory-api.ts';
import { eventually } from '../testing/memory-gateways.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });
const payment = (paymentId: string, changes: object = {}) => ({
  paymentId,
  debtorAccount: 'cedar-alice',
  creditorAccount: 'cedar-bob',
  amount: CNY('10'),
  ...changes,
});

describe('payments through REST', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank']);
    await openBooks(api, ['cedar', 'maple']);
  });
  afterAll(() => api.stop());

  const post = (
    path: string,
    body: unknown,
    more: { as?: Claims; headers?: Record<string, string>; bank?: string } = {},
  ) => api.call({ method: 'POST', path, body, ...more });
  const settled = (bank: string, id: string) =>
    eventually(
      `${id} settled`,
      async () => (await api.call({ bank, path: `/v1/payments/${id}` })).body.status === 'SETTLED',
    );

  test('answers a payment with exactly id, status and place on the ledger', async () => {
    const { status, body } = await post('/v1/payments', payment('p-1'), { as: customer('C-alice') });

    expect(status).toBe(201);
    expect(body).toEqual({
      paymentId: 'p-1',
      status: 'SETTLED',
      transactionId: expect.stringMatching(/^[0-9a-f]{64}$/),
      blockNumber: expect.stringMatching(/^[0-9]+$/),
    });
  });

  test('carries texts across banks to those who may read them, and to nobody else', async () => {
    const texts = {
      endToEndId: 'E2E/1',
      remittance: 'Rechnung 茶 & <b>',
      uetr: '0198f1a2-7c3e-4d10-9a55-0c2f6f1f2b11',
    };
    const sent = await post('/v1/payments', payment('p-2', { creditorAccount: 'maple-bob', ...texts }));
    await settled('maple', 'p-2');
    const readers = await Promise.all([
      api.call({ bank: 'maple', path: '/v1/payments/p-2', as: customer('C-bob') }),
      api.call({ path: '/v1/payments/p-2', as: customer('C-alice') }),
      api.call({ bank: 'centralbank', path: '/v1/payments/p-2', as: regulator }),
      api.call({ path: '/v1/payments/p-2', as: regulator }),
    ]);

    expect(sent.body.status).toBe('ACCEPTED');
    expect(readers.map(({ body }) => body.remittance)).toEqual([texts.remittance, texts.remittance, null, null]);
    expect(readers[0]?.body).toMatchObject(texts);
  });

  test('tells payments of one id apart that customers of two banks sent each other', async () => {
    const sent = [
      await post('/v1/payments', payment('p-twin', { creditorAccount: 'maple-bob' })),
      await post('/v1/payments', payment('p-twin', { debtorAccount: 'maple-bob', creditorAccount: 'cedar-bob' }), {
        bank: 'maple',
      }),
    ];
    expect(sent.map(({ status }) => status)).toEqual([201, 201]);
    await settled('maple', 'p-twin?debtorBank=cedar');
    const debtorAt = async (query: string, as?: Claims) =>
      (await api.call({ bank: 'maple', path: `/v1/payments/p-twin${query}`, ...(as ? { as } : {}) })).body
        .debtorAccount;

    expect(await debtorAt('')).toBe('maple-bob');
    expect(await debtorAt('?debtorBank=cedar')).toBe('cedar-alice');
    expect(await debtorAt('?debtorBank=pine')).toBeUndefined();
    const refund = await post('/v1/payments/p-twin/refund', { refundId: 'r-twin' }, { bank: 'maple' });
    expect(refund).toMatchObject({ status: 201, body: { debtorAccount: 'maple-bob', creditorAccount: 'cedar-alice' } });
  });

  test('hides a payment from strangers as if it were not there', async () => {
    const [foreign, missing] = [
      await api.call({ path: '/v1/payments/p-1', as: customer('C-mallory') }),
      await api.call({ path: '/v1/payments/p-0', as: customer('C-mallory') }),
    ];

    expect(foreign).toMatchObject({ status: 404, body: { code: 'API_PAYMENT_NOT_FOUND' } });
    expect(foreign.text.replaceAll('p-1', 'p-0')).toBe(missing.text);
  });

  test('replays the first result and refuses another payload', async () => {
    const first = await post('/v1/payments', payment('p-3'));
    const again = await post('/v1/payments', payment('p-3'));
    const changed = await post('/v1/payments', payment('p-3', { amount: CNY('11') }));

    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(changed).toMatchObject({ status: 409, body: { outcome: 'refused', retry: 'never' } });
  });

  test('takes the id from Idempotency-Key, and refuses two different ids', async () => {
    const { paymentId: _id, ...body } = payment('unused');
    const sent = await post('/v1/payments', body, { headers: { 'idempotency-key': 'key-1' } });
    const both = await post('/v1/payments', payment('key-2'), { headers: { 'idempotency-key': 'key-3' } });
    const none = await post('/v1/payments', body);
    const malformed = await post('/v1/payments', body, { headers: { 'idempotency-key': 'a b' } });

    expect(sent).toMatchObject({ status: 201, body: { paymentId: 'key-1' } });
    expect(both.body.code).toBe('API_IDEMPOTENCY_KEY_DIFFERS');
    expect(none.body).toMatchObject({ code: 'API_FIELD_MISSING', params: { field: 'paymentId' } });
    expect(malformed.body.code).toBe('API_IDEMPOTENCY_KEY_INVALID');
  });

  test('judges a refused id anew', async () => {
    const refused = await post('/v1/payments', payment('p-4', { amount: CNY('99999999') }));
    const accepted = await post('/v1/payments', payment('p-4'));

    expect(refused).toMatchObject({
      status: 422,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      body: { code: 'PAYMENTS_INSUFFICIENT_FUNDS', outcome: 'refused', retry: 'after-change' },
    });
    expect(accepted.status).toBe(201);
  });

  test.each([
    ['a number', 10],
    ['a negative amount', '-10'],
    ['a decimal', '1.5'],
    ['an exponent', '1e3'],
    ['a leading zero', '010'],
    ['a sign', '+10'],
    ['other digits', '١٠'],
    ['a space', ' 10'],
    ['31 digits', '1'.repeat(31)],
    ['nothing', ''],
  ])('refuses %s as an amount', async (_what, amount) => {
    const answer = await post('/v1/payments', payment('p-x', { amount: { amount, currency: 'CNY' } }));

    expect(answer).toMatchObject({ status: 400, body: { code: 'CORE_AMOUNT_INVALID', outcome: 'refused' } });
  });

  test.each([
    ['an unknown field', { priority: 'HIGH' }, 'API_FIELD_UNKNOWN', { place: 'body', field: 'priority' }],
    [
      'an unknown field of the amount',
      { amount: { ...CNY('1'), scale: 2 } },
      'API_FIELD_UNKNOWN',
      { place: 'body.amount', field: 'scale' },
    ],
    ['a control character', { remittance: 'a\u0007b' }, 'API_FIELD_INVALID', { field: 'body.remittance' }],
    ['a lone surrogate', { remittance: 'a\ud800b' }, 'API_FIELD_INVALID', { field: 'body.remittance' }],
    ['a text too long', { remittance: 'x'.repeat(141) }, 'API_FIELD_INVALID', { field: 'body.remittance' }],
    [
      'an account id in capitals',
      { creditorAccount: 'CEDAR-bob' },
      'API_FIELD_INVALID',
      { field: 'body.creditorAccount' },
    ],
    [
      'a UETR of another version',
      { uetr: '0198f1a2-7c3e-7d10-9a55-0c2f6f1f2b11' },
      'API_FIELD_INVALID',
      { field: 'body.uetr' },
    ],
  ])('refuses %s by name', async (_what, changes, code, params) => {
    const answer = await post('/v1/payments', payment('p-x', changes));

    expect(answer).toMatchObject({ status: 400, body: { code, params } });
  });

  test('lets a customer debit only own accounts', async () => {
    const answer = await post('/v1/payments', payment('p-5'), { as: customer('C-bob') });

    expect(answer).toMatchObject({ status: 403, body: { code: 'AUTH_ACCOUNT_NOT_YOURS' } });
  });

  test('lists what the caller may see, filtered and paged', async () => {
    const own = await api.call({ path: '/v1/payments?limit=1', as: customer('C-bob') });
    const next = await api.call({ path: `/v1/payments?limit=1&cursor=${own.body.nextCursor}`, as: customer('C-bob') });
    const none = await api.call({ path: '/v1/payments', as: customer('C-mallory') });
    const foreign = await api.call({ path: '/v1/payments?account=cedar-alice', as: customer('C-bob') });
    const accepted = await api.call({ path: '/v1/payments?account=cedar-alice&status=SETTLED&from=2026-01-01' });

    expect(own.body.items).toHaveLength(1);
    expect(next.body.items[0].paymentId).not.toBe(own.body.items[0].paymentId);
    expect(none.body).toEqual({ items: [], nextCursor: null });
    expect(foreign.body.code).toBe('AUTH_ACCOUNT_NOT_YOURS');
    expect(accepted.body.items.length).toBeGreaterThan(2);
  });

  test.each([
    ['from=2026-02-30', 'API_TIME_INVALID'],
    ['from=yesterday12', 'API_TIME_INVALID'],
    ['from=2026-02-02&to=2026-02-01', 'API_PERIOD_INVALID'],
    ['limit=0', 'API_FIELD_INVALID'],
    ['limit=1001', 'API_FIELD_INVALID'],
    ['sort=asc', 'API_FIELD_UNKNOWN'],
    ['status=DONE', 'API_FIELD_INVALID'],
  ])('refuses the query %s', async (query, code) => {
    expect(await api.call({ path: `/v1/payments?${query}` })).toMatchObject({ status: 400, body: { code } });
  });

  test('answers a bulk in order, each a status or a problem', async () => {
    const payments = [
      payment('b-1'),
      payment('b-2', { amount: CNY('-1') }),
      7,
      payment('b-3', { creditorAccount: 'maple-nobody' }),
      payment('b-4', { debtorAccount: 'cedar-bob', creditorAccount: 'cedar-alice' }),
      payment('b-1'),
    ];
    const { status, body } = await post('/v1/payments/bulk', { payments }, { as: customer('C-alice') });

    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { paymentId: 'b-1', status: 'SETTLED' },
      { paymentId: 'b-2', problem: { code: 'CORE_AMOUNT_INVALID', status: 400 } },
      { problem: { code: 'API_FIELD_INVALID' } },
      { paymentId: 'b-3', problem: { code: 'PAYMENTS_CREDITOR_UNKNOWN', outcome: 'refused' } },
      { paymentId: 'b-4', problem: { code: 'AUTH_ACCOUNT_NOT_YOURS' } },
      { paymentId: 'b-1', status: 'SETTLED', replayed: true },
    ]);
  });

  test('refuses a bulk of more than ten thousand', async () => {
    const payments = Array.from({ length: 10_001 }, () => 1);

    expect(await post('/v1/payments/bulk', { payments })).toMatchObject({
      status: 400,
      body: { code: 'API_FIELD_INVALID' },
    });
  });

  test('refunds at the creditor’s bank, by the creditor, at most the payment', async () => {
    await post('/v1/payments', payment('p-6', { creditorAccount: 'maple-bob', amount: CNY('100') }));
    await settled('maple', 'p-6');
    const path = '/v1/payments/p-6/refund';
    const part = await post(path, { refundId: 'r-1', amount: CNY('60') }, { bank: 'maple', as: customer('C-bob') });
    const more = await post(path, { refundId: 'r-2', amount: CNY('41') }, { bank: 'maple', as: customer('C-bob') });
    const stranger = await post(path, { refundId: 'r-3' }, { bank: 'maple', as: customer('C-alice') });

    expect(part).toMatchObject({ status: 201, body: { refundId: 'r-1', paymentId: 'p-6', refunded: '60' } });
    expect(part.body.outbox).toBeUndefined();
    expect(more).toMatchObject({ status: 422, body: { code: 'PAYMENTS_REFUND_EXCEEDS_PAYMENT' } });
    expect(stranger.body.code).toBe('API_PAYMENT_NOT_FOUND');
  });

  test('reverses once, by the staff', async () => {
    await post('/v1/payments', payment('p-7'));
    const path = '/v1/payments/p-7/reverse';
    const byCustomer = await post(path, { reversalId: 'v-0', reason: 'DUPL' }, { as: customer('C-alice') });
    const reversed = await post(path, { reversalId: 'v-1', reason: 'DUPL' });
    const again = await post(path, { reversalId: 'v-2', reason: 'DUPL' });

    expect(byCustomer.body.code).toBe('AUTH_ROLE_NOT_ALLOWED');
    expect(reversed).toMatchObject({ status: 201, body: { reversalId: 'v-1', paymentId: 'p-7' } });
    expect(again).toMatchObject({ status: 422, body: { code: 'PAYMENTS_PAYMENT_REVERSED' } });
  });

  test('holds, posts in part, and voids', async () => {
    const hold = { ...payment('x'), paymentId: undefined, amount: CNY('50'), expiresAt: '2026-02-01T00:00:00Z' };
    const held = await post('/v1/holds', { ...hold, holdId: 'h-1' }, { as: customer('C-alice') });
    const stranger = await post('/v1/holds/h-1/post', {}, { as: customer('C-bob') });
    const posted = await post('/v1/holds/h-1/post', { amount: CNY('20') });
    const changed = await post('/v1/holds/h-1/post', { amount: CNY('21') });
    const again = await post('/v1/holds/h-1/void', {});
    await post('/v1/holds', { ...hold, holdId: 'h-2' });
    const voided = await post('/v1/holds/h-2/void', {});
    const read = await api.call({ path: '/v1/holds/h-2' });

    expect(changed).toMatchObject({ status: 409, body: { code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' } });
    expect(held).toMatchObject({ status: 201, body: { holdId: 'h-1', status: 'HELD' } });
    expect(stranger.body.code).toBe('AUTH_ACCOUNT_NOT_YOURS');
    expect(posted).toMatchObject({ status: 200, body: { holdId: 'h-1', status: 'SETTLED', released: '30' } });
    expect(again.body.code).toBe('PAYMENTS_HOLD_ALREADY_POSTED');
    expect(voided).toMatchObject({ status: 200, body: { status: 'VOIDED' } });
    expect(read.body).toMatchObject({ holdId: 'h-2', status: 'VOIDED' });
  });
});
