import { outboxKey } from '../core/batch.ts';
import { CNY, envelope, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
});

const EXPIRY = '2026-01-06T00:00:00Z';
const NOW = '2026-01-05T10:00:00.000Z';
/** The next operation runs at that instant. */
const atNow = () => {
  world.ledger.clock.milliseconds = Date.parse(NOW);
};
const carried = {
  uetr: '0f6f6a43-6f0e-4c4c-8c5a-0c6d3a1c2b3d',
  texts: 'Y2lwaGVydGV4dA==',
  textsDigest: 'ab'.repeat(32),
};
const within = { debtorAccount: 'cedar-ann', creditorAccount: 'cedar-ben' };
const across = { debtorAccount: 'cedar-ann', creditorAccount: 'maple-cid' };

const hold = (more: object = {}) => ({ holdId: 'h1', ...within, amount: CNY(300), expiresAt: EXPIRY, ...more });
const entryOf = (bank: string) => {
  const sequence = String(world.head(bank)?.sequence).padStart(12, '0');
  return world.ledger.row(bank, `lane/0/batch/${sequence}`).entries[0];
};
const eventsOf = (bank: string) => entryOf(bank).events;
const itemsOf = (from: string, to: string) => {
  const { index } = { index: world.head(from)?.outbox[to] ?? 0 };
  return world.ledger.row(from, outboxKey(to, index)).items;
};
const leg = (account: string, side: string, amount: number, more: object = {}) => ({
  account,
  side,
  ...CNY(amount),
  ...more,
});

describe('a hold', () => {
  test('is recorded and told, and moves no money', async () => {
    atNow();
    await world.accept('cedar', 'payments:holdFunds', hold());
    expect(world.ledger.row('cedar', 'hold/h1')).toEqual({ ...hold(), status: 'HELD', heldAt: NOW });
    const { events, postings } = entryOf('cedar');
    expect(events).toEqual([{ type: 'FundsHeld', data: hold() }]);
    expect(postings).toEqual([]);
  });

  test('refuses an expiry that has come, not one that comes', async () => {
    const params = { expiresAt: NOW, now: NOW };
    atNow();
    const past = await world.refuse('cedar', 'payments:holdFunds', hold({ expiresAt: NOW }));
    expect(past).toEqual({ code: 'PAYMENTS_EXPIRY_PAST', params, writes: 0 });
    await world.accept('cedar', 'payments:holdFunds', hold({ expiresAt: '2026-01-05T11:00:00Z' }));
  });

  test('posted in part tells what was posted and that it is paid', async () => {
    atNow();
    await world.accept('cedar', 'payments:holdFunds', hold());
    atNow();
    await world.accept('cedar', 'payments:postHold', { holdId: 'h1', amount: CNY(120) });
    const { events, postings } = entryOf('cedar');
    expect(events).toEqual([
      { type: 'HoldPosted', data: { holdId: 'h1', posted: CNY(120), released: '180' } },
      { type: 'PaymentSettled', data: { paymentId: 'h1', ...within, amount: CNY(120) } },
    ]);
    expect(postings).toEqual([leg('cedar-ann', 'D', 120), leg('cedar-ben', 'C', 120)]);
    const posted = { status: 'POSTED', heldAt: NOW, posted: '120', postedAt: NOW };
    expect(world.ledger.row('cedar', 'hold/h1')).toEqual({ ...hold(), ...posted });
  });

  test('posted across banks sends what a payment would', async () => {
    await world.accept('cedar', 'payments:holdFunds', hold({ ...across, ...carried }));
    await world.accept('cedar', 'payments:postHold', { holdId: 'h1' });
    expect(itemsOf('cedar', 'maple')).toEqual([
      { kind: 'credit', paymentId: 'h1', ...across, ...CNY(300), ...carried },
    ]);
    const { events, postings } = entryOf('cedar');
    expect(events).toEqual([
      { type: 'HoldPosted', data: { holdId: 'h1', posted: CNY(300), released: '0' } },
      { type: 'PaymentAccepted', data: { paymentId: 'h1', ...across, amount: CNY(300) } },
    ]);
    expect(postings).toEqual([leg('cedar-ann', 'D', 300), leg('cedar.due-to-maple', 'C', 300)]);
    expect(world.head('cedar')?.sent).toEqual({ maple: { CNY: '300' } });
    const payment = await world.ledger.query('cedar', 'payments:getPayment', { paymentId: 'h1' });
    const { uetr, textsDigest } = carried;
    const outbox = { bank: 'maple', index: 1, position: 0 };
    expect(payment).toMatchObject({
      status: 'ACCEPTED',
      amount: CNY(300),
      expiresAt: EXPIRY,
      outbox,
      uetr,
      textsDigest,
    });
  });

  test('counts towards the limit of the pair once it is posted', async () => {
    const terms = { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY', limit: '100', settleAtShare: 5000 };
    await world.accept('consortium', 'settlement:setLimit', terms);
    await world.accept('cedar', 'payments:holdFunds', hold(across));
    const refusal = await world.refuse('cedar', 'payments:postHold', { holdId: 'h1', amount: CNY(101) });
    const { settleAtShare: _, ...pair } = terms;
    const params = { ...pair, used: '0', required: '101' };
    expect(refusal).toEqual({ code: 'PAYMENTS_LIMIT_EXCEEDED', params, writes: 0 });
    await world.accept('cedar', 'payments:postHold', { holdId: 'h1', amount: CNY(100) });
  });

  test('that is voided or expired tells whose money is free', async () => {
    await world.accept('cedar', 'payments:holdFunds', hold());
    await world.accept('cedar', 'payments:voidHold', { holdId: 'h1' });
    const data = { holdId: 'h1', debtorAccount: 'cedar-ann', amount: CNY(300) };
    expect(eventsOf('cedar')).toEqual([{ type: 'HoldVoided', data }]);
    await world.accept('cedar', 'payments:holdFunds', hold({ holdId: 'h2' }));
    world.ledger.clock.advance(86_400_000);
    await world.as('system').accept('cedar', 'payments:expireHolds', { holdIds: ['h2'] });
    expect(eventsOf('cedar')).toEqual([{ type: 'HoldExpired', data: { ...data, holdId: 'h2' } }]);
    const late = await world.refuse('cedar', 'payments:voidHold', { holdId: 'h2' });
    expect(late).toEqual({ code: 'PAYMENTS_HOLD_EXPIRED', params: { holdId: 'h2', expiresAt: EXPIRY }, writes: 0 });
  });
});

describe('a payment', () => {
  test('tells within a bank that it is settled, and across banks that it is on its way', async () => {
    await world.pay(['cedar-ann', 'cedar-ben'], 10, 'p1');
    expect(eventsOf('cedar')).toEqual([
      { type: 'PaymentSettled', data: { paymentId: 'p1', ...within, amount: CNY(10) } },
    ]);
    expect(entryOf('cedar').postings).toEqual([leg('cedar-ann', 'D', 10), leg('cedar-ben', 'C', 10)]);
    await world.pay(['cedar-ann', 'maple-cid'], 10, 'p2');
    expect(eventsOf('cedar')).toEqual([
      { type: 'PaymentAccepted', data: { paymentId: 'p2', ...across, amount: CNY(10) } },
    ]);
    expect(entryOf('cedar').postings).toEqual([leg('cedar-ann', 'D', 10), leg('cedar.due-to-maple', 'C', 10)]);
    await world.deliver('cedar', 'maple');
    expect(eventsOf('maple')).toEqual([
      { type: 'PaymentSettled', data: { paymentId: 'p2', ...across, amount: CNY(10) } },
    ]);
  });

  test('sent back leaves both banks even', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
    await world.accept('maple', 'accounts:freezeAccount', { accountId: 'maple-cid' });
    await world.deliver('cedar', 'maple');
    const reference = { reference: 'p1' };
    expect(entryOf('maple').postings).toEqual([
      leg('maple.due-to-cedar', 'C', 300, reference),
      leg('maple.due-from-cedar', 'D', 300),
    ]);
    expect(world.head('maple')).toMatchObject({ sent: { cedar: { CNY: '300' } }, received: { cedar: { CNY: '300' } } });
    await world.deliver('maple', 'cedar');
    expect(entryOf('cedar').postings).toEqual([
      leg('cedar-ann', 'C', 300, reference),
      leg('cedar.due-from-maple', 'D', 300),
    ]);
    expect(world.ledger.row('cedar', 'payment/p1')).toEqual({
      paymentId: 'p1',
      debtorBank: 'cedar',
      refunded: '0',
      returned: 'AC06',
    });
  });
});

describe('a refund', () => {
  const accounts = { debtorAccount: 'cedar-ben', creditorAccount: 'cedar-ann' };

  test('within a bank is told with what was refunded so far', async () => {
    await world.pay(['cedar-ann', 'cedar-ben'], 300, 'p1');
    await world.accept('cedar', 'payments:refundPayment', { refundId: 'r1', paymentId: 'p1', amount: CNY(100) });
    await world.accept('cedar', 'payments:refundPayment', { refundId: 'r2', paymentId: 'p1', amount: CNY(20) });
    const data = { refundId: 'r2', paymentId: 'p1', ...accounts, amount: CNY(20), refunded: '120', status: 'SETTLED' };
    expect(eventsOf('cedar')).toEqual([{ type: 'PaymentRefunded', data }]);
    expect(entryOf('cedar').postings).toEqual([leg('cedar-ben', 'D', 20), leg('cedar-ann', 'C', 20)]);
  });

  test('across banks names its payment to the other bank', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
    await world.deliver('cedar', 'maple');
    const origin = { debtorBank: 'cedar', outboxIndex: 1 };
    await world.accept('maple', 'payments:refundPayment', {
      refundId: 'r1',
      paymentId: 'p1',
      ...origin,
      amount: CNY(20),
    });
    const parties = { debtorAccount: 'maple-cid', creditorAccount: 'cedar-ann' };
    expect(itemsOf('maple', 'cedar')).toEqual([
      { kind: 'refund', refundId: 'r1', paymentId: 'p1', ...parties, ...CNY(20) },
    ]);
    expect(world.ledger.row('maple', 'received/cedar/p1')).toEqual({
      paymentId: 'p1',
      debtorBank: 'cedar',
      refunded: '20',
    });
    await world.deliver('maple', 'cedar');
    const data = { refundId: 'r1', paymentId: 'p1', creditorAccount: 'cedar-ann', amount: CNY(20) };
    expect(eventsOf('cedar')).toEqual([{ type: 'RefundSettled', data }]);
    expect(entryOf('cedar').postings).toEqual([
      leg('cedar-ann', 'C', 20, { reference: 'r1' }),
      leg('cedar.due-from-maple', 'D', 20),
    ]);
  });

  test('that nobody can take goes back with its reason', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 1_000, 'p1');
    await world.deliver('cedar', 'maple');
    const origin = { debtorBank: 'cedar', outboxIndex: 1 };
    await world.accept('maple', 'payments:refundPayment', {
      refundId: 'r1',
      paymentId: 'p1',
      ...origin,
      amount: CNY(20),
    });
    await world.accept('cedar', 'accounts:closeAccount', { accountId: 'cedar-ann' });
    await world.deliver('maple', 'cedar');
    expect(itemsOf('cedar', 'maple')).toEqual([{ kind: 'refund-return', refundId: 'r1', ...CNY(20), reason: 'AC04' }]);
    const data = { refundId: 'r1', paymentId: 'p1', reason: 'AC04' };
    expect(eventsOf('cedar')).toEqual([{ type: 'RefundReturnSent', data }]);
    await world.deliver('cedar', 'maple');
    const returned = { refundId: 'r1', paymentId: 'p1', amount: CNY(20), reason: 'AC04' };
    expect(eventsOf('maple')).toEqual([{ type: 'RefundReturned', data: returned }]);
  });
});

describe('a refund of one payment of many', () => {
  test('names the payment, whatever else its row holds', async () => {
    await world.open('maple-dee');
    await world.pay(['cedar-ann', 'maple-cid'], 10, 'p0');
    const send = (paymentId: string, creditorAccount: string, amount: number) =>
      envelope('payments:sendPayment', { ...across, paymentId, creditorAccount, amount: CNY(amount) });
    await world.ledger.submit('cedar', [send('p1', 'maple-cid', 30), send('p2', 'maple-dee', 40)]);
    await world.deliver('cedar', 'maple');
    const origin = { debtorBank: 'cedar', outboxIndex: 2 };
    const refund = (more: object) =>
      world.accept('maple', 'payments:refundPayment', { refundId: 'r1', paymentId: 'p2', ...origin, ...more });
    expect(await refund({})).toMatchObject({ debtorAccount: 'maple-dee', amount: CNY(40) });
    expect(await refund({ refundId: 'r2', paymentId: 'p1' })).toMatchObject({ debtorAccount: 'maple-cid' });
    const missing = { refundId: 'r3', paymentId: 'p0', ...origin };
    expect((await world.refuse('maple', 'payments:refundPayment', missing)).params).toEqual({ paymentId: 'p0' });
  });
});

describe('a bank that leaves', () => {
  test('is paid no more, and is given back what is its customers’', async () => {
    await world.open('maple-dee', { funds: 500n });
    await world.pay(['maple-dee', 'cedar-ann'], 200, 'p1');
    await world.deliver('maple', 'cedar');
    await world.accept('consortium', 'registry:dismissBank', { bank: 'maple' });
    const payment = { paymentId: 'p2', ...across, amount: CNY(1) };
    const refusal = await world.refuse('cedar', 'payments:sendPayment', payment);
    expect(refusal).toEqual({ code: 'PAYMENTS_CREDITOR_BANK_LEAVING', params: { bank: 'maple' }, writes: 0 });
    const refund = { refundId: 'r1', paymentId: 'p1', debtorBank: 'maple', outboxIndex: 1 };
    expect(await world.accept('cedar', 'payments:refundPayment', refund)).toMatchObject({ status: 'ACCEPTED' });
  });
});

describe('a reversal', () => {
  const reversal = { reversalId: 'v1', paymentId: 'p1', reason: 'DUPL' };
  const told = { reversalId: 'v1', paymentId: 'p1', amount: CNY(300) };

  test('within a bank is booked back with the value date of the payment', async () => {
    await world.pay(['cedar-ann', 'cedar-ben'], 300, 'p1');
    await world.accept('cedar', 'payments:reversePayment', reversal);
    expect(eventsOf('cedar')).toEqual([{ type: 'PaymentReversed', data: { ...told, valueDate: '2026-01-05' } }]);
    const dated = { valueDate: '2026-01-05' };
    expect(entryOf('cedar').postings).toEqual([leg('cedar-ben', 'D', 300, dated), leg('cedar-ann', 'C', 300, dated)]);
  });

  test('of a hold has the value date on which it was posted', async () => {
    await world.accept('cedar', 'payments:holdFunds', hold({ expiresAt: '2026-02-01T00:00:00Z' }));
    world.ledger.clock.advance(3 * 86_400_000);
    await world.accept('cedar', 'payments:postHold', { holdId: 'h1' });
    world.ledger.clock.advance(86_400_000);
    const reversed = await world.accept('cedar', 'payments:reversePayment', { ...reversal, paymentId: 'h1' });
    expect(reversed).toMatchObject({ bookingDate: '2026-01-09', valueDate: '2026-01-08', amount: CNY(300) });
  });

  test('across banks is asked for, granted and booked', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300, 'p1');
    await world.accept('cedar', 'payments:reversePayment', reversal);
    expect(eventsOf('cedar')).toEqual([{ type: 'ReversalRequested', data: { ...told, valueDate: '2026-01-05' } }]);
    expect(itemsOf('cedar', 'maple')).toEqual([{ kind: 'reversal-request', ...reversal, ...across, ...CNY(300) }]);

    await world.deliver('cedar', 'maple');
    const { events, postings } = entryOf('maple');
    expect(events.slice(-1)).toEqual([
      { type: 'PaymentSettled', data: { paymentId: 'p1', ...across, amount: CNY(300) } },
    ]);
    expect(events).toContainEqual({ type: 'ReversalSent', data: told });
    const reference = { reference: 'v1' };
    expect(postings).toContainEqual(leg('maple-cid', 'D', 300, reference));
    expect(postings).toContainEqual(leg('maple.due-to-cedar', 'C', 300, reference));
    expect(itemsOf('maple', 'cedar')).toEqual([{ kind: 'reversal', reversalId: 'v1', paymentId: 'p1', ...CNY(300) }]);
    const row = { paymentId: 'p1', debtorBank: 'cedar', refunded: '0', reversalId: 'v1', reversal: 'DONE' };
    expect(world.ledger.row('maple', 'received/cedar/p1')).toEqual(row);

    await world.deliver('maple', 'cedar');
    expect(eventsOf('cedar')).toEqual([{ type: 'PaymentReversed', data: told }]);
    expect(world.ledger.row('cedar', 'payment/p1')).toEqual(row);
    expect(world.head('maple')).toMatchObject({ sent: { cedar: { CNY: '300' } } });
  });
});
