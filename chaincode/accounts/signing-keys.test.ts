import { newSigner } from '../testing/signer.ts';
import { CNY, envelope, World } from '../testing/world.ts';

const ANN = 'cedar-ann';
const DAY = 24 * 3_600_000;

async function openWorld(): Promise<World> {
  const world = new World();
  await world.open(ANN, { funds: 1_000n });
  await world.open('cedar-ben');
  return world;
}

const keysOf = async (world: World) =>
  (await world.ledger.query('cedar', 'accounts:getSigningKeys', { accountId: ANN })).keys.map(
    ({ keyId }: { keyId: string }) => keyId,
  );

const changeLines = (changeId: string, keys: readonly { algorithm: string; publicKey: string }[]) => [
  'operation=accounts:setSigningKeys',
  `changeId=${changeId}`,
  `accountId=${ANN}`,
  ...keys.map(({ algorithm, publicKey }) => `key=${algorithm} ${publicKey}`),
];

describe('setSigningKeys', () => {
  test('gives the first keys on the bank’s word, and changes them on the customer’s', async () => {
    const world = await openWorld();
    const [first, second] = [newSigner('ES256'), newSigner('Ed25519')];
    const begin = { changeId: 'k1', accountId: ANN, keys: [first.key] };
    expect(await world.accept('cedar', 'accounts:setSigningKeys', begin)).toEqual({
      accountId: ANN,
      keyIds: [first.keyId],
    });
    const keys = [second.key, first.key];
    const signature = first.sign(changeLines('k2', keys));
    await world.accept('cedar', 'accounts:setSigningKeys', { changeId: 'k2', accountId: ANN, keys, signature });
    expect(await keysOf(world)).toEqual([second.keyId, first.keyId]);
  });

  test('takes the keys away again, and then asks for no signature', async () => {
    const world = await openWorld();
    const ann = newSigner('Ed25519');
    await world.accept('cedar', 'accounts:setSigningKeys', { changeId: 'k1', accountId: ANN, keys: [ann.key] });
    const signature = ann.sign(changeLines('k2', []));
    await world.accept('cedar', 'accounts:setSigningKeys', { changeId: 'k2', accountId: ANN, keys: [], signature });
    expect(await keysOf(world)).toEqual([]);
    await world.pay([ANN, 'cedar-ben'], 5);
  });

  test('judges what follows in the same batch by the new keys', async () => {
    const world = await openWorld();
    const [first, second] = [newSigner('ES256'), newSigner('Ed25519')];
    await world.accept('cedar', 'accounts:setSigningKeys', { changeId: 'k1', accountId: ANN, keys: [first.key] });
    const signature = first.sign(changeLines('k2', [second.key]));
    const pay = (paymentId: string, signer: typeof first) => ({
      paymentId,
      debtorAccount: ANN,
      creditorAccount: 'cedar-ben',
      amount: CNY(1),
      signature: signer.sign([
        'operation=payments:sendPayment',
        `paymentId=${paymentId}`,
        `debtorAccount=${ANN}`,
        'creditorAccount=cedar-ben',
        'amount=1',
        'currency=CNY',
      ]),
    });
    const { response } = await world.ledger.submit('cedar', [
      envelope('payments:sendPayment', pay('p1', first)),
      envelope('accounts:setSigningKeys', { changeId: 'k2', accountId: ANN, keys: [second.key], signature }),
      envelope('payments:sendPayment', pay('p2', first)),
      envelope('payments:sendPayment', pay('p3', second)),
    ]);
    expect(response.results).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'accepted' },
      { outcome: 'refused', code: 'ACCOUNTS_SIGNATURE_KEY_UNKNOWN' },
      { outcome: 'accepted' },
    ]);
  });

  test.each([
    {
      name: 'a point that is not on the curve',
      algorithm: 'ES256',
      bytes: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]),
    },
    { name: 'a key of the other algorithm', algorithm: 'ES256', bytes: Buffer.alloc(32, 7) },
  ] as const)('refuses $name', async ({ algorithm, bytes }) => {
    const world = await openWorld();
    const keys = [{ algorithm, publicKey: bytes.toString('base64url') }];
    expect(await world.refuse('cedar', 'accounts:setSigningKeys', { changeId: 'k1', accountId: ANN, keys })).toEqual({
      code: 'ACCOUNTS_SIGNING_KEY_INVALID',
      params: { position: 1, algorithm },
      writes: 0,
    });
  });

  test('refuses the change of a frozen account', async () => {
    const world = await openWorld();
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: ANN });
    const change = { changeId: 'k1', accountId: ANN, keys: [newSigner('ES256').key] };
    expect((await world.refuse('cedar', 'accounts:setSigningKeys', change)).code).toBe('ACCOUNTS_ACCOUNT_FROZEN');
  });
});

describe('recovery of lost keys', () => {
  async function announced() {
    const world = await openWorld();
    const [lost, next] = [newSigner('ES256'), newSigner('Ed25519')];
    await world.accept('cedar', 'accounts:setSigningKeys', { changeId: 'k1', accountId: ANN, keys: [lost.key] });
    const recovery = { recoveryId: 'r1', accountId: ANN, keys: [next.key] };
    await world.accept('cedar', 'accounts:announceKeyRecovery', recovery);
    return { world, lost, next, end: { recoveryId: 'r1', accountId: ANN } };
  }

  test('replaces the keys after seven days, also of a frozen account', async () => {
    const { world, lost, next, end } = await announced();
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: ANN });
    world.ledger.clock.advance(7 * DAY - 1000);
    expect((await world.refuse('cedar', 'accounts:completeKeyRecovery', end)).code).toBe(
      'ACCOUNTS_KEY_RECOVERY_TOO_EARLY',
    );
    expect(await keysOf(world)).toEqual([lost.keyId]);
    world.ledger.clock.advance(1000);
    await world.accept('cedar', 'accounts:completeKeyRecovery', end);
    expect(await keysOf(world)).toEqual([next.keyId]);
  });

  test('is cancelled by a change that the customer signs', async () => {
    const { world, lost, end } = await announced();
    const signature = lost.sign(changeLines('k2', [lost.key]));
    await world.accept('cedar', 'accounts:setSigningKeys', {
      changeId: 'k2',
      accountId: ANN,
      keys: [lost.key],
      signature,
    });
    world.ledger.clock.advance(8 * DAY);
    expect(await world.refuse('cedar', 'accounts:completeKeyRecovery', end)).toEqual({
      code: 'ACCOUNTS_KEY_RECOVERY_NOT_ANNOUNCED',
      params: { accountId: ANN, recoveryId: 'r1' },
      writes: 0,
    });
  });

  test('is for accounts with keys only', async () => {
    const world = await openWorld();
    const recovery = { recoveryId: 'r1', accountId: ANN, keys: [newSigner('ES256').key] };
    expect((await world.refuse('cedar', 'accounts:announceKeyRecovery', recovery)).code).toBe(
      'ACCOUNTS_SIGNING_KEYS_ABSENT',
    );
  });
});
