import { customer, type MemoryApi, openBooks, regulator, startMemoryApi } from '../testing/memory-api.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });

describe('accounts through REST', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank']);
    await openBooks(api, ['cedar', 'maple']);
  });
  afterAll(() => api.stop());

  const post = (path: string, body: unknown = {}) => api.call({ method: 'POST', path, body });

  test('opens an account and tells its public face only', async () => {
    const body = { accountId: 'cedar-new', name: 'New Holder', currency: 'CNY', customerId: 'C-9' };
    const opened = await post('/v1/accounts', body);
    const read = await api.call({ path: '/v1/accounts/cedar-new' });

    expect(opened).toMatchObject({ status: 201, body: { accountId: 'cedar-new', status: 'OPEN' } });
    expect(opened.body.transactionId).toMatch(/^[0-9a-f]{64}$/);
    expect(read.body).toEqual({ accountId: 'cedar-new', currency: 'CNY', booked: '0', available: '0', status: 'OPEN' });
    expect(opened.text + read.text).not.toContain('New Holder');
  });

  test('refuses to open an account of another bank, and stores none of its details', async () => {
    const answer = await post('/v1/accounts', { accountId: 'maple-x', name: 'Elsewhere', currency: 'CNY' });

    expect(answer).toMatchObject({ status: 422, body: { code: 'ACCOUNTS_ACCOUNT_ID_RESERVED', outcome: 'refused' } });
    expect(await api.gateways.of('cedar').accounts.findDetails('maple-x')).toBeUndefined();
  });

  test('refuses an IBAN with wrong check digits', async () => {
    const body = { accountId: 'cedar-iban', name: 'X', currency: 'CNY', iban: 'DE88370400440532013000' };

    expect(await post('/v1/accounts', body)).toMatchObject({ status: 400, body: { code: 'API_FIELD_INVALID' } });
  });

  test('books deposits and withdrawals once', async () => {
    const body = { withdrawalId: 'W-1', amount: CNY('100') };
    const first = await post('/v1/accounts/cedar-bob/withdrawals', body);
    const again = await post('/v1/accounts/cedar-bob/withdrawals', body);
    const changed = await post('/v1/accounts/cedar-bob/withdrawals', { ...body, amount: CNY('101') });

    expect(first).toMatchObject({ status: 201, body: { withdrawalId: 'W-1', booked: '9900', available: '9900' } });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(changed).toMatchObject({ status: 409, body: { code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' } });
  });

  test('freezes, unfreezes and closes', async () => {
    await post('/v1/accounts', { accountId: 'cedar-life', name: 'L', currency: 'CNY' });
    const statuses: string[] = [];
    for (const verb of ['freeze', 'unfreeze', 'close']) {
      const answer = await post(`/v1/accounts/cedar-life/${verb}`);
      expect(answer.status).toBe(200);
      statuses.push(answer.body.status);
    }
    expect(statuses).toEqual(['FROZEN', 'OPEN', 'CLOSED']);
    expect(await post('/v1/accounts/cedar-life/freeze')).toMatchObject({
      status: 422,
      body: { code: 'ACCOUNTS_ACCOUNT_CLOSED' },
    });
  });

  test.each([
    ['an operator of another bank', { bank: 'maple' }, 403, 'AUTH_WRONG_BANK'],
    ['another customer', customer('C-bob'), 403, 'AUTH_ACCOUNT_NOT_YOURS'],
    ['the holder', customer('C-alice'), 200, undefined],
    ['the regulator', regulator, 200, undefined],
  ])('lets %s read an account or not', async (_who, as, status, code) => {
    const answer = await api.call({ path: '/v1/accounts/cedar-alice', as });

    expect(answer.status).toBe(status);
    expect(answer.body.code).toBe(code);
  });

  test('lets the regulator read any bank’s account at the central bank', async () => {
    const read = (id: string) => api.call({ bank: 'centralbank', path: `/v1/accounts/${id}`, as: regulator });

    expect((await read('maple-alice')).body).toMatchObject({
      accountId: 'maple-alice',
      booked: '10000',
      status: 'OPEN',
    });
    expect(await read('maple-nobody')).toMatchObject({ status: 404, body: { code: 'API_ACCOUNT_NOT_FOUND' } });
  });

  test('tells a customer nothing about whether a foreign account exists', async () => {
    const [existing, missing] = await Promise.all(
      ['cedar-bob', 'cedar-nobody'].map((id) => api.call({ path: `/v1/accounts/${id}`, as: customer('C-alice') })),
    );

    expect(existing?.status).toBe(403);
    expect(missing?.text.replaceAll('cedar-nobody', 'cedar-bob')).toBe(existing?.text);
  });

  test.each([
    ['customer', customer('C-alice')],
    ['regulator', regulator],
  ])('lets no %s open, fund or freeze', async (_who, as) => {
    for (const path of ['/v1/accounts', '/v1/accounts/cedar-alice/deposits', '/v1/accounts/cedar-alice/freeze']) {
      const answer = await api.call({ method: 'POST', path, body: {}, as });
      expect(answer).toMatchObject({ status: 403, body: { code: 'AUTH_ROLE_NOT_ALLOWED' } });
    }
  });

  test('pages entries, newest first', async () => {
    const path = '/v1/accounts/cedar-bob/entries?limit=1';
    const first = await api.call({ path });
    const second = await api.call({ path: `${path}&cursor=${encodeURIComponent(first.body.nextCursor)}` });

    expect(first.body.items).toMatchObject([{ reference: 'W-1', side: 'D', amount: '100', balance: '9900' }]);
    expect(second.body.items).toMatchObject([{ reference: 'D-bob', side: 'C', amount: '10000', balance: '10000' }]);
  });

  test('refuses a cursor that this list has not given', async () => {
    const { body } = await api.call({ path: '/v1/accounts/cedar-bob/entries?limit=1' });
    for (const path of [
      '/v1/accounts/cedar-bob/entries?cursor=%00%01',
      `/v1/accounts/cedar-alice/entries?cursor=${body.nextCursor}`,
      `/v1/payments?cursor=${body.nextCursor}`,
    ]) {
      expect(await api.call({ path })).toMatchObject({ status: 400, body: { code: 'API_CURSOR_INVALID' } });
    }
  });
});
