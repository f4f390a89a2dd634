import { canonicalJson, sha256 } from '../core/canonical.ts';
import { detailsOf, digestsOf, World } from '../testing/world.ts';

const request = (accountId: string, more: object = {}) => ({
  accountId,
  currency: 'CNY',
  ...digestsOf(accountId),
  ...more,
});

let world: World;
beforeEach(async () => {
  world = new World();
  await world.depositDetails('cedar-ann');
});

describe('openAccount', () => {
  test('opens an empty account that the directory shows', async () => {
    expect(await world.accept('cedar', 'accounts:openAccount', request('cedar-ann'))).toEqual({
      accountId: 'cedar-ann',
      status: 'OPEN',
    });
    expect(await world.balances('cedar-ann')).toEqual([0n, 0n]);
    expect(world.ledger.row('cedar', 'lane/0/directory/000000000001')).toEqual([
      { accountId: 'cedar-ann', currency: 'CNY', status: 'OPEN' },
    ]);
  });

  test('returns the first outcome when id and payload repeat', async () => {
    await world.accept('cedar', 'accounts:openAccount', request('cedar-ann'));
    const again = await world.send('cedar', 'accounts:openAccount', request('cedar-ann'));
    expect(again.outcome.outcome).toBe('replayed');
    expect(again.writes.size).toBe(0);
    for (const change of [{ currency: 'USD' }, { detailsDigest: 'a'.repeat(64) }]) {
      const other = await world.refuse('cedar', 'accounts:openAccount', request('cedar-ann', change));
      expect(other).toEqual({
        code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD',
        params: { scope: 'account', id: 'cedar-ann' },
        writes: 0,
      });
    }
  });

  test('takes a repetition for one whose details came in another page', async () => {
    await world.accept('cedar', 'accounts:openAccount', request('cedar-ann'));
    const detailsPage = sha256(canonicalJson([detailsOf('cedar-ann'), detailsOf('cedar-bob')]));
    const again = await world.send('cedar', 'accounts:openAccount', request('cedar-ann', { detailsPage }));
    expect(again.outcome.outcome).toBe('replayed');
  });

  test('refuses a private row that its digest does not name', async () => {
    const page = digestsOf('cedar-ben').detailsPage;
    world.ledger.putPrivate('cedar', 'CedarMSP', { key: `account-details/${page}`, value: '[]' });
    const refusal = await world.refuse('cedar', 'accounts:openAccount', request('cedar-ben'));
    expect(refusal.code).toBe('ACCOUNTS_DETAILS_NOT_DEPOSITED');
  });

  test('takes account ids of the full 40 characters', async () => {
    const accountId = `cedar-${'x'.repeat(34)}`;
    await world.depositDetails(accountId);
    await world.accept('cedar', 'accounts:openAccount', request(accountId));
    const again = await world.send('cedar', 'accounts:openAccount', request(accountId));
    expect(again.outcome.outcome).toBe('replayed');
  });

  test.each([
    ['CORE_CURRENCY_UNKNOWN', { currency: 'XAU' }, { currency: 'XAU' }],
    ['ACCOUNTS_ACCOUNT_ID_RESERVED', { accountId: 'maple-ann' }, { accountId: 'maple-ann', bank: 'cedar' }],
    ['ACCOUNTS_DETAILS_NOT_DEPOSITED', { detailsPage: 'a'.repeat(64) }, { accountId: 'cedar-ann', bank: 'cedar' }],
  ])('refuses with %s', async (code, change, params) => {
    const refusal = await world.refuse('cedar', 'accounts:openAccount', request('cedar-ann', change));
    expect(refusal).toEqual({ code, params, writes: 0 });
  });

  test('is for the bank and its operators alone', async () => {
    const refusal = await world.as('customer').refuse('cedar', 'accounts:openAccount', request('cedar-ann'));
    expect(refusal.code).toBe('CORE_CALLER_NOT_ALLOWED');
    const elsewhere = await world.refuse('centralbank', 'accounts:openAccount', request('cedar-ann'));
    expect(elsewhere.code).toBe('CORE_OPERATION_UNKNOWN');
  });
});
