import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann');
});

/** An account's status in the book, and in the newest row of the directory. */
async function statusOf(accountId: string): Promise<unknown[]> {
  const { status } = await world.ledger.query('cedar', 'accounts:getAccount', { accountId });
  const row = String(world.head('cedar')?.directory).padStart(12, '0');
  return [status, world.ledger.row('cedar', `lane/0/directory/${row}`)];
}
const listed = (status: string) => [{ accountId: 'cedar-ann', currency: 'CNY', status }];
const act = (verb: string, accountId = 'cedar-ann') => world.accept('cedar', `accounts:${verb}Account`, { accountId });
const refuse = (verb: string, accountId = 'cedar-ann') =>
  world.refuse('cedar', `accounts:${verb}Account`, { accountId });
const ann = { accountId: 'cedar-ann' };

describe('freezeAccount and unfreezeAccount', () => {
  test('stop an account, and let it go on', async () => {
    expect(await act('freeze')).toEqual({ accountId: 'cedar-ann', status: 'FROZEN' });
    expect(await statusOf('cedar-ann')).toEqual(['FROZEN', listed('FROZEN')]);
    expect(await act('unfreeze')).toEqual({ accountId: 'cedar-ann', status: 'OPEN' });
    expect(await statusOf('cedar-ann')).toEqual(['OPEN', listed('OPEN')]);
  });

  test('refuse what the state table has no step for', async () => {
    const params = { accountId: 'cedar-ann', accountStatus: 'OPEN' };
    expect(await refuse('unfreeze')).toEqual({ code: 'ACCOUNTS_ACCOUNT_NOT_FROZEN', params, writes: 0 });
    await act('freeze');
    expect(await refuse('freeze')).toEqual({ code: 'ACCOUNTS_ACCOUNT_FROZEN', params: ann, writes: 0 });
  });
});

describe('closeAccount', () => {
  test('closes an empty account for ever', async () => {
    expect(await act('close')).toEqual({ accountId: 'cedar-ann', status: 'CLOSED' });
    expect(await statusOf('cedar-ann')).toEqual(['CLOSED', listed('CLOSED')]);
    for (const verb of ['freeze', 'unfreeze', 'close']) {
      expect(await refuse(verb)).toEqual({ code: 'ACCOUNTS_ACCOUNT_CLOSED', params: ann, writes: 0 });
    }
  });

  test('refuses a frozen account', async () => {
    await act('freeze');
    expect(await refuse('close')).toEqual({ code: 'ACCOUNTS_ACCOUNT_FROZEN', params: ann, writes: 0 });
  });

  test('refuses an account with money', async () => {
    await world.fund('cedar-ann', CNY(5));
    const params = { accountId: 'cedar-ann', booked: '5' };
    expect(await refuse('close')).toEqual({ code: 'ACCOUNTS_ACCOUNT_NOT_EMPTY', params, writes: 0 });
  });

  test('refuses an account with a hold before it looks at the balance', async () => {
    await world.open('cedar-ben');
    await world.fund('cedar-ann', CNY(5));
    const hold = { holdId: 'h1', debtorAccount: 'cedar-ann', creditorAccount: 'cedar-ben', amount: CNY(3) };
    await world.accept('cedar', 'payments:holdFunds', { ...hold, expiresAt: '2026-02-01T00:00:00Z' });
    const params = { accountId: 'cedar-ann', pending: '3' };
    expect(await refuse('close')).toEqual({ code: 'ACCOUNTS_ACCOUNT_HAS_PENDING', params, writes: 0 });
  });
});

test.each(['freeze', 'unfreeze', 'close'])(
  '%sAccount refuses unknown accounts and those of another bank',
  async (verb) => {
    for (const accountId of ['cedar-none', 'maple-ann']) {
      const params = { accountId, bank: 'cedar' };
      expect(await refuse(verb, accountId)).toEqual({ code: 'ACCOUNTS_ACCOUNT_NOT_FOUND', params, writes: 0 });
    }
  },
);
