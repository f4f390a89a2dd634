import { refusalOf } from '../core/memory-ledger.ts';
import { World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 100n });
  await world.open('cedar-ben');
  await world.open('maple-cid', { funds: 50n });
});

const page = (request: object) => world.ledger.query('cedar', 'accounts:listEntries', { ...request });
const signed = ({ side, amount }: { side: string; amount: { amount: string } }) =>
  side === 'C' ? BigInt(amount.amount) : -BigInt(amount.amount);

describe('listEntries', () => {
  test('opening balance plus entries is closing balance, page by page', async () => {
    await world.pay(['cedar-ann', 'cedar-ben'], 30, 'p1');
    await world.pay(['cedar-ann', 'maple-cid'], 20, 'p2');
    await world.pay(['maple-cid', 'cedar-ann'], 7, 'p3');
    await world.deliver('maple', 'cedar');

    const first = await page({ accountId: 'cedar-ann', fromSequence: 1, limit: 3 });
    const second = await page({ accountId: 'cedar-ann', fromSequence: first.nextSequence, limit: 100 });
    expect(second.nextSequence).toBeUndefined();
    const entries = [...first.entries, ...second.entries];
    expect(entries.map(signed)).toEqual([100n, -30n, -20n, 7n]);
    expect(entries.reduce((total, entry) => total + signed(entry), 0n)).toBe((await world.balances('cedar-ann'))[0]);
    expect(entries[3]).toMatchObject({ operation: 'payments:receive', reference: 'p3', valueDate: '2026-01-05' });
  });

  test('refuses an account that does not exist', async () => {
    expect(await refusalOf(page({ accountId: 'cedar-none', fromSequence: 1, limit: 1 }))).toEqual({
      code: 'ACCOUNTS_ACCOUNT_NOT_FOUND',
      params: { accountId: 'cedar-none', bank: 'cedar' },
    });
  });
});

describe('getAccount', () => {
  test('shows balances as decimal strings of minor units', async () => {
    expect(await world.ledger.query('cedar', 'accounts:getAccount', { accountId: 'cedar-ann' })).toEqual({
      accountId: 'cedar-ann',
      currency: 'CNY',
      status: 'OPEN',
      booked: '100',
      available: '100',
      pending: '0',
      openedAt: expect.stringMatching(/^2026-01-05T09:00:/),
    });
  });

  test('refuses an account of another bank', async () => {
    expect(await refusalOf(world.ledger.query('cedar', 'accounts:getAccount', { accountId: 'maple-cid' }))).toEqual({
      code: 'ACCOUNTS_ACCOUNT_NOT_FOUND',
      params: { accountId: 'maple-cid', bank: 'cedar' },
    });
  });
});
