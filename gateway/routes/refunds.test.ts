import { customer, type MemoryApi, openBooks, startMemoryApi } from '../testing/memory-api.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });

describe('a refund of a payment whose id two banks know', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank']);
    await openBooks(api, ['cedar', 'maple']);
  });
  afterAll(() => api.stop());

  const booked = async (accountId: string) => (await api.call({ path: `/v1/accounts/${accountId}` })).body.booked;

  test('takes no money of whom another payment of that id had paid', async () => {
    const [alice, bob] = [customer('C-alice'), customer('C-bob')];
    const paymentId = 'P-1';
    const paid = { paymentId, debtorAccount: 'cedar-alice', creditorAccount: 'cedar-bob', amount: CNY('1000') };
    expect(await api.call({ method: 'POST', path: '/v1/payments', body: paid, as: alice })).toMatchObject({
      status: 201,
    });
    const before = await booked('cedar-bob');
    // A friend of Alice's at another bank holds one unit for her, under the id of her own payment.
    const expiresAt = new Date(api.gateways.fabric.milliseconds + 3_600_000).toISOString();
    const held = { holdId: paymentId, debtorAccount: 'maple-bob', creditorAccount: 'cedar-alice', amount: CNY('1') };
    const hold = { method: 'POST', path: '/v1/holds', bank: 'maple', body: { ...held, expiresAt }, as: bob } as const;
    expect(await api.call(hold)).toMatchObject({ status: 201 });
    const refund = await api.call({
      method: 'POST',
      path: `/v1/payments/${paymentId}/refund?debtorBank=maple`,
      body: { refundId: 'R-1' },
      as: alice,
    });

    expect(refund).toMatchObject({ status: 404, body: { code: 'PAYMENTS_PAYMENT_NOT_FOUND' } });
    expect(await booked('cedar-bob')).toBe(before);
  });
});
