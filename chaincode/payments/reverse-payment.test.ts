import { CNY, World } from '../testing/world.ts';

const DAY = 86_400_000;

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
});

const reversal = (more: object = {}) => ({ reversalId: 'v1', paymentId: 'p1', reason: 'DUPL', ...more });
const accept = (more: object = {}) => world.accept('cedar', 'payments:reversePayment', reversal(more));
const refuse = (more: object = {}) => world.refuse('cedar', 'payments:reversePayment', reversal(more));
const view = () => world.ledger.query('cedar', 'payments:getPayment', { paymentId: 'p1' });

describe('reversePayment within a bank', () => {
  beforeEach(() => world.pay(['cedar-ann', 'cedar-ben'], 300, 'p1'));

  test('books the correction under its own date, with the value date of the original', async () => {
    world.ledger.clock.advance(3 * DAY);
    expect(await accept()).toEqual({
      reversalId: 'v1',
      paymentId: 'p1',
      status: 'SETTLED',
      amount: CNY(300),
      bookingDate: '2026-01-08',
      valueDate: '2026-01-05',
    });
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    const { entries } = await world.ledger.query('cedar', 'accounts:listEntries', {
      accountId: 'cedar-ann',
      fromSequence: 1,
      limit: 100,
    });
    expect(entries.at(-1)).toMatchObject({ side: 'C', valueDate: '2026-01-05' });
    expect(entries.at(-1).bookedAt).toMatch(/^2026-01-08/);
    expect(await view()).toMatchObject({ reversalId: 'v1', reversal: 'DONE' });
  });

  test('happens once, whatever the id', async () => {
    await accept();
    expect((await world.send('cedar', 'payments:reversePayment', reversal())).outcome.outcome).toBe('replayed');
    const params = { paymentId: 'p1', reversalId: 'v1' };
    expect(await refuse({ reversalId: 'v2' })).toEqual({ code: 'PAYMENTS_PAYMENT_REVERSED', params, writes: 0 });
  });

  test('refuses after a refund', async () => {
    await world.accept('cedar', 'payments:refundPayment', { refundId: 'r1', paymentId: 'p1', amount: CNY(1) });
    const params = { paymentId: 'p1', refunded: '1' };
    expect(await refuse()).toEqual({ code: 'PAYMENTS_PAYMENT_REFUNDED', params, writes: 0 });
  });

  test('refuses when the creditor has spent the money, or is frozen', async () => {
    await world.pay(['cedar-ben', 'cedar-ann'], 1);
    expect(await refuse()).toEqual({
      code: 'PAYMENTS_INSUFFICIENT_FUNDS',
      params: { accountId: 'cedar-ben', available: '299', required: '300' },
      writes: 0,
    });
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ben' });
    expect((await refuse()).code).toBe('PAYMENTS_DEBTOR_FROZEN');
  });

  test('refuses unknown payments and open holds, and is for operators', async () => {
    const unknown = { code: 'PAYMENTS_PAYMENT_NOT_FOUND', params: { paymentId: 'p9' }, writes: 0 };
    expect(await refuse({ paymentId: 'p9' })).toEqual(unknown);
    const hold = { holdId: 'h1', debtorAccount: 'cedar-ann', creditorAccount: 'cedar-ben', amount: CNY(3) };
    await world.accept('cedar', 'payments:holdFunds', { ...hold, expiresAt: '2026-02-01T00:00:00Z' });
    const params = { paymentId: 'h1', paymentStatus: 'HELD' };
    expect(await refuse({ paymentId: 'h1' })).toEqual({ code: 'PAYMENTS_PAYMENT_NOT_POSTED', params, writes: 0 });
    const customer = await world.as('customer').refuse('cedar', 'payments:reversePayment', reversal());
    expect(customer.code).toBe('CORE_CALLER_NOT_ALLOWED');
  });
});

describe('reversePayment across banks', () => {
  beforeEach(() => world.pay(['cedar-ann', 'maple-cid'], 300, 'p1'));

  test('asks the creditor bank, which gives the money back', async () => {
    expect(await accept()).toMatchObject({ status: 'ACCEPTED', outbox: { bank: 'maple', index: 2, position: 0 } });
    expect(await view()).toMatchObject({ reversal: 'REQUESTED' });
    await world.deliver('cedar', 'maple');
    expect(await world.balances('maple-cid')).toEqual([0n, 0n]);
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    await world.deliver('maple', 'cedar');
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    expect(await view()).toMatchObject({ reversal: 'DONE', reversalId: 'v1' });
    expect((await refuse({ reversalId: 'v2' })).code).toBe('PAYMENTS_PAYMENT_REVERSED');
    const again = { refundId: 'r1', paymentId: 'p1', debtorBank: 'cedar', outboxIndex: 1 };
    expect((await world.refuse('maple', 'payments:refundPayment', again)).code).toBe('PAYMENTS_PAYMENT_REVERSED');
  });

  test('is asked once at a time', async () => {
    await accept();
    expect((await refuse({ reversalId: 'v2' })).code).toBe('PAYMENTS_PAYMENT_REVERSED');
  });

  test('is not asked for a debtor who has closed, because nobody could be given the money', async () => {
    await world.deliver('cedar', 'maple');
    await world.pay(['cedar-ann', 'cedar-ben'], 700);
    await world.accept('cedar', 'accounts:closeAccount', { accountId: 'cedar-ann' });
    const params = { accountId: 'cedar-ann' };
    expect(await refuse()).toEqual({ code: 'PAYMENTS_CREDITOR_CLOSED', params, writes: 0 });
  });

  test('goes to suspense when the debtor has closed meanwhile', async () => {
    await world.pay(['cedar-ann', 'cedar-ben'], 700);
    await accept();
    await world.accept('cedar', 'accounts:closeAccount', { accountId: 'cedar-ann' });
    await world.deliver('cedar', 'maple');
    await world.deliver('maple', 'cedar');
    expect(world.ledger.row('cedar', 'suspense/CNY')).toMatchObject({ credits: '300' });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['PAYMENTS_INSUFFICIENT_FUNDS', () => spend(1)],
    ['PAYMENTS_DEBTOR_FROZEN', () => world.accept('maple', 'accounts:freezeAccount', { accountId: 'maple-cid' })],
    [
      'PAYMENTS_DEBTOR_CLOSED',
      () => spend(300).then(() => world.accept('maple', 'accounts:closeAccount', { accountId: 'maple-cid' })),
    ],
    ['PAYMENTS_PAYMENT_REFUNDED', () => refundPart()],
  ])('is refused there with %s, and may be asked again', async (code, hinder) => {
    await world.deliver('cedar', 'maple');
    await hinder();
    await accept();
    await world.deliver('cedar', 'maple');
    const sequence = String(world.head('maple')?.sequence).padStart(12, '0');
    const [entry] = world.ledger.row('maple', `lane/0/batch/${sequence}`).entries;
    expect(entry.events).toEqual([{ type: 'ReversalRefused', data: { reversalId: 'v1', paymentId: 'p1', code } }]);
    await world.deliver('maple', 'cedar');
    expect(await view()).toMatchObject({ reversal: 'REFUSED' });
  });

  test('refuses a payment that was returned', async () => {
    await world.accept('maple', 'accounts:closeAccount', { accountId: 'maple-cid' });
    await world.deliver('cedar', 'maple');
    await world.deliver('maple', 'cedar');
    const params = { paymentId: 'p1' };
    expect(await refuse()).toEqual({ code: 'PAYMENTS_PAYMENT_RETURNED', params, writes: 0 });
  });

  const spend = async (amount: number) => {
    await world.open('maple-dan');
    await world.pay(['maple-cid', 'maple-dan'], amount);
  };
  const refundPart = () =>
    world.accept('maple', 'payments:refundPayment', {
      refundId: 'r1',
      paymentId: 'p1',
      debtorBank: 'cedar',
      outboxIndex: 1,
      amount: CNY(1),
    });
});
