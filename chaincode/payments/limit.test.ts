import { CNY, World } from '../testing/world.ts';

const LIMIT = { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY', limit: '100', settleAtShare: 5000 };

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('maple-cid');
  await world.accept('consortium', 'settlement:setLimit', LIMIT);
});

const send = (amount: number, paymentId: string) => ({
  paymentId,
  debtorAccount: 'cedar-ann',
  creditorAccount: 'maple-cid',
  amount: CNY(amount),
});
const exceeded = (used: string, required: string) => ({
  code: 'PAYMENTS_LIMIT_EXCEEDED',
  params: { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY', limit: '100', used, required },
  writes: 0,
});
const eventsOf = (sequence: number) =>
  world.ledger
    .row('cedar', `lane/0/batch/${String(sequence).padStart(12, '0')}`)
    .entries[0].events.map(({ type }: { type: string }) => type);

describe('the limit of a pair', () => {
  test('stops what would stand above it, to the last minor unit', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 100);
    expect(await world.refuse('cedar', 'payments:sendPayment', send(1, 'p2'))).toEqual(exceeded('100', '1'));
  });

  test('is free again after settlement, not after delivery', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 90);
    await world.deliver('cedar', 'maple');
    expect(await world.refuse('cedar', 'payments:sendPayment', send(11, 'p2'))).toEqual(exceeded('90', '11'));
    await world.settle('cedar', 'maple');
    await world.accept('cedar', 'payments:sendPayment', send(100, 'p2'));
    expect(await world.refuse('cedar', 'payments:sendPayment', send(1, 'p3'))).toEqual(exceeded('100', '1'));
  });

  test('does not stop payments within the bank, nor to other banks', async () => {
    await world.open('cedar-ben');
    await world.open('pine-eve');
    await world.pay(['cedar-ann', 'cedar-ben'], 150);
    await world.pay(['cedar-ann', 'pine-eve'], 150);
  });

  test('asks for settlement when a payment reaches its share, once', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 49);
    const first = world.head('cedar')?.sequence ?? 0;
    await world.pay(['cedar-ann', 'maple-cid'], 1);
    await world.pay(['cedar-ann', 'maple-cid'], 1);
    expect(eventsOf(first)).toEqual(['PaymentAccepted']);
    expect(eventsOf(first + 1)).toEqual(['SettlementDue', 'PaymentAccepted']);
    expect(eventsOf(first + 2)).toEqual(['PaymentAccepted']);
  });

  test('is looked at when a hold is posted', async () => {
    const hold = { ...send(101, ''), paymentId: undefined, holdId: 'h1', expiresAt: '2026-02-01T00:00:00Z' };
    await world.accept('cedar', 'payments:holdFunds', hold);
    expect(await world.refuse('cedar', 'payments:postHold', { holdId: 'h1' })).toEqual(exceeded('0', '101'));
    await world.accept('cedar', 'payments:postHold', { holdId: 'h1', amount: CNY(100) });
  });

  test('is 1,000,000.00 where the consortium has set none', async () => {
    await world.open('pine-eve');
    await world.fund('cedar-ann', CNY(200_000_000));
    await world.pay(['cedar-ann', 'pine-eve'], 100_000_000);
    const request = { ...send(1, 'p2'), creditorAccount: 'pine-eve' };
    const { params } = await world.refuse('cedar', 'payments:sendPayment', request);
    expect(params).toMatchObject({ limit: '100000000', used: '100000000' });
  });
});
