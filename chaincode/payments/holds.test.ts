import { refusalOf } from '../core/memory-ledger.ts';
import { CNY, World } from '../testing/world.ts';

const DAY = 86_400_000;
const EXPIRY = '2026-01-06T09:00:00Z';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
});

const request = (more: object = {}) => ({
  holdId: 'h1',
  debtorAccount: 'cedar-ann',
  creditorAccount: 'cedar-ben',
  amount: CNY(300),
  expiresAt: EXPIRY,
  ...more,
});
const hold = (more: object = {}) => world.as('customer').accept('cedar', 'payments:holdFunds', request(more));
const post = (more: object = {}) => world.accept('cedar', 'payments:postHold', { holdId: 'h1', ...more });
const voidHold = () => world.accept('cedar', 'payments:voidHold', { holdId: 'h1' });
const refusePost = (more: object = {}) => world.refuse('cedar', 'payments:postHold', { holdId: 'h1', ...more });

describe('holdFunds', () => {
  test('lowers what is available, not what is booked', async () => {
    expect(await hold()).toEqual({ holdId: 'h1', status: 'HELD', amount: CNY(300) });
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 700n]);
    expect(await world.balances('cedar-ben')).toEqual([0n, 0n]);
    expect(await world.statusOf('h1', 'cedar')).toBe('HELD');
  });

  test('shares its ids with payments', async () => {
    await hold();
    const payment = { paymentId: 'h1', debtorAccount: 'cedar-ann', creditorAccount: 'cedar-ben', amount: CNY(300) };
    const refusal = await world.refuse('cedar', 'payments:sendPayment', payment);
    expect(refusal.code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
  });

  test('refuses an expiry that is not in the future, first of all', async () => {
    const expiresAt = '2026-01-05T09:00:00.000Z';
    const refusal = await world.refuse('cedar', 'payments:holdFunds', request({ expiresAt, debtorAccount: 'x-y' }));
    expect(refusal).toMatchObject({ code: 'PAYMENTS_EXPIRY_PAST', params: { expiresAt }, writes: 0 });
  });

  test.each([
    ['PAYMENTS_SAME_ACCOUNT', { creditorAccount: 'cedar-ann' }],
    ['PAYMENTS_DEBTOR_UNKNOWN', { debtorAccount: 'cedar-none' }],
    ['PAYMENTS_CREDITOR_UNKNOWN', { creditorAccount: 'maple-none' }],
    ['PAYMENTS_INSUFFICIENT_FUNDS', { amount: CNY(1_001) }],
    ['CORE_REQUEST_INVALID', { expiresAt: '2026-01-06T09:00:00+08:00' }],
  ])('refuses with %s', async (code, change) => {
    expect(await world.refuse('cedar', 'payments:holdFunds', request(change))).toMatchObject({ code, writes: 0 });
  });

  test('refuses what other holds have taken', async () => {
    await hold({ amount: CNY(800) });
    const refusal = await world.refuse('cedar', 'payments:holdFunds', request({ holdId: 'h2', amount: CNY(201) }));
    expect(refusal.params).toEqual({ accountId: 'cedar-ann', available: '200', required: '201' });
  });
});

describe('postHold', () => {
  test('pays the whole', async () => {
    await hold();
    expect(await post()).toEqual({ holdId: 'h1', status: 'SETTLED', amount: CNY(300), released: '0' });
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    expect(await world.balances('cedar-ben')).toEqual([300n, 300n]);
  });

  test('pays a part and releases the rest', async () => {
    await hold();
    expect(await post({ amount: CNY(120) })).toMatchObject({ amount: CNY(120), released: '180' });
    expect(await world.balances('cedar-ann')).toEqual([880n, 880n]);
    const payment = await world.ledger.query('cedar', 'payments:getPayment', { paymentId: 'h1' });
    expect(payment).toMatchObject({ status: 'SETTLED', amount: CNY(120), expiresAt: EXPIRY });
  });

  test('goes through the outbox across banks', async () => {
    await hold({ creditorAccount: 'maple-cid' });
    expect(await post()).toMatchObject({ status: 'ACCEPTED', outbox: { bank: 'maple', index: 1, position: 0 } });
    expect(await world.statusOf('h1', 'cedar')).toBe('ACCEPTED');
    await world.deliver('cedar', 'maple');
    expect(await world.balances('maple-cid')).toEqual([300n, 300n]);
    expect(await world.statusOf('h1', 'cedar')).toBe('SETTLED');
  });

  test('happens once: repeated it replays, with another amount it is a conflict', async () => {
    await hold();
    await post();
    expect((await world.send('cedar', 'payments:postHold', { holdId: 'h1' })).outcome.outcome).toBe('replayed');
    expect((await refusePost({ amount: CNY(1) })).code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
  });

  test('refuses in documented order', async () => {
    const params = { holdId: 'h1' };
    expect(await refusePost()).toEqual({ code: 'PAYMENTS_HOLD_NOT_FOUND', params, writes: 0 });
    await hold({ creditorAccount: 'maple-cid' });
    expect(await refusePost({ amount: CNY(0) })).toMatchObject({ code: 'CORE_AMOUNT_NOT_POSITIVE', writes: 0 });
    expect((await refusePost({ amount: { amount: '1', currency: 'USD' } })).code).toBe(
      'PAYMENTS_DEBTOR_CURRENCY_MISMATCH',
    );
    expect(await refusePost({ amount: CNY(301) })).toEqual({
      code: 'PAYMENTS_HOLD_EXCEEDED',
      params: { holdId: 'h1', held: '300', required: '301' },
      writes: 0,
    });
    await world.accept('maple', 'accounts:closeAccount', { accountId: 'maple-cid' });
    expect((await refusePost()).code).toBe('PAYMENTS_CREDITOR_CLOSED');
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ann' });
    expect((await refusePost()).code).toBe('PAYMENTS_DEBTOR_FROZEN');
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 700n]);
    await voidHold();
    expect(await refusePost()).toEqual({ code: 'PAYMENTS_HOLD_ALREADY_VOIDED', params, writes: 0 });
  });

  test('refuses from the instant of expiry on', async () => {
    await hold();
    world.ledger.clock.milliseconds = Date.parse(EXPIRY) - 1;
    const almost = await world.refuse('cedar', 'payments:postHold', { holdId: 'h1', amount: CNY(301) });
    expect(almost.code).toBe('PAYMENTS_HOLD_EXCEEDED');
    world.ledger.clock.milliseconds = Date.parse(EXPIRY);
    const params = { holdId: 'h1', expiresAt: EXPIRY };
    expect(await refusePost()).toEqual({ code: 'PAYMENTS_HOLD_EXPIRED', params, writes: 0 });
    expect((await world.refuse('cedar', 'payments:voidHold', { holdId: 'h1' })).code).toBe('PAYMENTS_HOLD_EXPIRED');
  });
});

describe('voidHold', () => {
  test('gives the funds back, also to a frozen account', async () => {
    await hold();
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ann' });
    expect(await voidHold()).toEqual({ holdId: 'h1', status: 'VOIDED', amount: CNY(300), released: '300' });
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    expect(await world.statusOf('h1', 'cedar')).toBe('VOIDED');
  });

  test('refuses a hold that was posted, and one that never was', async () => {
    const unknown = await world.refuse('cedar', 'payments:voidHold', { holdId: 'h9' });
    expect(unknown).toEqual({ code: 'PAYMENTS_HOLD_NOT_FOUND', params: { holdId: 'h9' }, writes: 0 });
    await hold();
    await post({ amount: CNY(120) });
    expect(await world.refuse('cedar', 'payments:voidHold', { holdId: 'h1' })).toEqual({
      code: 'PAYMENTS_HOLD_ALREADY_POSTED',
      params: { holdId: 'h1', posted: '120' },
      writes: 0,
    });
  });
});

describe('expireHolds', () => {
  const sweep = (holdIds: string[]) => world.as('system').accept('cedar', 'payments:expireHolds', { holdIds });

  test('releases those that are due, and passes over the others', async () => {
    await hold();
    await hold({ holdId: 'h2', expiresAt: '2026-01-08T00:00:00Z' });
    await hold({ holdId: 'h3', amount: CNY(5) });
    await world.accept('cedar', 'payments:voidHold', { holdId: 'h3' });
    expect(await sweep(['h1', 'h2', 'h3', 'h9'])).toEqual({ expired: [] });
    world.ledger.clock.advance(DAY);
    expect(await sweep(['h1', 'h2', 'h3', 'h9'])).toEqual({ expired: ['h1'] });
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 700n]);
    expect(await world.statusOf('h1', 'cedar')).toBe('EXPIRED');
    expect(await sweep(['h1'])).toEqual({ expired: [] });
  });
});

describe('getHold', () => {
  test('shows what became of a hold', async () => {
    await hold();
    await post({ amount: CNY(120) });
    const view = await world.ledger.query('cedar', 'payments:getHold', { holdId: 'h1' });
    expect(view).toMatchObject({ holdId: 'h1', status: 'POSTED', amount: CNY(300), posted: '120', expiresAt: EXPIRY });
  });

  test('refuses an unknown id', async () => {
    const asked = world.ledger.query('cedar', 'payments:getHold', { holdId: 'h9' });
    expect(await refusalOf(asked)).toEqual({ code: 'PAYMENTS_HOLD_NOT_FOUND', params: { holdId: 'h9' } });
  });
});
