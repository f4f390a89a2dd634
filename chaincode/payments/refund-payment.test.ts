import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
});

const refund = (more: object = {}) => ({ refundId: 'r1', paymentId: 'p1', ...more });
const refuse = (more: object, bank = 'cedar') =>
  world.as('customer').refuse(bank, 'payments:refundPayment', refund(more));
const accept = (more: object = {}, bank = 'cedar') =>
  world.as('customer').accept(bank, 'payments:refundPayment', refund(more));
const origin = { debtorBank: 'cedar', outboxIndex: 1 };

describe('refundPayment within a bank', () => {
  beforeEach(() => world.pay(['cedar-ann', 'cedar-ben'], 300, 'p1'));

  test('sends the whole back when no amount is named', async () => {
    expect(await accept()).toEqual({
      refundId: 'r1',
      paymentId: 'p1',
      debtorAccount: 'cedar-ben',
      creditorAccount: 'cedar-ann',
      status: 'SETTLED',
      amount: CNY(300),
      refunded: '300',
    });
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    expect(await world.ledger.query('cedar', 'payments:getPayment', { paymentId: 'p1' })).toMatchObject({
      status: 'SETTLED',
      refunded: '300',
    });
  });

  test('takes no id of a payment, and its own id is none of a payment', async () => {
    expect(await refuse({ refundId: 'p1' })).toEqual({
      code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD',
      params: { scope: 'payment', id: 'p1' },
      writes: 0,
    });
    await accept({ refundId: 'r-own', amount: CNY(1) });
    expect(await refuse({ refundId: 'r-next', paymentId: 'r-own' })).toEqual({
      code: 'PAYMENTS_PAYMENT_NOT_FOUND',
      params: { paymentId: 'r-own' },
      writes: 0,
    });
  });

  test('is partial and repeated, up to the original and no further', async () => {
    await accept({ refundId: 'r1', amount: CNY(100) });
    await accept({ refundId: 'r2', amount: CNY(150) });
    expect(await refuse({ refundId: 'r3', amount: CNY(51) })).toEqual({
      code: 'PAYMENTS_REFUND_EXCEEDS_PAYMENT',
      params: { paymentId: 'p1', refundable: '50', required: '51' },
      writes: 0,
    });
    expect(await accept({ refundId: 'r3' })).toMatchObject({ amount: CNY(50), refunded: '300' });
    const params = { paymentId: 'p1', refundable: '0', required: '300' };
    expect(await refuse({ refundId: 'r4' })).toEqual({ code: 'PAYMENTS_REFUND_EXCEEDS_PAYMENT', params, writes: 0 });
  });

  test('happens once for an id', async () => {
    await accept({ amount: CNY(100) });
    const again = await world.as('customer').send('cedar', 'payments:refundPayment', refund({ amount: CNY(100) }));
    expect(again.outcome.outcome).toBe('replayed');
    expect((await refuse({ amount: CNY(99) })).code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
  });

  test('reaches a frozen debtor: the money is theirs', async () => {
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ann' });
    await accept();
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
  });

  test('refuses what the creditor no longer has', async () => {
    await world.pay(['cedar-ben', 'cedar-ann'], 1);
    expect(await refuse({})).toEqual({
      code: 'PAYMENTS_INSUFFICIENT_FUNDS',
      params: { accountId: 'cedar-ben', available: '299', required: '300' },
      writes: 0,
    });
  });

  test('refuses amounts in another currency, or none', async () => {
    expect((await refuse({ amount: CNY(0) })).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
    const refusal = await refuse({ amount: { amount: '1', currency: 'USD' } });
    expect(refusal.code).toBe('PAYMENTS_DEBTOR_CURRENCY_MISMATCH');
  });

  test('refuses a frozen creditor, and a closed debtor', async () => {
    await world.pay(['cedar-ann', 'cedar-ben'], 700);
    await world.accept('cedar', 'accounts:closeAccount', { accountId: 'cedar-ann' });
    expect((await refuse({})).code).toBe('PAYMENTS_CREDITOR_CLOSED');
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ben' });
    expect((await refuse({})).code).toBe('PAYMENTS_DEBTOR_FROZEN');
  });

  test('refuses a payment that is reversed', async () => {
    await world.accept('cedar', 'payments:reversePayment', { reversalId: 'v1', paymentId: 'p1', reason: 'DUPL' });
    const params = { paymentId: 'p1', reversalId: 'v1' };
    expect(await refuse({})).toEqual({ code: 'PAYMENTS_PAYMENT_REVERSED', params, writes: 0 });
  });
});

describe('refundPayment across banks', () => {
  beforeEach(async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
  });

  test('debits the creditor at their bank and credits the debtor at the other', async () => {
    await world.deliver('cedar', 'maple');
    expect(await accept({ ...origin, amount: CNY(120) }, 'maple')).toMatchObject({
      status: 'ACCEPTED',
      refunded: '120',
      outbox: { bank: 'cedar', index: 1, position: 0 },
    });
    await world.deliver('maple', 'cedar');
    expect(await world.balances('cedar-ann')).toEqual([820n, 820n]);
    expect(await world.balances('maple-cid')).toEqual([180n, 180n]);
    const view = await world.ledger.query('cedar', 'payments:getPayment', { paymentId: 'p1' });
    expect(view.refunded).toBe('120');
    expect((await refuse({ ...origin, refundId: 'r2', amount: CNY(181) }, 'maple')).params).toMatchObject({
      refundable: '180',
    });
  });

  test('comes back when the debtor has closed, and may be made again', async () => {
    await world.deliver('cedar', 'maple');
    await world.pay(['cedar-ann', 'cedar-ben'], 700);
    await accept({ ...origin, amount: CNY(120) }, 'maple');
    await world.accept('cedar', 'accounts:closeAccount', { accountId: 'cedar-ann' });
    expect(await world.deliver('maple', 'cedar')).toMatchObject({ credited: 0, returned: 1 });
    await world.deliver('cedar', 'maple');
    expect(await world.balances('maple-cid')).toEqual([300n, 300n]);
    expect(world.ledger.row('maple', 'refund/r1')).toEqual({ refundId: 'r1', returned: 'AC04' });
    expect(world.ledger.row('maple', 'received/cedar/p1')).toMatchObject({ refunded: '0' });
  });

  test('refuses what is not received, not named or not here', async () => {
    const params = { paymentId: 'p1' };
    const notFound = { code: 'PAYMENTS_PAYMENT_NOT_FOUND', params, writes: 0 };
    expect(await refuse(origin, 'maple')).toEqual(notFound);
    await world.deliver('cedar', 'maple');
    expect(await refuse({}, 'maple')).toEqual(notFound);
    expect(await refuse({ debtorBank: 'cedar' }, 'maple')).toEqual(notFound);
    expect(await refuse({ debtorBank: 'nowhere', outboxIndex: 1 }, 'maple')).toEqual(notFound);
    expect(await refuse({ ...origin, outboxIndex: 2 }, 'maple')).toEqual(notFound);
    expect(await refuse({})).toEqual({
      code: 'PAYMENTS_NOT_CREDITED_HERE',
      params: { paymentId: 'p1', creditorBank: 'maple' },
      writes: 0,
    });
  });

  test('refuses a payment that was returned', async () => {
    await world.accept('maple', 'accounts:closeAccount', { accountId: 'maple-cid' });
    await world.deliver('cedar', 'maple');
    const params = { paymentId: 'p1' };
    expect(await refuse(origin, 'maple')).toEqual({ code: 'PAYMENTS_PAYMENT_RETURNED', params, writes: 0 });
  });

  test('counts towards the limit of the pair', async () => {
    await world.deliver('cedar', 'maple');
    const terms = { debtorBank: 'maple', creditorBank: 'cedar', currency: 'CNY', limit: '100', settleAtShare: 5000 };
    await world.accept('consortium', 'settlement:setLimit', terms);
    expect((await refuse({ ...origin, amount: CNY(101) }, 'maple')).code).toBe('PAYMENTS_LIMIT_EXCEEDED');
  });
});

test('refundPayment refuses a hold that was not posted', async () => {
  const hold = { holdId: 'p1', debtorAccount: 'cedar-ann', creditorAccount: 'cedar-ben', amount: CNY(3) };
  await world.accept('cedar', 'payments:holdFunds', { ...hold, expiresAt: '2026-02-01T00:00:00Z' });
  const params = { paymentId: 'p1', paymentStatus: 'HELD' };
  expect(await refuse({})).toEqual({ code: 'PAYMENTS_PAYMENT_NOT_POSTED', params, writes: 0 });
  await world.accept('cedar', 'payments:postHold', { holdId: 'p1' });
  await accept();
});
