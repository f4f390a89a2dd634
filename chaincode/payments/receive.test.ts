import { refusalOf } from '../core/memory-ledger.ts';
import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('maple-cid');
});

const receive = (from: string, upTo: number) => world.as('system').refuse('maple', 'payments:receive', { from, upTo });
const close = (accountId: string, bank: string) => world.accept(bank, 'accounts:closeAccount', { accountId });

describe('receive', () => {
  test('credits each item once, whatever comes in one row or in several', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 10);
    await world.pay(['cedar-ann', 'maple-cid'], 20);
    expect(await world.deliver('cedar', 'maple')).toEqual({
      from: 'cedar',
      upTo: 2,
      credited: 2,
      returned: 0,
      other: 0,
      credits: [
        {
          paymentId: 'payment-3',
          debtorAccount: 'cedar-ann',
          creditorAccount: 'maple-cid',
          amount: '10',
          currency: 'CNY',
        },
        {
          paymentId: 'payment-4',
          debtorAccount: 'cedar-ann',
          creditorAccount: 'maple-cid',
          amount: '20',
          currency: 'CNY',
        },
      ],
    });
    expect(await world.balances('maple-cid')).toEqual([30n, 30n]);
    expect(world.head('maple')).toMatchObject({ received: { cedar: { CNY: '30' } }, inbox: { cedar: 2 } });
    const params = { from: 'cedar', inboxIndex: 2, upTo: 2 };
    expect(await receive('cedar', 2)).toEqual({ code: 'PAYMENTS_NOTHING_TO_RECEIVE', params, writes: 0 });
  });

  test('posts due-from once, and a credit with its payment for each item', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 10, 'p1');
    await world.pay(['cedar-ann', 'maple-cid'], 20, 'p2');
    await world.deliver('cedar', 'maple');
    const row = world.ledger.row('maple', `lane/0/batch/${String(world.head('maple')?.sequence).padStart(12, '0')}`);
    expect(row.entries[0].postings).toEqual([
      { account: 'maple-cid', side: 'C', amount: '10', currency: 'CNY', reference: 'p1' },
      { account: 'maple-cid', side: 'C', amount: '20', currency: 'CNY', reference: 'p2' },
      { account: 'maple.due-from-cedar', side: 'D', amount: '30', currency: 'CNY' },
    ]);
  });

  test('takes at most 20 rows at a time', async () => {
    for (let count = 0; count < 21; count += 1) await world.pay(['cedar-ann', 'maple-cid'], 1);
    expect(await world.deliver('cedar', 'maple')).toMatchObject({ upTo: 20, credited: 20 });
    expect(await world.deliver('cedar', 'maple')).toMatchObject({ upTo: 21, credited: 1 });
    expect(await world.balances('maple-cid')).toEqual([21n, 21n]);
  });

  test('takes part of a row that is about more than 256 payments of old, and the rest the next time', async () => {
    const send = (number: number) => ({
      operation: 'payments:sendPayment',
      request: { paymentId: `p${number}`, debtorAccount: 'cedar-ann', creditorAccount: 'maple-cid', amount: CNY(1) },
      caller: { kind: 'operator', ref: '' } as const,
    });
    await world.fund('cedar-ann', CNY(500));
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    await world.ledger.submit('cedar', numbers.map(send));
    await world.accept('maple', 'accounts:freezeAccount', { accountId: 'maple-cid' });
    expect(await world.deliver('cedar', 'maple')).toMatchObject({ credited: 0, returned: 300 });
    expect(await world.deliver('maple', 'cedar')).toMatchObject({ upTo: 0, position: 256, other: 256 });
    expect(await world.balances('cedar-ann')).toEqual([1456n, 1456n]);
    expect(world.head('cedar')).toMatchObject({ inbox: {}, inboxPositions: { maple: 256 } });
    expect(await world.deliver('maple', 'cedar')).toMatchObject({ upTo: 1, other: 44 });
    expect(await world.balances('cedar-ann')).toEqual([1500n, 1500n]);
    expect(world.head('cedar')?.inboxPositions).toBeUndefined();
    expect(await world.statusOf('p299', 'cedar')).toBe('RETURNED');
  });

  test('refuses what is not there', async () => {
    expect(await receive('maple', 1)).toEqual({
      code: 'PAYMENTS_SENDER_UNKNOWN',
      params: { from: 'maple' },
      writes: 0,
    });
    expect((await receive('centralbank', 1)).code).toBe('PAYMENTS_SENDER_UNKNOWN');
    const params = { from: 'cedar', index: 1 };
    expect(await receive('cedar', 1)).toEqual({ code: 'PAYMENTS_OUTBOX_ROW_MISSING', params, writes: 0 });
  });
});

describe('a payment that cannot be credited', () => {
  test.each([
    ['closed', 'AC04'],
    ['frozen', 'AC06'],
  ])('comes back when the account is %s, and its debtor is credited', async (status, reason) => {
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
    const verb = status === 'closed' ? 'close' : 'freeze';
    await world.accept('maple', `accounts:${verb}Account`, { accountId: 'maple-cid' });
    expect(await world.deliver('cedar', 'maple')).toMatchObject({ credited: 0, returned: 1 });
    expect(await world.statusOf('p1', 'cedar')).toBe('ACCEPTED');
    await world.deliver('maple', 'cedar');
    const payment = await world.ledger.query('cedar', 'payments:getPayment', { paymentId: 'p1' });
    expect(payment).toMatchObject({ status: 'RETURNED', statusReason: reason });
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    expect(world.head('cedar')).toMatchObject({ sent: { maple: { CNY: '300' } }, received: { maple: { CNY: '300' } } });
  });

  test('is credited to a debtor who was frozen meanwhile', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
    await close('maple-cid', 'maple');
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ann' });
    await world.deliver('cedar', 'maple');
    await world.deliver('maple', 'cedar');
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
  });

  test('goes to suspense when its debtor has closed meanwhile, so that money never drifts', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 1_000, 'p1');
    await close('maple-cid', 'maple');
    await close('cedar-ann', 'cedar');
    await world.deliver('cedar', 'maple');
    await world.deliver('maple', 'cedar');
    expect(world.ledger.row('cedar', 'suspense/CNY')).toEqual({ currency: 'CNY', credits: '1000', items: 1 });
    expect(await world.statusOf('p1', 'cedar')).toBe('RETURNED');
  });
});

describe('getPayment', () => {
  test('refuses an id that no debtor here has used', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 1, 'p1');
    const asked = world.ledger.query('maple', 'payments:getPayment', { paymentId: 'p1' });
    expect(await refusalOf(asked)).toEqual({ code: 'PAYMENTS_PAYMENT_NOT_FOUND', params: { paymentId: 'p1' } });
  });

  test('shows where a payment stands', async () => {
    const { transactionId } = await world.ledger.submit('cedar', [
      {
        operation: 'payments:sendPayment',
        request: { paymentId: 'p1', debtorAccount: 'cedar-ann', creditorAccount: 'maple-cid', amount: CNY(1) },
        caller: { kind: 'customer', ref: '' },
      },
    ]);
    expect(await world.ledger.query('cedar', 'payments:getPayment', { paymentId: 'p1' })).toEqual({
      paymentId: 'p1',
      status: 'ACCEPTED',
      debtorAccount: 'cedar-ann',
      creditorAccount: 'maple-cid',
      amount: CNY(1),
      acceptedAt: expect.any(String),
      sequence: 3,
      transactionId,
      outbox: { bank: 'maple', index: 1, position: 0 },
      refunded: '0',
    });
  });
});
