import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann');
  await world.issue('cedar', CNY(100));
});

const deposit = (amount: object = CNY(10), accountId = 'cedar-ann') => ({ depositId: 'd1', accountId, amount });
const withdraw = (amount: object = CNY(10), accountId = 'cedar-ann') => ({ withdrawalId: 'w1', accountId, amount });

describe('deposit', () => {
  test('credits the customer against reserves', async () => {
    const result = await world.accept('cedar', 'accounts:deposit', deposit(CNY(100)));
    expect(result).toEqual({ accountId: 'cedar-ann', booked: '100', available: '100' });
    expect(world.ledger.row('cedar', 'reserves/CNY')).toEqual({ currency: 'CNY', deposited: '100', withdrawn: '0' });
    const batch = world.ledger.row('cedar', 'lane/0/batch/000000000002');
    expect(batch.entries[0].postings).toEqual([
      { account: 'cedar.reserves', side: 'D', amount: '100', currency: 'CNY' },
      { account: 'cedar-ann', side: 'C', amount: '100', currency: 'CNY' },
    ]);
  });

  test('refuses what the settlement balance does not cover', async () => {
    await world.accept('cedar', 'accounts:deposit', deposit(CNY(60)));
    const refusal = await world.refuse('cedar', 'accounts:deposit', { ...deposit(CNY(41)), depositId: 'd2' });
    expect(refusal).toEqual({
      code: 'SETTLEMENT_BALANCE_EXCEEDED',
      params: { bank: 'cedar', currency: 'CNY', balance: '100', required: '101' },
      writes: 0,
    });
  });

  test('counts what was paid away and settled', async () => {
    await world.open('maple-cid');
    await world.accept('cedar', 'accounts:deposit', deposit(CNY(100)));
    await world.pay(['cedar-ann', 'maple-cid'], 30);
    await world.deliver('cedar', 'maple');
    await world.settle('cedar', 'maple');
    const refusal = await world.refuse('cedar', 'accounts:deposit', { ...deposit(CNY(1)), depositId: 'd2' });
    expect(refusal.params).toEqual({ bank: 'cedar', currency: 'CNY', balance: '70', required: '71' });
    await world.issue('cedar', CNY(1));
    await world.accept('cedar', 'accounts:deposit', { ...deposit(CNY(1)), depositId: 'd2' });
  });
});

describe('withdraw', () => {
  test('debits the customer against reserves', async () => {
    await world.accept('cedar', 'accounts:deposit', deposit(CNY(100)));
    const result = await world.accept('cedar', 'accounts:withdraw', withdraw(CNY(40)));
    expect(result).toEqual({ accountId: 'cedar-ann', booked: '60', available: '60' });
    expect(world.ledger.row('cedar', 'reserves/CNY')).toEqual({ currency: 'CNY', deposited: '100', withdrawn: '40' });
  });

  test('refuses more than is available: what is held cannot be paid out', async () => {
    await world.open('cedar-ben');
    await world.accept('cedar', 'accounts:deposit', deposit(CNY(100)));
    const hold = { holdId: 'h1', debtorAccount: 'cedar-ann', creditorAccount: 'cedar-ben', amount: CNY(70) };
    await world.accept('cedar', 'payments:holdFunds', { ...hold, expiresAt: '2026-02-01T00:00:00Z' });
    expect(await world.refuse('cedar', 'accounts:withdraw', withdraw(CNY(31)))).toEqual({
      code: 'ACCOUNTS_INSUFFICIENT_FUNDS',
      params: { accountId: 'cedar-ann', available: '30', required: '31' },
      writes: 0,
    });
  });

  test('advances money that is not settled yet, up to the settlement balance', async () => {
    await world.open('maple-cid', { funds: 200n });
    await world.pay(['maple-cid', 'cedar-ann'], 150);
    await world.deliver('maple', 'cedar');
    expect(await world.refuse('cedar', 'accounts:withdraw', withdraw(CNY(101)))).toEqual({
      code: 'SETTLEMENT_BALANCE_EXCEEDED',
      params: { bank: 'cedar', currency: 'CNY', balance: '100', required: '101' },
      writes: 0,
    });
    await world.accept('cedar', 'accounts:withdraw', withdraw(CNY(100)));
  });
});

describe.each([
  ['deposit', deposit],
  ['withdraw', withdraw],
])('%s', (verb, request) => {
  const refuse = (body: object) => world.refuse('cedar', `accounts:${verb}`, body);

  test('refuses amounts that are none, in documented order', async () => {
    const unknown = await refuse(request({ amount: '0', currency: 'XAU' }));
    expect(unknown).toEqual({ code: 'CORE_CURRENCY_UNKNOWN', params: { currency: 'XAU' }, writes: 0 });
    expect(await refuse(request(CNY(0)))).toEqual({ code: 'CORE_AMOUNT_NOT_POSITIVE', params: {}, writes: 0 });
    expect((await refuse(request(CNY('-5')))).code).toBe('CORE_REQUEST_INVALID');
    expect((await refuse({ ...request(), note: 'x' })).code).toBe('CORE_REQUEST_INVALID');
  });

  test('refuses accounts that are unknown, closed, frozen or in another currency', async () => {
    const unknown = { accountId: 'cedar-none', bank: 'cedar' };
    expect(await refuse(request(CNY(1), 'cedar-none'))).toEqual({
      code: 'ACCOUNTS_ACCOUNT_NOT_FOUND',
      params: unknown,
      writes: 0,
    });
    const mismatch = { accountId: 'cedar-ann', accountCurrency: 'CNY', currency: 'USD' };
    expect(await refuse(request({ amount: '1', currency: 'USD' }))).toEqual({
      code: 'ACCOUNTS_CURRENCY_MISMATCH',
      params: mismatch,
      writes: 0,
    });
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ann' });
    expect(await refuse(request())).toEqual({
      code: 'ACCOUNTS_ACCOUNT_FROZEN',
      params: { accountId: 'cedar-ann' },
      writes: 0,
    });
    await world.accept('cedar', 'accounts:unfreezeAccount', { accountId: 'cedar-ann' });
    await world.accept('cedar', 'accounts:closeAccount', { accountId: 'cedar-ann' });
    expect(await refuse(request())).toEqual({
      code: 'ACCOUNTS_ACCOUNT_CLOSED',
      params: { accountId: 'cedar-ann' },
      writes: 0,
    });
  });
});
