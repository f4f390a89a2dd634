import { generateKeyPairSync } from 'node:crypto';
import {
  createSigner,
  type Signer,
  signHold,
  signKeyChange,
  signPayment,
  signRefund,
  signWithdrawal,
} from '../client/sign.ts';
import { customer, type MemoryApi, openBooks, startMemoryApi } from '../testing/memory-api.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });
const AT = { channel: 'finance', bank: 'cedar' };
const DAY = 24 * 3_600_000;
const alice = customer('C-alice');

describe('signed payments through REST', () => {
  let api: MemoryApi;
  let key: Signer;
  let other: Signer;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank']);
    await openBooks(api, ['cedar', 'maple']);
    key = createSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    other = createSigner(generateKeyPairSync('ed25519').privateKey);
    const path = '/v1/accounts/cedar-alice/signing-keys';
    const set = await api.call({ method: 'PUT', path, body: { changeId: 'K-1', keys: [key.publicKey] }, as: alice });
    expect(set).toMatchObject({ status: 200, body: { accountId: 'cedar-alice', keyIds: [key.sign('').keyId] } });
  });
  afterAll(() => api.stop());

  const post = (path: string, body: unknown, as = alice) => api.call({ method: 'POST', path, body, as });
  const payment = (paymentId: string, amount = '25') => ({
    paymentId,
    debtorAccount: 'cedar-alice',
    creditorAccount: 'maple-bob',
    amount: CNY(amount),
  });

  test('books a signed payment with its remittance, and the same again with another signature', async () => {
    const text = { remittance: 'Invoice 17', uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d' };
    const first = await post('/v1/payments', signPayment(key, AT, { ...payment('S-1'), ...text }));
    const again = await post('/v1/payments', signPayment(key, AT, { ...payment('S-1'), ...text }));

    expect(first).toMatchObject({ status: 201, body: { paymentId: 'S-1' } });
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  test.each([
    ['without a signature', () => payment('S-2'), 422, 'ACCOUNTS_SIGNATURE_MISSING'],
    [
      'signed with a key that is not the account’s',
      () => signPayment(other, AT, payment('S-2')),
      422,
      'ACCOUNTS_SIGNATURE_KEY_UNKNOWN',
    ],
    [
      'altered after it was signed',
      () => ({ ...signPayment(key, AT, payment('S-2')), amount: CNY('26') }),
      422,
      'ACCOUNTS_SIGNATURE_INVALID',
    ],
    [
      'signed for another channel',
      () => signPayment(key, { ...AT, channel: 'corridor' }, payment('S-2')),
      422,
      'ACCOUNTS_SIGNATURE_INVALID',
    ],
    [
      'whose signature is malformed',
      () => ({ ...payment('S-2'), signature: { keyId: 'x', value: 'y' } }),
      400,
      'API_FIELD_INVALID',
    ],
  ])('refuses a payment %s', async (_what, body, status, code) => {
    expect(await post('/v1/payments', body())).toMatchObject({ status, body: { code } });
  });

  test('refuses staff who send a payment of a signed account', async () => {
    const answer = await api.call({ method: 'POST', path: '/v1/payments', body: payment('S-3') });
    expect(answer).toMatchObject({ status: 422, body: { code: 'ACCOUNTS_SIGNATURE_MISSING', outcome: 'refused' } });
  });

  test('judges each payment of a bulk by its own signature', async () => {
    const payments = [signPayment(key, AT, payment('S-4')), payment('S-5')];
    const { body } = await post('/v1/payments/bulk', { payments });
    expect(body.results).toMatchObject([
      { paymentId: 'S-4', status: 'ACCEPTED' },
      { paymentId: 'S-5', problem: { code: 'ACCOUNTS_SIGNATURE_MISSING' } },
    ]);
  });

  test('holds, pays out and refunds with signatures', async () => {
    const expiresAt = '2026-01-31T12:00:00Z';
    const { paymentId: _none, ...transfer } = payment('');
    const hold = { holdId: 'SH-1', ...transfer, expiresAt };
    expect(await post('/v1/holds', hold)).toMatchObject({ body: { code: 'ACCOUNTS_SIGNATURE_MISSING' } });
    expect((await post('/v1/holds', signHold(key, AT, hold))).status).toBe(201);
    expect((await post('/v1/holds/SH-1/post', {})).status).toBe(200);

    const { accountId, ...cash } = signWithdrawal(key, AT, {
      withdrawalId: 'SW-1',
      accountId: 'cedar-alice',
      amount: CNY('10'),
    });
    const paid = await api.call({ method: 'POST', path: `/v1/accounts/${accountId}/withdrawals`, body: cash });
    expect(paid.status).toBe(201);

    const back = { paymentId: 'S-9', debtorAccount: 'cedar-bob', creditorAccount: 'cedar-alice', amount: CNY('40') };
    expect((await post('/v1/payments', back, customer('C-bob'))).status).toBe(201);
    const { paymentId, ...refund } = signRefund(key, AT, { refundId: 'SR-1', paymentId: 'S-9', amount: CNY('15') });
    expect((await post(`/v1/payments/${paymentId}/refund`, refund)).status).toBe(201);
  });

  test('changes keys with a signature, and recovers lost ones after seven days', async () => {
    const path = '/v1/accounts/cedar-alice/signing-keys';
    const keys = [key.publicKey, other.publicKey];
    const unsigned = await api.call({ method: 'PUT', path, body: { changeId: 'K-2', keys } });
    expect(unsigned).toMatchObject({ status: 422, body: { code: 'ACCOUNTS_SIGNATURE_MISSING' } });
    const { accountId: _same, ...change } = signKeyChange(key, AT, { changeId: 'K-2', accountId: 'cedar-alice', keys });
    expect((await api.call({ method: 'PUT', path, body: change, as: alice })).status).toBe(200);
    expect((await api.call({ path, as: alice })).body.keys).toMatchObject(keys);

    const recoveries = '/v1/accounts/cedar-alice/key-recoveries';
    const announced = await api.call({
      method: 'POST',
      path: recoveries,
      body: { recoveryId: 'KR-1', keys: [other.publicKey] },
    });
    expect(announced).toMatchObject({ status: 201, body: { status: 'ANNOUNCED' } });
    const complete = () => api.call({ method: 'POST', path: `${recoveries}/KR-1/complete` });
    expect(await complete()).toMatchObject({ status: 422, body: { code: 'ACCOUNTS_KEY_RECOVERY_TOO_EARLY' } });
    api.gateways.fabric.milliseconds += 7 * DAY;
    expect(await complete()).toMatchObject({ status: 200, body: { keyIds: [other.sign('').keyId] } });
  });

  test('lets nobody but the holder and the staff touch or read keys', async () => {
    const path = '/v1/accounts/cedar-alice/signing-keys';
    const as = customer('C-bob');
    expect(await api.call({ path, as })).toMatchObject({ status: 403, body: { code: 'AUTH_ACCOUNT_NOT_YOURS' } });
    const body = { changeId: 'K-9', keys: [] };
    expect(await api.call({ method: 'PUT', path, body, as })).toMatchObject({
      status: 403,
      body: { code: 'AUTH_ACCOUNT_NOT_YOURS' },
    });
  });
});
