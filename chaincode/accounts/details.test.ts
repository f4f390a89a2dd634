import { canonicalJson, sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { detailsOf, World } from '../testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

describe('depositDetails', () => {
  test('writes only to the owner, and the peer hash is the digest that opens the account', async () => {
    const { writes } = await world.depositDetails('cedar-ann');
    expect(writes.size).toBe(0);
    const value = world.ledger.privateRow('cedar', 'CedarMSP', 'account-details/cedar-ann');
    expect(value).toBe(canonicalJson(detailsOf('cedar-ann')));
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

  test('refuses to replace the details of an open account, and takes the same ones again', async () => {
    await world.open('cedar-ann');
    const changed = { ...detailsOf('cedar-ann'), sealed: `1.${sha256('somebody else')}` };
    expect(await refusalOf(world.depositDetails('cedar-ann', [changed]))).toEqual({
      code: 'ACCOUNTS_DETAILS_FIXED',
      params: { accountId: 'cedar-ann' },
    });
    await world.depositDetails('cedar-ann');
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

  test('refuses accounts without details', async () => {
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
