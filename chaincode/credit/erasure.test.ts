import { batchKey } from '../core/batch.ts';
import { canonicalJson, sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, FIRM, planted } from '../testing/credit-world.ts';
import { subjects } from './store.ts';

const code = async (promise: Promise<unknown>) => (await refusalOf(promise))?.code;

async function heldWorld(): Promise<CreditWorld> {
  const world = await new CreditWorld().openFirm();
  await world.putData('tax', planted.tax);
  await world.putData('profile', planted.profile);
  await world.putModelsToUse();
  await world.consent();
  await world.request();
  await world.share('tax', ['turnover']);
  const { response } = await world.depositScore({ inputs: world.inputs() });
  await world.accept('maple', 'credit:recordScore', { scoreId: 's1', subjectId: FIRM, consentId: 'c1', ...response });
  return world;
}

const purge = (world: CreditWorld, bank: string, mspId = 'CedarMSP') =>
  world.ledger.as({ mspId }).direct(bank, 'credit:purgeSubject', { subjectId: FIRM });

describe('erasure', () => {
  test('purges every collection that holds something, and certifies it', async () => {
    const world = await heldWorld();
    const held = [
      ['cedar', 'CedarMSP', 'tax/1'],
      ['cedar', 'CedarMSP', 'profile/1'],
      ['maple', 'MapleMSP', 'tax/1'],
      ['maple', 'MapleMSP', 'score/s1'],
    ] as const;
    for (const [bank, mspId, holding] of held) expect(world.sealed(bank, mspId, holding)).toBeDefined();

    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    for (const bank of ['cedar', 'maple']) {
      expect((await world.refuse(bank, 'credit:certifyErasure', { subjectId: FIRM })).code).toBe(
        'CREDIT_ERASURE_INCOMPLETE',
      );
      expect((await purge(world, bank)).writes.size).toBe(0);
      const certificate = await world.accept(bank, 'credit:certifyErasure', { subjectId: FIRM });
      expect(certificate).toMatchObject({ subjectId: FIRM, holder: bank, purgedCount: 2 });
      expect(await world.ledger.query(bank, 'credit:getErasure', { subjectId: FIRM })).toEqual(certificate);
    }
    for (const [bank, mspId, holding] of held) expect(world.sealed(bank, mspId, holding)).toBeUndefined();
  });

  test('purges what was deposited and never recorded too, and certifies nothing before', async () => {
    const world = await heldWorld();
    await world.depositData({ kind: 'bureau', record: planted.bureau });
    const { accessNumber } = await world.access({ kind: 'profile', fields: ['profile.tenure'] });
    await world.depositShare({ accessNumber, kind: 'profile', disclosures: world.openLeaves('profile', ['tenure']) });
    await world.depositScore({ scoreId: 's7', inputs: world.inputs() });
    const strays = [
      ['cedar', 'CedarMSP', 'bureau/1'],
      ['maple', 'MapleMSP', 'profile/1'],
      ['maple', 'MapleMSP', 'score/s7'],
    ] as const;
    for (const [bank, mspId, holding] of strays) expect(world.sealed(bank, mspId, holding)).toBeDefined();

    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    await purge(world, 'cedar');
    expect((await purge(world, 'maple')).response).toEqual({ count: 4 });
    for (const [bank, mspId, holding] of strays) expect(world.sealed(bank, mspId, holding)).toBeUndefined();
    expect(world.ledger.privateRow('maple', 'MapleMSP', `credit-deposits/${FIRM}`)).toBeUndefined();
    await world.accept('maple', 'credit:certifyErasure', { subjectId: FIRM });
  });

  test('of a bank that only has deposits which were never recorded is not certified before the purge', async () => {
    const world = await new CreditWorld().openFirm();
    await world.depositData({ kind: 'bureau', record: planted.bureau });
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    expect(await world.refuse('cedar', 'credit:certifyErasure', { subjectId: FIRM })).toMatchObject({
      code: 'CREDIT_ERASURE_INCOMPLETE',
      params: { kind: 'deposits', reference: 'not recorded', subjectId: FIRM },
    });
    await purge(world, 'cedar');
    const certificate = await world.accept('cedar', 'credit:certifyErasure', { subjectId: FIRM });
    expect(certificate.purgedCount).toBe(0);
  });

  test('is ordered at the home bank, and nobody purges before', async () => {
    const world = await heldWorld();
    const order = { erasureId: 'e1', subjectId: FIRM };
    expect((await world.refuse('maple', 'credit:eraseSubject', order)).code).toBe('CREDIT_SUBJECT_NOT_HERE');
    const refusal = { code: 'CREDIT_ERASURE_NOT_ORDERED', params: { subjectId: FIRM } };
    for (const bank of ['cedar', 'maple']) {
      expect(await refusalOf(purge(world, bank))).toEqual(refusal);
      const certify = await world.refuse(bank, 'credit:certifyErasure', { subjectId: FIRM });
      expect(certify).toEqual({ ...refusal, writes: 0 });
    }
    expect(await refusalOf(world.ledger.query('cedar', 'credit:getErasure', { subjectId: FIRM }))).toEqual(refusal);
  });

  test('is certified by a bank that never held anything too, and leaves the subject erased there', async () => {
    const world = await heldWorld();
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    expect((await purge(world, 'pine')).response).toEqual({ count: 0 });
    const certificate = await world.accept('pine', 'credit:certifyErasure', { subjectId: FIRM });
    expect(certificate).toMatchObject({ holder: 'pine', purgedCount: 0, holdingsDigest: sha256('[]') });
    const row = { subjectId: FIRM, status: 'ERASED', accessCount: 0, holdings: [] };
    expect(world.ledger.row('pine', subjects.key(FIRM))).toEqual(row);
  });

  test('is certified once: asked again, the bank answers the same and tells nobody anew', async () => {
    const world = await heldWorld();
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    await purge(world, 'maple');
    const certificate = await world.accept('maple', 'credit:certifyErasure', { subjectId: FIRM });
    world.ledger.clock.advance(60_000);
    expect(await world.accept('maple', 'credit:certifyErasure', { subjectId: FIRM })).toEqual(certificate);
    const { sequence } = world.head('maple') ?? { sequence: 0 };
    expect(world.ledger.row('maple', batchKey(sequence)).entries[0].events).toEqual([]);
  });

  test('may be purged again, and keeps the count of what was recorded', async () => {
    const world = await heldWorld();
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    expect((await purge(world, 'maple')).response).toEqual({ count: 2 });
    expect((await purge(world, 'maple')).response).toEqual({ count: 2 });
  });

  test('stands where it was certified, whatever the home bank’s row says later', async () => {
    const world = await heldWorld();
    const held = world.ledger.row('cedar', subjects.key(FIRM));
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    await purge(world, 'maple');
    await world.accept('maple', 'credit:certifyErasure', { subjectId: FIRM });
    world.ledger.put('cedar', subjects.key(FIRM), Buffer.from(canonicalJson(held)));
    const again = world.depositScore({ scoreId: 's2', inputs: world.inputs() });
    expect(await refusalOf(again)).toEqual({ code: 'CREDIT_SUBJECT_ERASED', params: { subjectId: FIRM } });
  });

  test('stops every read, share, score and amendment at once, at every bank', async () => {
    const world = await heldWorld();
    const grant = await world.access();
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    const erased = 'CREDIT_SUBJECT_ERASED';
    expect(await code(world.ledger.query('cedar', 'credit:readData', grant))).toBe(erased);
    expect((await world.refuse('cedar', 'credit:recordAccess', world.accessRequest())).code).toBe(erased);
    expect(await code(world.depositData({ kind: 'tax', record: planted.tax, version: 2 }))).toBe(erased);
    const disclosures = world.openLeaves('tax', ['turnover']);
    const asked = { consentId: 'c1', subjectId: FIRM, encryptionKey: sha256('key') };
    expect((await world.refuse('maple', 'credit:requestData', asked)).code).toBe(erased);
    expect(await code(world.depositShare({ ...grant, disclosures }))).toBe(erased);
    expect(await code(world.depositScore({ scoreId: 's2', inputs: world.inputs() }))).toBe(erased);
    const again = { erasureId: 'e2', subjectId: FIRM };
    expect((await world.refuse('cedar', 'credit:eraseSubject', again)).code).toBe(erased);
    const consent = world.signConsent(world.consentRequest({ consentId: 'c2' }));
    expect((await world.refuse('cedar', 'credit:giveConsent', consent)).code).toBe(erased);
  });

  test('leaves what was proven before provable: commitments and statements stay', async () => {
    const world = await heldWorld();
    const before = await world.ledger.query('maple', 'credit:getScore', { scoreId: 's1' });
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    await purge(world, 'maple', 'MapleMSP');
    expect(await world.ledger.query('maple', 'credit:getScore', { scoreId: 's1' })).toEqual(before);
    const of = { subjectId: FIRM, kind: 'tax', reference: '1' };
    expect((await world.ledger.query('cedar', 'credit:getHolding', of)).commitment).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('what everybody can read', () => {
  test('holds no planted value: no key, row, event, response or read set', async () => {
    const world = await heldWorld();
    const secrets = [
      '73310000',
      '91234567890',
      'Planted',
      'Tea Shop',
      'FROM_7',
      'APPROVED',
      '"score":649',
      world.secretOf('tax', 1),
    ];
    for (const bank of ['cedar', 'maple', 'pine', 'willow', 'consortium', 'centralbank']) {
      for (const [key, value] of world.ledger.state(bank)) {
        // The models are public by design, with their categories and points.
        if (key.startsWith('public/credit-model')) continue;
        const isModelBatch = bank === 'consortium';
        for (const secret of secrets) {
          expect(key).not.toContain(secret);
          if (!isModelBatch) expect(`${key} ${Buffer.from(value).includes(secret)}`).toBe(`${key} false`);
        }
      }
    }
    // The test can find what it looks for: the same search over the private rows, opened.
    expect(JSON.stringify(world.unsealed('cedar', 'CedarMSP', { holding: 'tax/1' }))).toContain('73310000');
  });

  test('private rows at rest hold no planted value either', async () => {
    const world = await heldWorld();
    for (const [bank, mspId, holding] of [
      ['cedar', 'CedarMSP', 'tax/1'],
      ['cedar', 'CedarMSP', 'profile/1'],
      ['maple', 'MapleMSP', 'tax/1'],
      ['maple', 'MapleMSP', 'score/s1'],
    ] as const) {
      expect(JSON.stringify(world.sealed(bank, mspId, holding))).not.toMatch(/73310000|Planted|APPROVED/);
    }
  });
});
