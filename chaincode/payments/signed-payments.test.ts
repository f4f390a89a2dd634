import { createHash } from 'node:crypto';
import { newSigner, type TestSigner } from '../testing/signer.ts';
import { CNY, envelope, World } from '../testing/world.ts';

const ANN = 'cedar-ann';
const BEN = 'cedar-ben';
const CID = 'maple-cid';
const EXPIRES_AT = '2026-01-05T10:00:00.000Z';

/** Ann at cedar has money and signs; Ben at cedar and Cid at maple do not sign. */
async function signedWorld(algorithm: 'ES256' | 'Ed25519' = 'Ed25519'): Promise<{ world: World; ann: TestSigner }> {
  const world = new World();
  await world.open(ANN, { funds: 1_000n });
  await world.open(BEN, { funds: 500n });
  await world.open(CID);
  const ann = newSigner(algorithm);
  await world.accept('cedar', 'accounts:setSigningKeys', { changeId: 'k1', accountId: ANN, keys: [ann.key] });
  return { world, ann };
}

const payment = (more: object = {}) => ({
  paymentId: 'p1',
  debtorAccount: ANN,
  creditorAccount: CID,
  amount: CNY(10),
  ...more,
});

const paymentLines = (more: { paymentId?: string; creditor?: string; amount?: number; extra?: string[] } = {}) => [
  'operation=payments:sendPayment',
  `paymentId=${more.paymentId ?? 'p1'}`,
  `debtorAccount=${ANN}`,
  `creditorAccount=${more.creditor ?? CID}`,
  `amount=${more.amount ?? 10}`,
  'currency=CNY',
  ...(more.extra ?? []),
];

describe.each(['ES256', 'Ed25519'] as const)('a payment signed with %s', (algorithm) => {
  test('is accepted, and its signature stands in the batch row for an auditor', async () => {
    const { world, ann } = await signedWorld(algorithm);
    const signature = ann.sign(paymentLines());
    await world.accept('cedar', 'payments:sendPayment', payment({ signature }));

    expect(await world.balances(ANN)).toEqual([990n, 990n]);
    const row = world.ledger.row('cedar', `lane/0/batch/${String(world.head('cedar')?.sequence).padStart(12, '0')}`);
    expect(row.entries[0].request).toEqual(payment({ signature }));
  });

  test('carries uetr and linked where the request has them', async () => {
    const { world, ann } = await signedWorld(algorithm);
    const uetr = '97ed4827-7b6f-4491-a06f-b548d5a7512d';
    const signature = ann.sign(paymentLines({ extra: [`uetr=${uetr}`, 'linked=true'] }));
    const second = ann.sign(paymentLines({ paymentId: 'p2' }));
    const { response } = await world.ledger.submit('cedar', [
      envelope('payments:sendPayment', payment({ uetr, linked: true, signature })),
      envelope('payments:sendPayment', payment({ paymentId: 'p2', signature: second })),
    ]);
    expect(response.results.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
  });

  test.each([
    { name: 'another payment id', changed: { paymentId: 'p9' } },
    { name: 'another amount', changed: { amount: CNY(11) } },
    { name: 'another creditor', changed: { creditorAccount: BEN } },
    { name: 'a uetr that was not signed', changed: { uetr: '97ed4827-7b6f-4491-a06f-b548d5a7512d' } },
  ])('is good for no payment with $name', async ({ changed }) => {
    const { world, ann } = await signedWorld(algorithm);
    const request = payment({ signature: ann.sign(paymentLines()), ...changed });
    const refusal = await world.refuse('cedar', 'payments:sendPayment', request);

    expect(refusal).toEqual({
      code: 'ACCOUNTS_SIGNATURE_INVALID',
      params: { accountId: ANN, keyId: ann.keyId },
      writes: 0,
    });
    expect(await world.balances(ANN)).toEqual([1_000n, 1_000n]);
  });

  test.each([
    { name: 'another channel', place: { channel: 'corridor' } },
    { name: 'another bank', place: { bank: 'maple' } },
  ])('is good for nothing when it was signed for $name', async ({ place }) => {
    const { world, ann } = await signedWorld(algorithm);
    const request = payment({ signature: ann.sign(paymentLines(), place) });
    expect(await world.refuse('cedar', 'payments:sendPayment', request)).toMatchObject({
      code: 'ACCOUNTS_SIGNATURE_INVALID',
      writes: 0,
    });
  });
});

describe('an account with signing keys', () => {
  test('is debited by nothing that its bank alone can send', async () => {
    const { world } = await signedWorld();
    const missing = { code: 'ACCOUNTS_SIGNATURE_MISSING', params: { accountId: ANN }, writes: 0 };
    const hold = { holdId: 'h1', debtorAccount: ANN, creditorAccount: CID, amount: CNY(5), expiresAt: EXPIRES_AT };
    const cash = { withdrawalId: 'w1', accountId: ANN, amount: CNY(5) };
    expect(await world.refuse('cedar', 'payments:sendPayment', payment())).toEqual(missing);
    expect(await world.refuse('cedar', 'payments:holdFunds', hold)).toEqual(missing);
    expect(await world.refuse('cedar', 'accounts:withdraw', cash)).toEqual(missing);
    expect(await world.balances(ANN)).toEqual([1_000n, 1_000n]);
  });

  test('refuses a signature that its bank forged with a key of its own', async () => {
    const { world, ann } = await signedWorld();
    const bank = newSigner('Ed25519');
    const own = payment({ signature: bank.sign(paymentLines()) });
    expect(await world.refuse('cedar', 'payments:sendPayment', own)).toEqual({
      code: 'ACCOUNTS_SIGNATURE_KEY_UNKNOWN',
      params: { accountId: ANN, keyId: bank.keyId },
      writes: 0,
    });
    const disguised = payment({ signature: { ...bank.sign(paymentLines()), keyId: ann.keyId } });
    expect((await world.refuse('cedar', 'payments:sendPayment', disguised)).code).toBe('ACCOUNTS_SIGNATURE_INVALID');
  });

  test('does not let its bank put its own key in the place of the customer’s', async () => {
    const { world } = await signedWorld();
    const bank = newSigner('ES256');
    const change = { changeId: 'k2', accountId: ANN, keys: [bank.key] };
    expect(await world.refuse('cedar', 'accounts:setSigningKeys', change)).toMatchObject({
      code: 'ACCOUNTS_SIGNATURE_MISSING',
      writes: 0,
    });
  });

  test('is credited without a signature, and nobody else has to sign', async () => {
    const { world } = await signedWorld();
    await world.pay([BEN, ANN], 7);
    expect(await world.balances(ANN)).toEqual([1_007n, 1_007n]);
  });

  test('refuses a signature at an account that has no keys, rather than leave it unread', async () => {
    const { world, ann } = await signedWorld();
    const request = { ...payment({ paymentId: 'p3' }), debtorAccount: BEN, signature: ann.sign([]) };
    expect(await world.refuse('cedar', 'payments:sendPayment', request)).toMatchObject({
      code: 'ACCOUNTS_SIGNATURE_KEY_UNKNOWN',
    });
  });

  test('keeps the refused request and its signature as evidence, beside neighbours that are accepted', async () => {
    const { world, ann } = await signedWorld();
    const good = ann.sign(paymentLines());
    const { response } = await world.ledger.submit('cedar', [
      envelope('payments:sendPayment', payment({ amount: CNY(999), signature: good })),
      envelope('payments:sendPayment', payment({ signature: good })),
    ]);
    expect(response.results).toMatchObject([
      { outcome: 'refused', code: 'ACCOUNTS_SIGNATURE_INVALID' },
      { outcome: 'accepted' },
    ]);
    const row = world.ledger.row('cedar', `lane/0/batch/${String(response.sequence).padStart(12, '0')}`);
    expect(row.entries[0]).toMatchObject({ code: 'ACCOUNTS_SIGNATURE_INVALID', request: { signature: good } });
  });

  test('takes an accepted payment only once, whichever valid signature it is sent with', async () => {
    const { world, ann } = await signedWorld('ES256');
    const [first, again] = [ann.sign(paymentLines()), ann.sign(paymentLines())];
    expect(first.value).not.toBe(again.value);
    await world.accept('cedar', 'payments:sendPayment', payment({ signature: first }));
    // The malleable twin of an ECDSA signature is another signature over the same payment.
    const twin = { keyId: ann.keyId, value: twinOf(first.value) };
    for (const signature of [again, twin]) {
      expect((await world.send('cedar', 'payments:sendPayment', payment({ signature }))).outcome.outcome).toBe(
        'replayed',
      );
    }
    expect(await world.balances(ANN)).toEqual([990n, 990n]);
  });

  test('cannot be reversed by its bank, but refunds with its customer’s signature', async () => {
    const { world, ann } = await signedWorld();
    await world.pay([BEN, ANN], 30, 'p7');
    const reversal = { reversalId: 'r1', paymentId: 'p7', reason: 'DUPL' };
    expect((await world.refuse('cedar', 'payments:reversePayment', reversal)).code).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const refund = { refundId: 'f1', paymentId: 'p7', amount: CNY(12) };
    expect((await world.refuse('cedar', 'payments:refundPayment', refund)).code).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const signature = ann.sign([
      'operation=payments:refundPayment',
      'refundId=f1',
      'paymentId=p7',
      'debtorBank=cedar',
      'amount=12',
      'currency=CNY',
    ]);
    await world.accept('cedar', 'payments:refundPayment', { ...refund, signature });
    expect(await world.balances(ANN)).toEqual([1_018n, 1_018n]);
  });

  test('gives nothing back to another bank that asks for a reversal', async () => {
    const { world } = await signedWorld();
    await world.open('maple-dee', { funds: 100n });
    await world.pay(['maple-dee', ANN], 40, 'p8');
    await world.deliver('maple', 'cedar');
    await world.accept('maple', 'payments:reversePayment', { reversalId: 'r2', paymentId: 'p8', reason: 'DUPL' });
    await world.deliver('maple', 'cedar');
    expect(await world.balances(ANN)).toEqual([1_040n, 1_040n]);
    await world.deliver('cedar', 'maple');
    const { reversal } = await world.ledger.query('maple', 'payments:getPayment', { paymentId: 'p8' });
    expect(reversal).toBe('REFUSED');
  });

  test('covers the posting of a hold with the signature under the hold', async () => {
    const { world, ann } = await signedWorld();
    const hold = { holdId: 'h1', debtorAccount: ANN, creditorAccount: BEN, amount: CNY(50), expiresAt: EXPIRES_AT };
    const signature = ann.sign([
      'operation=payments:holdFunds',
      'holdId=h1',
      `debtorAccount=${ANN}`,
      `creditorAccount=${BEN}`,
      'amount=50',
      'currency=CNY',
      `expiresAt=${EXPIRES_AT}`,
    ]);
    const later = { ...hold, expiresAt: '2026-01-05T11:00:00.000Z', signature };
    expect((await world.refuse('cedar', 'payments:holdFunds', later)).code).toBe('ACCOUNTS_SIGNATURE_INVALID');
    await world.accept('cedar', 'payments:holdFunds', { ...hold, signature });
    await world.accept('cedar', 'payments:postHold', { holdId: 'h1', amount: CNY(30) });
    expect(await world.balances(ANN)).toEqual([970n, 970n]);
  });

  test('pays cash out with a signature', async () => {
    const { world, ann } = await signedWorld();
    const signature = ann.sign([
      'operation=accounts:withdraw',
      'withdrawalId=w1',
      `accountId=${ANN}`,
      'amount=5',
      'currency=CNY',
    ]);
    const cash = { withdrawalId: 'w1', accountId: ANN, amount: CNY(5), signature };
    expect(await world.accept('cedar', 'accounts:withdraw', cash)).toMatchObject({ booked: '995' });
  });
});

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** (r, n - s): valid whenever (r, s) is. */
function twinOf(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const other = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex');
  return Buffer.concat([bytes.subarray(0, 32), other]).toString('base64url');
}

test('a key id is the beginning of the key’s digest', async () => {
  const { world, ann } = await signedWorld('ES256');
  const { keys } = await world.ledger.query('cedar', 'accounts:getSigningKeys', { accountId: ANN });
  const digest = createHash('sha256').update(Buffer.from(ann.key.publicKey, 'base64url')).digest('hex');
  expect(keys).toEqual([{ ...ann.key, keyId: digest.slice(0, 16) }]);
});
