import type { OperationOutcome } from '../core/batch.ts';
import { CNY, envelope, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
});

const request = (more: object = {}) => ({
  paymentId: 'p1',
  debtorAccount: 'cedar-ann',
  creditorAccount: 'maple-cid',
  amount: CNY(300),
  ...more,
});
const refuse = (more: object) => world.as('customer').refuse('cedar', 'payments:sendPayment', request(more));

describe('sendPayment', () => {
  test('settles at once within a bank', async () => {
    const result = await world.pay(['cedar-ann', 'cedar-ben'], 300, 'p1');
    expect(result).toEqual({ paymentId: 'p1', status: 'SETTLED', amount: CNY(300) });
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    expect(await world.balances('cedar-ben')).toEqual([300n, 300n]);
    expect(await world.statusOf('p1', 'cedar')).toBe('SETTLED');
  });

  test('is accepted across banks, and settled when the creditor bank has received it', async () => {
    const result = await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
    const outbox = { bank: 'maple', index: 1, position: 0 };
    expect(result).toEqual({ paymentId: 'p1', status: 'ACCEPTED', amount: CNY(300), outbox });
    expect(await world.statusOf('p1', 'cedar')).toBe('ACCEPTED');
    const counts = { credited: 1, returned: 0, other: 0 };
    expect(await world.deliver('cedar', 'maple')).toMatchObject({ from: 'cedar', upTo: 1, ...counts });
    expect(await world.statusOf('p1', 'cedar')).toBe('SETTLED');
    expect(await world.balances('maple-cid')).toEqual([300n, 300n]);
  });

  test('carries UETR and encrypted texts unchanged to the creditor bank', async () => {
    const carried = {
      uetr: '0f6f6a43-6f0e-4c4c-8c5a-0c6d3a1c2b3d',
      texts: 'Y2lwaGVydGV4dA==',
      textsDigest: 'ab'.repeat(32),
    };
    await world.as('customer').accept('cedar', 'payments:sendPayment', request(carried));
    const { items } = world.ledger.row('cedar', 'lane/0/outbox/maple/000000000001');
    expect(items).toEqual([
      {
        kind: 'credit',
        paymentId: 'p1',
        debtorAccount: 'cedar-ann',
        creditorAccount: 'maple-cid',
        ...CNY(300),
        ...carried,
      },
    ]);
  });

  test('returns the first outcome when id and payload repeat, whatever the ciphertext', async () => {
    await world.accept('cedar', 'payments:sendPayment', request({ texts: 'one' }));
    const again = await world.send('cedar', 'payments:sendPayment', request({ texts: 'two' }));
    expect(again.outcome).toMatchObject({ outcome: 'replayed', result: { paymentId: 'p1', status: 'ACCEPTED' } });
    expect(again.writes.size).toBe(0);
    expect(await refuse({ amount: CNY(301) })).toEqual({
      code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD',
      params: { scope: 'payment', id: 'p1' },
      writes: 0,
    });
  });

  test('judges a refused id anew', async () => {
    await refuse({ amount: CNY(1_001) });
    await world.accept('cedar', 'payments:sendPayment', request({ amount: CNY(1_000) }));
    expect(await world.balances('cedar-ann')).toEqual([0n, 0n]);
  });

  test.each([
    ['CORE_CURRENCY_UNKNOWN', { amount: { amount: '0', currency: 'XXX' } }, { currency: 'XXX' }],
    ['CORE_AMOUNT_NOT_POSITIVE', { amount: CNY(0), creditorAccount: 'cedar-ann' }, {}],
    ['PAYMENTS_SAME_ACCOUNT', { creditorAccount: 'cedar-ann' }, { accountId: 'cedar-ann' }],
    [
      'PAYMENTS_DEBTOR_NOT_HELD_HERE',
      { debtorAccount: 'maple-cid', creditorAccount: 'nowhere-x' },
      { accountId: 'maple-cid', bank: 'cedar' },
    ],
    ['PAYMENTS_DEBTOR_UNKNOWN', { debtorAccount: 'cedar-none' }, { accountId: 'cedar-none' }],
    [
      'PAYMENTS_DEBTOR_CURRENCY_MISMATCH',
      { amount: { amount: '1', currency: 'USD' } },
      { accountId: 'cedar-ann', accountCurrency: 'CNY', currency: 'USD' },
    ],
    ['PAYMENTS_CREDITOR_BANK_UNKNOWN', { creditorAccount: 'nowhere-x' }, { bank: 'nowhere' }],
    ['PAYMENTS_CREDITOR_UNKNOWN', { creditorAccount: 'maple-none' }, { accountId: 'maple-none' }],
    ['PAYMENTS_CREDITOR_UNKNOWN', { creditorAccount: 'cedar-none' }, { accountId: 'cedar-none' }],
    [
      'PAYMENTS_INSUFFICIENT_FUNDS',
      { amount: CNY(200_000_000) },
      { accountId: 'cedar-ann', available: '1000', required: '200000000' },
    ],
  ])('refuses with %s', async (code, change, params) => {
    expect(await refuse(change)).toEqual({ code, params, writes: 0 });
  });

  test.each([['-5'], ['1.5'], ['05'], ['']])('refuses the amount "%s" as malformed', async (amount) => {
    expect((await refuse({ amount: CNY(amount) })).code).toBe('CORE_REQUEST_INVALID');
  });

  test.each([
    ['cedar-ann', 'DEBTOR'],
    ['maple-cid', 'CREDITOR'],
    ['cedar-ben', 'CREDITOR'],
  ])('refuses a frozen and a closed %s', async (accountId, role) => {
    const [bank = ''] = accountId.split('-');
    const legs = role === 'DEBTOR' ? {} : { debtorAccount: 'cedar-dan', creditorAccount: accountId, amount: CNY(1) };
    await world.open('cedar-dan', { funds: 10n });
    await world.accept(bank, 'accounts:freezeAccount', { accountId });
    expect(await refuse(legs)).toEqual({ code: `PAYMENTS_${role}_FROZEN`, params: { accountId }, writes: 0 });
    await world.accept(bank, 'accounts:unfreezeAccount', { accountId });
    if (role === 'DEBTOR') await world.pay(['cedar-ann', 'cedar-ben'], 1_000);
    await world.accept(bank, 'accounts:closeAccount', { accountId });
    expect(await refuse(legs)).toEqual({ code: `PAYMENTS_${role}_CLOSED`, params: { accountId }, writes: 0 });
  });

  test.each([['cedar-usd'], ['maple-usd']])('refuses the creditor %s in another currency', async (accountId) => {
    await world.open(accountId, { currency: 'USD' });
    const params = { accountId, accountCurrency: 'USD', currency: 'CNY' };
    const refusal = await refuse({ creditorAccount: accountId });
    expect(refusal).toEqual({ code: 'PAYMENTS_CREDITOR_CURRENCY_MISMATCH', params, writes: 0 });
  });

  test('is for customers and operators, not for the system', async () => {
    const refusal = await world.as('system').refuse('cedar', 'payments:sendPayment', request());
    expect(refusal.code).toBe('CORE_CALLER_NOT_ALLOWED');
  });
});

describe('linked payments', () => {
  const link = (paymentId: string, amount: number, linked: boolean) =>
    envelope('payments:sendPayment', {
      ...request({ paymentId, amount: CNY(amount), creditorAccount: 'cedar-ben' }),
      ...(linked ? { linked } : {}),
    });
  const codes = (results: readonly OperationOutcome[]) =>
    results.map((result) => (result.outcome === 'refused' ? result.code : result.outcome));

  test('succeed together', async () => {
    const { response } = await world.ledger.submit('cedar', [link('p1', 400, true), link('p2', 600, false)]);
    expect(codes(response.results)).toEqual(['accepted', 'accepted']);
    expect(await world.balances('cedar-ann')).toEqual([0n, 0n]);
  });

  test('fail together, and leave their neighbours alone', async () => {
    const batch = [link('p1', 400, true), link('p2', 601, false), link('p3', 5, false)];
    const { response } = await world.ledger.submit('cedar', batch);
    expect(codes(response.results)).toEqual(['LANE_CHAIN_REFUSED', 'PAYMENTS_INSUFFICIENT_FUNDS', 'accepted']);
    expect(response.results[0]).toMatchObject({ params: { position: 2, cause: 'PAYMENTS_INSUFFICIENT_FUNDS' } });
    expect(await world.balances('cedar-ann')).toEqual([995n, 995n]);
  });

  test('refuse a chain that nothing ends', async () => {
    const { response, writes } = await world.ledger.submit('cedar', [link('p1', 1, true)]);
    expect(codes(response.results)).toEqual(['LANE_CHAIN_OPEN']);
    expect(writes.size).toBe(0);
  });
});
