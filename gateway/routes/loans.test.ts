import { customer, type MemoryApi, regulator, startMemoryApi } from '../testing/memory-api.ts';

const terms = {
  principal: { amount: '10000', currency: 'CNY' },
  annualRate: '0.094822',
  dayCount: '30/360',
  frequency: { every: 1, unit: 'month' },
  instalments: 6,
  disbursementDate: '2024-01-01',
  firstDueDate: '2024-02-01',
  method: 'annuity',
};

describe('schedule previews through REST', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'centralbank']);
  });
  afterAll(() => api.stop());

  const path = '/v1/loans/schedule-previews';
  const preview = (body: unknown, as = {}) => api.call({ method: 'POST', path, body, as });

  test.each([
    ['0.094822', '30/360', ['1713', '1713', '1713', '1713', '1713', '1713']],
    ['0.15678', 'ACT/365F', ['1743', '1743', '1743', '1743', '1743', '1747']],
  ])('at %s %s pays %j', async (annualRate, dayCount, totals) => {
    const { status, body } = await preview({ ...terms, annualRate, dayCount });

    expect(status).toBe(200);
    expect(body.instalments.map(({ total }: any) => total)).toEqual(
      totals.map((amount) => ({ amount, currency: 'CNY' })),
    );
    expect(body.instalments.at(-1)).toMatchObject({ dueDate: '2024-07-01', balance: { amount: '0', currency: 'CNY' } });
  });

  test('is the same for everybody, and at the central bank', async () => {
    const { body } = await preview(terms);
    expect((await preview(terms, customer('C-alice'))).body).toEqual(body);
    expect((await api.call({ bank: 'centralbank', method: 'POST', path, body: terms, as: regulator })).body).toEqual(
      body,
    );
  });

  test('writes nothing', async () => {
    const height = async () => (await api.call({ path: '/v1/events?limit=1' })).text;
    const before = await height();
    await preview(terms);
    expect(await height()).toBe(before);
  });

  test.each([
    ['no rate', { annualRate: undefined }, 400, 'API_FIELD_MISSING'],
    ['a rate as a number', { annualRate: 0.09 }, 400, 'API_FIELD_INVALID'],
    ['a rate with a sign', { annualRate: '-0.01' }, 400, 'API_FIELD_INVALID'],
    ['another day count', { dayCount: 'ACT/366' }, 400, 'API_FIELD_INVALID'],
    ['no instalments', { instalments: 0 }, 400, 'API_FIELD_INVALID'],
    ['too many instalments', { instalments: 601 }, 400, 'API_FIELD_INVALID'],
    ['an unknown field', { rate: '0.1' }, 400, 'API_FIELD_UNKNOWN'],
    ['an amount with a point', { principal: { amount: '1.0', currency: 'CNY' } }, 400, 'CORE_AMOUNT_INVALID'],
    ['no amount', { principal: { amount: '0', currency: 'CNY' } }, 422, 'CORE_AMOUNT_NOT_POSITIVE'],
    ['a day that is none', { disbursementDate: '2023-02-29' }, 400, 'LENDING_DATE_INVALID'],
    ['a due date too early', { firstDueDate: '2024-01-01' }, 422, 'LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT'],
    ['a balloon without an amount', { method: 'balloon' }, 422, 'LENDING_BALLOON_MISSING'],
  ])('refuses %s', async (_name, change, status, code) => {
    expect(await preview({ ...terms, ...change })).toMatchObject({ status, body: { code, outcome: 'refused' } });
  });

  test('needs a token', async () => {
    expect(await api.call({ method: 'POST', path, body: terms, as: null })).toMatchObject({ status: 401 });
  });
});
