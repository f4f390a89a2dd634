import { outboxKey } from '../core/batch.ts';
import { createTable } from '../core/dispatch.ts';
import { encodeOutboxRow } from '../core/wire/outbox-codec.ts';
import { CNY, operations, World } from '../testing/world.ts';
import type { OutboxItem } from './outbox-items.ts';

/*
 * Cedar pays maple, and maple's bank then sends items that nobody here asked for, or that say something else than what
 * cedar sent. Whatever it sends is owed to it no more, so the money is taken; who gets it is decided by what cedar knows.
 */
let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid', { funds: 500n });
  await world.open('pine-dee', { funds: 500n });
});

const table = createTable(operations);

/** A bank whose chaincode is not ours writes what it likes into its outbox to cedar. */
async function deliver(items: readonly OutboxItem[], from = 'maple') {
  const index = (world.head('cedar')?.inbox[from] ?? 0) + 1;
  const row = { lane: from, to: 'cedar', index, sequence: 1, items: items as never };
  world.ledger.put(from, outboxKey('cedar', index), encodeOutboxRow(table, row));
  return world.accept('cedar', 'payments:receive', { from, upTo: index });
}

const entryOf = (bank: string) => {
  const sequence = String(world.head(bank)?.sequence).padStart(12, '0');
  return world.ledger.row(bank, `lane/0/batch/${sequence}`).entries[0];
};
const eventsOf = (bank: string) => entryOf(bank).events;
const suspense = () => world.ledger.row('cedar', 'suspense/CNY');
const suspended = (reference: string, money: { amount: string; currency: string }, from = 'maple') => ({
  type: 'MoneySuspended',
  data: { from, reference, amount: money },
});

const back = (more: object = {}): OutboxItem =>
  ({ kind: 'return', paymentId: 'p1', ...CNY(300), reason: 'AC04', ...more }) as OutboxItem;
const refund = (more: object = {}): OutboxItem =>
  ({
    kind: 'refund',
    refundId: 'r1',
    paymentId: 'p1',
    debtorAccount: 'maple-cid',
    creditorAccount: 'cedar-ann',
    ...CNY(100),
    ...more,
  }) as OutboxItem;
const reversal = (more: object = {}): OutboxItem =>
  ({ kind: 'reversal', reversalId: 'v1', paymentId: 'p1', ...CNY(300), ...more }) as OutboxItem;

describe('a return', () => {
  beforeEach(() => world.pay(['cedar-ann', 'maple-cid'], 300, 'p1'));

  test.each([
    ['of a payment that nobody made', { paymentId: 'p9' }],
    ['of another amount', CNY(299)],
    ['in another currency', { currency: 'USD' }],
  ])('%s goes to suspense', async (_what, more) => {
    const item = back(more);
    const { paymentId, amount, currency } = item as { paymentId: string; amount: string; currency: string };
    expect(await deliver([item])).toMatchObject({ credited: 0, returned: 0, other: 1 });
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    expect(world.ledger.row('cedar', `suspense/${currency}`)).toEqual({ currency, credits: amount, items: 1 });
    expect(eventsOf('cedar')).toEqual([suspended(paymentId, { amount, currency })]);
    expect(entryOf('cedar').postings).toEqual([
      { account: 'cedar.suspense', side: 'C', amount, currency, reference: paymentId },
      { account: 'cedar.due-from-maple', side: 'D', amount, currency },
    ]);
    expect(world.head('cedar')?.received).toEqual({ maple: { [currency]: amount } });
    expect(await world.statusOf('p1', 'cedar')).toBe('ACCEPTED');
  });

  test('by a bank that was not paid goes to suspense', async () => {
    await deliver([back()], 'pine');
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    expect(eventsOf('cedar')).toEqual([suspended('p1', CNY(300), 'pine')]);
  });

  test('of a payment within the bank goes to suspense', async () => {
    await world.pay(['cedar-ann', 'cedar-ben'], 300, 'p2');
    await deliver([back({ paymentId: 'p2' })], 'maple');
    expect(await world.balances('cedar-ann')).toEqual([400n, 400n]);
    expect(suspense()).toEqual({ currency: 'CNY', credits: '300', items: 1 });
  });

  test('that comes twice gives the money back once', async () => {
    await deliver([back(), back()]);
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    expect(suspense()).toEqual({ currency: 'CNY', credits: '300', items: 1 });
    expect(eventsOf('cedar')).toEqual([
      {
        type: 'PaymentReturned',
        data: { paymentId: 'p1', debtorAccount: 'cedar-ann', amount: CNY(300), reason: 'AC04' },
      },
      suspended('p1', CNY(300)),
    ]);
  });

  test('of a hold that was not posted goes to suspense', async () => {
    const parties = { debtorAccount: 'cedar-ann', creditorAccount: 'maple-cid' };
    const hold = { holdId: 'h1', ...parties, amount: CNY(300), expiresAt: '2026-02-01T00:00:00Z' };
    await world.accept('cedar', 'payments:holdFunds', hold);
    await deliver([back({ paymentId: 'h1' })]);
    expect(await world.balances('cedar-ann')).toEqual([700n, 400n]);
    expect(suspense()).toMatchObject({ credits: '300' });
    await world.accept('cedar', 'payments:postHold', { holdId: 'h1' });
    await deliver([back({ paymentId: 'h1' })]);
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
  });
});

describe('a refund', () => {
  beforeEach(() => world.pay(['cedar-ann', 'maple-cid'], 300, 'p1'));

  test('is credited up to the payment, and beyond it goes to suspense', async () => {
    await deliver([refund(), refund({ refundId: 'r2', ...CNY(201) }), refund({ refundId: 'r3', ...CNY(200) })]);
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    const settled = (refundId: string, amount: number) => ({
      type: 'RefundSettled',
      data: { refundId, paymentId: 'p1', creditorAccount: 'cedar-ann', amount: CNY(amount) },
    });
    expect(eventsOf('cedar')).toEqual([settled('r1', 100), suspended('r2', CNY(201)), settled('r3', 200)]);
    expect(world.ledger.row('cedar', 'payment/p1')).toEqual({ paymentId: 'p1', debtorBank: 'cedar', refunded: '300' });
  });

  test.each([
    ['of a payment that nobody made', { paymentId: 'p9' }, 'maple'],
    ['in another currency', { currency: 'USD' }, 'maple'],
    ['by a bank that was not paid', {}, 'pine'],
  ])('%s goes to suspense', async (_what, more, from) => {
    expect(await deliver([refund(more)], from)).toMatchObject({ credited: 0, other: 1 });
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    const { currency } = { ...CNY(0), ...more };
    expect(eventsOf('cedar')).toEqual([suspended('r1', { amount: '100', currency }, from)]);
  });
});

describe('a refund that came back', () => {
  const comesBack = (more: object = {}): OutboxItem =>
    ({ kind: 'refund-return', refundId: 'r1', ...CNY(100), reason: 'AC04', ...more }) as OutboxItem;

  beforeEach(async () => {
    await world.pay(['maple-cid', 'cedar-ben'], 300, 'p1');
    await world.deliver('maple', 'cedar');
    const origin = { debtorBank: 'maple', outboxIndex: 1 };
    await world.accept('cedar', 'payments:refundPayment', {
      refundId: 'r1',
      paymentId: 'p1',
      ...origin,
      amount: CNY(100),
    });
  });

  test('is credited once, and may be made again', async () => {
    await deliver([comesBack(), comesBack()]);
    expect(await world.balances('cedar-ben')).toEqual([300n, 300n]);
    expect(world.ledger.row('cedar', 'refund/r1')).toEqual({ refundId: 'r1', returned: 'AC04' });
    expect(world.ledger.row('cedar', 'received/maple/p1')).toMatchObject({ refunded: '0' });
    const data = { refundId: 'r1', paymentId: 'p1', amount: CNY(100), reason: 'AC04' };
    expect(eventsOf('cedar')).toEqual([{ type: 'RefundReturned', data }, suspended('r1', CNY(100))]);
  });

  test.each([
    ['that nobody made', { refundId: 'r9' }, 'maple'],
    ['of another amount', CNY(99), 'maple'],
    ['in another currency', { currency: 'USD' }, 'maple'],
    ['from a bank that was not paid', {}, 'pine'],
    ['under the id of a payment', { refundId: 'p2', ...CNY(50) }, 'maple'],
  ])('%s goes to suspense', async (_what, more, from) => {
    await world.pay(['cedar-ann', 'maple-cid'], 50, 'p2');
    await deliver([comesBack(more)], from);
    expect(await world.balances('cedar-ben')).toEqual([200n, 200n]);
    expect(eventsOf('cedar')).toMatchObject([{ type: 'MoneySuspended' }]);
    expect(world.ledger.row('cedar', 'received/maple/p1')).toMatchObject({ refunded: '100' });
  });
});

describe('money of a reversal', () => {
  beforeEach(async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p2');
    await world.accept('cedar', 'payments:reversePayment', { reversalId: 'v1', paymentId: 'p1', reason: 'DUPL' });
  });

  test('that was asked for is credited once', async () => {
    await deliver([reversal(), reversal()]);
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    const reversed = { type: 'PaymentReversed', data: { reversalId: 'v1', paymentId: 'p1', amount: CNY(300) } };
    expect(eventsOf('cedar')).toEqual([reversed, suspended('v1', CNY(300))]);
  });

  test.each([
    ['of another amount', CNY(299), 'maple'],
    ['in another currency', { currency: 'USD' }, 'maple'],
    ['of a payment whose reversal nobody asked for', { paymentId: 'p2' }, 'maple'],
    ['of a payment that nobody made', { paymentId: 'p9' }, 'maple'],
    ['under another id', { reversalId: 'v2' }, 'maple'],
    ['from a bank that was not paid', {}, 'pine'],
  ])('%s goes to suspense', async (_what, more, from) => {
    await deliver([reversal(more)], from);
    expect(await world.balances('cedar-ann')).toEqual([400n, 400n]);
    expect(eventsOf('cedar')).toMatchObject([{ type: 'MoneySuspended' }]);
    expect(world.ledger.row('cedar', 'payment/p1')).toMatchObject({ reversal: 'REQUESTED' });
  });

  test.each([
    ['under another id', { reversalId: 'v2' }],
    ['of a payment whose reversal nobody asked for', { paymentId: 'p2' }],
  ])('refused %s changes nothing', async (_what, more) => {
    const refused = { kind: 'reversal-refused', reversalId: 'v1', paymentId: 'p1', code: 'X', ...more } as const;
    await deliver([refused]);
    expect(eventsOf('cedar')).toEqual([]);
    expect(world.ledger.row('cedar', 'payment/p1')).toMatchObject({ reversal: 'REQUESTED' });
  });

  test('refused once leaves a reversal that was done meanwhile', async () => {
    const refused = { kind: 'reversal-refused', reversalId: 'v1', paymentId: 'p1', code: 'X' } as const;
    await deliver([reversal(), refused]);
    expect(world.ledger.row('cedar', 'payment/p1')).toMatchObject({ reversal: 'DONE' });
    await world.accept('cedar', 'payments:reversePayment', { reversalId: 'v2', paymentId: 'p2', reason: 'DUPL' });
    await deliver([{ ...refused, reversalId: 'v2', paymentId: 'p2' }]);
    const data = { reversalId: 'v2', paymentId: 'p2', code: 'X' };
    expect(eventsOf('cedar')).toEqual([{ type: 'ReversalRefusalReceived', data }]);
  });
});

describe('a request to reverse', () => {
  const asked = (reversalId: string, more: object = {}): OutboxItem =>
    ({
      kind: 'reversal-request',
      reversalId,
      paymentId: 'p1',
      debtorAccount: 'maple-cid',
      creditorAccount: 'cedar-ben',
      ...CNY(300),
      reason: 'DUPL',
      ...more,
    }) as OutboxItem;
  const refusal = (reversalId: string, code: string) => ({
    type: 'ReversalRefused',
    data: { reversalId, paymentId: 'p1', code },
  });

  test('that comes twice gives the money back once', async () => {
    await world.pay(['maple-cid', 'cedar-ben'], 300, 'p1');
    await world.deliver('maple', 'cedar');
    await world.pay(['cedar-ann', 'cedar-ben'], 500);
    await deliver([asked('v1'), asked('v2')]);
    expect(await world.balances('cedar-ben')).toEqual([500n, 500n]);
    const sent = { type: 'ReversalSent', data: { reversalId: 'v1', paymentId: 'p1', amount: CNY(300) } };
    expect(eventsOf('cedar')).toEqual([sent, refusal('v2', 'PAYMENTS_PAYMENT_REVERSED')]);
    const { items } = world.ledger.row('cedar', outboxKey('maple', 1));
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(['reversal', 'reversal-refused']);
  });

  test('a payment that was sent back is refused', async () => {
    await world.pay(['maple-cid', 'cedar-ben'], 300, 'p1');
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ben' });
    await world.deliver('maple', 'cedar');
    await world.accept('cedar', 'accounts:unfreezeAccount', { accountId: 'cedar-ben' });
    await world.pay(['cedar-ann', 'cedar-ben'], 500);
    await deliver([asked('v1')]);
    expect(eventsOf('cedar')).toEqual([refusal('v1', 'PAYMENTS_PAYMENT_RETURNED')]);
    expect(await world.balances('cedar-ben')).toEqual([500n, 500n]);
  });

  test('money of an account that does not exist is refused', async () => {
    await deliver([asked('v1', { creditorAccount: 'cedar-none' })]);
    expect(eventsOf('cedar')).toEqual([refusal('v1', 'PAYMENTS_DEBTOR_UNKNOWN')]);
  });
});

describe('rows of very many items', () => {
  const refusals = (count: number) =>
    Array.from({ length: count }, () => ({ kind: 'reversal-refused', reversalId: 'v1', paymentId: 'p1', code: 'X' }));
  const put = (index: number, items: readonly object[]) => {
    const row = { lane: 'maple', to: 'cedar', index, sequence: 1, items: items as never };
    world.ledger.put('maple', outboxKey('cedar', index), encodeOutboxRow(table, row));
  };
  const receive = (upTo: number) => world.accept('cedar', 'payments:receive', { from: 'maple', upTo });

  test('are taken up to ten thousand items, and whole rows only', async () => {
    put(1, refusals(5_000));
    put(2, refusals(5_000));
    put(3, refusals(1));
    put(4, refusals(10_001));
    expect(await receive(4)).toMatchObject({ upTo: 2, other: 10_000 });
    expect(await receive(4)).toMatchObject({ upTo: 3, other: 1 });
    expect(await receive(4)).toMatchObject({ upTo: 4, other: 10_001 });
  });
});

describe('a credit', () => {
  const credit = (creditorAccount: string, more: object = {}): OutboxItem =>
    ({
      kind: 'credit',
      paymentId: 'x1',
      debtorAccount: 'maple-cid',
      creditorAccount,
      ...CNY(5),
      ...more,
    }) as OutboxItem;

  test.each([
    { what: 'an account that does not exist', account: 'cedar-none', more: {}, reason: 'AC03' },
    { what: 'an account in another currency', account: 'cedar-ann', more: { currency: 'USD' }, reason: 'AM03' },
  ])('to $what is sent back with $reason', async ({ account, more, reason }) => {
    expect(await deliver([credit(account, more)])).toMatchObject({ credited: 0, returned: 1 });
    const { amount, currency } = { ...CNY(5), ...more };
    const { items } = world.ledger.row('cedar', outboxKey('maple', 1));
    expect(items).toEqual([{ kind: 'return', paymentId: 'x1', amount, currency, reason }]);
    const data = { paymentId: 'x1', debtorBank: 'maple', reason };
    expect(eventsOf('cedar')).toEqual([{ type: 'PaymentReturnSent', data }]);
    expect(world.ledger.row('cedar', 'received/maple/x1')).toMatchObject({ returned: reason, refunded: '0' });
    expect(world.head('cedar')).toMatchObject({ sent: { maple: { [currency]: amount } } });
  });
});
