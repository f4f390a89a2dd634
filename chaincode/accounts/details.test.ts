import { canonicalJson, sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { detailsOf, digestsOf, World } from '../testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

describe('depositDetails', () => {
  test('writes one page, only to the owner, under the digest that is the peer’s hash of it', async () => {
    const records = [detailsOf('cedar-ann'), detailsOf('cedar-bob')];
    const { writes } = await world.depositDetails('cedar-ann', records);
    expect(writes.size).toBe(0);
    const page = canonicalJson(records);
    expect(world.ledger.privateRow('cedar', 'CedarMSP', `account-details/${sha256(page)}`)).toBe(page);
  });

  test('refuses records that the signed argument does not name, or that are not sealed', async () => {
    const details = JSON.stringify([detailsOf('cedar-ann')]);
    const call = (request: { count: number; digest: string }, text = details) =>
      refusalOf(world.ledger.as({ transient: { details: text } }).direct('cedar', 'accounts:depositDetails', request));
    const code = 'ACCOUNTS_DETAILS_INVALID';
    expect(await call({ count: 1, digest: sha256('other') })).toEqual({ code, params: { reason: 'digest' } });
    expect(await call({ count: 2, digest: sha256(details) })).toEqual({ code, params: { reason: 'count' } });
    expect(await call({ count: 1, digest: sha256('[{') }, '[{')).toEqual({ code, params: { reason: 'JSON' } });
    const inClear = { accountId: 'cedar-ann', name: 'Ann' };
    for (const record of [
      inClear,
      { ...inClear, ...detailsOf('cedar-ann') },
      { accountId: 'cedar-ann', sealed: 'Ann' },
    ]) {
      const text = JSON.stringify([record]);
      const refusal = await call({ count: 1, digest: sha256(text) }, text);
      expect(refusal).toEqual({ code, params: { reason: 'schema' } });
    }
  });

  test('refuses details of another bank, and of another organisation', async () => {
    const foreign = world.depositDetails('cedar-ann', [detailsOf('maple-ann')]);
    expect(await refusalOf(foreign)).toEqual({
      code: 'ACCOUNTS_ACCOUNT_ID_RESERVED',
      params: { accountId: 'maple-ann', bank: 'cedar' },
    });
    const intruder = world.depositDetails('cedar-ann', [detailsOf('cedar-ann')], { mspId: 'MapleMSP' });
    expect((await refusalOf(intruder))?.code).toBe('CORE_CALLER_NOT_ALLOWED');
  });

  test('refuses a page in which one account is of another bank', async () => {
    const mixed = world.depositDetails('cedar-ann', [detailsOf('cedar-ann'), detailsOf('maple-ann')]);
    expect((await refusalOf(mixed))?.params).toEqual({ accountId: 'maple-ann', bank: 'cedar' });
  });

  test('does not replace the details of an open account', async () => {
    await world.open('cedar-ann');
    const changed = { ...detailsOf('cedar-ann'), sealed: `1.${sha256('somebody else')}` };
    await world.depositDetails('cedar-ann', [changed]);
    const request = { accountId: 'cedar-ann' };
    expect(await world.ledger.query('cedar', 'accounts:getDetails', request)).toEqual(detailsOf('cedar-ann'));
  });
});

describe('getDetails', () => {
  test('serves the record to the owner and to nobody else', async () => {
    await world.open('cedar-ann');
    const request = { accountId: 'cedar-ann' };
    expect(await world.ledger.query('cedar', 'accounts:getDetails', request)).toEqual(detailsOf('cedar-ann'));
    const foreign = world.ledger.as({ mspId: 'MapleMSP' }).query('cedar', 'accounts:getDetails', request);
    expect((await refusalOf(foreign))?.code).toBe('CORE_CALLER_NOT_ALLOWED');
  });

  test('finds each record of a page that several accounts share', async () => {
    const records = [detailsOf('cedar-ann'), detailsOf('cedar-bob')];
    await world.depositDetails('cedar-ann', records);
    const detailsPage = sha256(canonicalJson(records));
    for (const accountId of ['cedar-ann', 'cedar-bob']) {
      const request = { accountId, currency: 'CNY', ...digestsOf(accountId), detailsPage };
      await world.accept('cedar', 'accounts:openAccount', request);
      expect(await world.ledger.query('cedar', 'accounts:getDetails', { accountId })).toEqual(detailsOf(accountId));
    }
  });

  test.each([
    ['is not open', async () => {}],
    [
      'was opened with a page that does not hold its record',
      async () => {
        await world.depositDetails('cedar-bob');
        const request = {
          currency: 'CNY',
          ...digestsOf('cedar-none'),
          detailsPage: digestsOf('cedar-bob').detailsPage,
        };
        await world.accept('cedar', 'accounts:openAccount', { accountId: 'cedar-none', ...request });
      },
    ],
  ])('refuses an account that %s', async (_, prepare) => {
    await prepare();
    const asked = world.ledger.query('cedar', 'accounts:getDetails', { accountId: 'cedar-none' });
    expect(await refusalOf(asked)).toEqual({
      code: 'ACCOUNTS_DETAILS_NOT_DEPOSITED',
      params: { accountId: 'cedar-none', bank: 'cedar' },
    });
  });
});

describe('publishProfile', () => {
  test('publishes the key that others encrypt for', async () => {
    const encryptionKey = '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ==\n-----END PUBLIC KEY-----\n';
    await world.accept('cedar', 'accounts:publishProfile', { encryptionKey });
    expect(world.ledger.row('cedar', 'profile')).toEqual({ encryptionKey });
    const refusal = await world.refuse('cedar', 'accounts:publishProfile', { encryptionKey: 'a secret' });
    expect(refusal.code).toBe('CORE_REQUEST_INVALID');
  });
});
