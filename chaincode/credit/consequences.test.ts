import { batchKey } from '../core/batch.ts';
import { sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, creditModel, EXPIRES, FIRM, planted } from '../testing/credit-world.ts';
import { subjects } from './store.ts';

let world: CreditWorld;
beforeEach(async () => {
  world = await new CreditWorld().openFirm();
});

const eventsOf = (bank: string) => world.ledger.row(bank, batchKey(world.head(bank)?.sequence ?? 0)).entries[0].events;
const refused = (bank: string, operation: string, request: object) =>
  world.refuse(bank, `credit:${operation}`, request).then(({ code, params }) => ({ code, params }));
const instant = expect.stringMatching(/^2026-01-05T09:/);

describe('consent', () => {
  test('given and revoked is told without what it covers', async () => {
    await world.consent();
    expect(eventsOf('cedar')).toEqual([
      { type: 'ConsentGiven', data: { consentId: 'c1', subjectId: FIRM, grantee: 'maple' } },
    ]);
    const revoked = await world.accept('cedar', 'credit:revokeConsent', { consentId: 'c1' });
    expect(revoked).toEqual({
      ...world.consentRequest(),
      attestedBy: 'subject',
      status: 'REVOKED',
      givenAt: instant,
      revokedAt: instant,
    });
    expect(eventsOf('cedar')).toEqual([{ type: 'ConsentRevoked', data: { consentId: 'c1', subjectId: FIRM } }]);
    expect(await refused('cedar', 'revokeConsent', { consentId: 'c1' })).toEqual({
      code: 'CREDIT_CONSENT_REVOKED',
      params: { consentId: 'c1' },
    });
    expect((await refused('cedar', 'revokeConsent', { consentId: 'c9' })).params).toEqual({ consentId: 'c9' });
  });

  test('names what stands against it', async () => {
    const give = (more: object) => refused('cedar', 'giveConsent', world.signConsent(world.consentRequest(more)));
    expect((await give({ fields: ['tax.bonus'] })).params).toEqual({ field: 'tax.bonus' });
    expect((await give({ fields: ['bonus.turnover'] })).params).toEqual({ field: 'bonus.turnover' });
    const past = '2026-01-05T09:00:00.000Z';
    expect((await give({ expiresAt: past })).params).toEqual({ expiresAt: past });
    const now = new Date(world.ledger.clock.milliseconds).toISOString();
    expect((await give({ expiresAt: now })).params).toEqual({ expiresAt: now });
    expect((await give({ subjectId: 'maple-cid' })).params).toEqual({ subjectId: 'maple-cid', bank: 'cedar' });
    expect((await give({ subjectId: 'cedar-none' })).params).toEqual({ subjectId: 'cedar-none', bank: 'cedar' });
  });

  test('of a firm without a key may not be signed by one', async () => {
    const unkeyed = await new CreditWorld().openFirm({ isKeyed: false });
    const signed = unkeyed.signConsent(unkeyed.consentRequest());
    expect((await unkeyed.refuse('cedar', 'credit:giveConsent', signed)).code).toMatch(/^ACCOUNTS_SIGNATURE/);
  });

  test('refuses each use that it does not cover, by its own name', async () => {
    await world.putData('tax', planted.tax);
    await world.consent({ grantee: 'cedar' });
    const use = (more: object) => refused('cedar', 'recordAccess', world.accessRequest({ reader: 'cedar', ...more }));
    const consentId = 'c1';
    expect((await use({ consentId: 'c9' })).params).toEqual({ consentId: 'c9' });
    expect((await use({ purpose: 'MONITORING' })).params).toEqual({ consentId, purpose: 'CREDIT_DECISION' });
    expect((await use({ reader: 'pine' })).params).toEqual({ consentId, bank: 'pine' });
    const fields = ['tax.turnover', 'tax.taxPaid'];
    expect((await use({ fields })).params).toEqual({ consentId, field: 'tax.taxPaid' });
    expect((await use({ fields: ['profile.tenure'] })).params).toEqual({ field: 'profile.tenure' });
    const missing = { kind: 'tax', reference: '2', subjectId: FIRM };
    expect((await use({ reference: '2' })).params).toEqual(missing);
    world.ledger.clock.milliseconds = Date.parse(EXPIRES);
    expect((await use({})).params).toEqual({ consentId, expiresAt: EXPIRES });
    await world.accept('cedar', 'credit:revokeConsent', { consentId });
    expect(await use({})).toEqual({ code: 'CREDIT_CONSENT_REVOKED', params: { consentId } });
  });

  test('of another subject is no consent', async () => {
    await world.putData('tax', planted.tax);
    await world.open('cedar-other');
    await world.accept(
      'cedar',
      'credit:giveConsent',
      world.consentRequest({ subjectId: 'cedar-other', grantee: 'cedar' }),
    );
    expect(await refused('cedar', 'recordAccess', world.accessRequest({ reader: 'cedar' }))).toEqual({
      code: 'CREDIT_CONSENT_NOT_FOUND',
      params: { consentId: 'c1' },
    });
  });
});

describe('credit data', () => {
  test('recorded is told by kind and version alone', async () => {
    const { response } = await world.depositData({ kind: 'tax', record: planted.tax });
    const record = { subjectId: FIRM, kind: 'tax', version: 1, ...response };
    const holding = await world.accept('cedar', 'credit:recordData', record);
    const { version: _, ...named } = record;
    expect(holding).toEqual({ ...named, reference: '1', owner: 'cedar', recordedAt: instant });
    expect(eventsOf('cedar')).toEqual([
      { type: 'CreditDataRecorded', data: { subjectId: FIRM, kind: 'tax', version: 1 } },
    ]);
    const row = { subjectId: FIRM, status: 'HELD', accessCount: 0, holdings: ['tax/1'] };
    expect(world.ledger.row('cedar', subjects.key(FIRM))).toEqual(row);
  });

  test('of a subject grows by one name for each version', async () => {
    await world.putData('tax', planted.tax);
    await world.putData('tax', planted.tax, 2);
    await world.putData('profile', planted.profile);
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    expect(eventsOf('cedar')).toEqual([{ type: 'ErasureOrdered', data: { subjectId: FIRM } }]);
    const incomplete = await refused('cedar', 'certifyErasure', { subjectId: FIRM });
    const params = { kind: 'tax', reference: '1', subjectId: FIRM };
    expect(incomplete).toEqual({ code: 'CREDIT_ERASURE_INCOMPLETE', params });
    await world.ledger.as({ mspId: 'CedarMSP' }).direct('cedar', 'credit:purgeSubject', { subjectId: FIRM });
    const certificate = await world.accept('cedar', 'credit:certifyErasure', { subjectId: FIRM });
    const names = ['tax', 'tax', 'profile'].map(
      (kind, index) => `{"kind":"${kind}","reference":"${index === 1 ? 2 : 1}"}`,
    );
    expect(certificate).toEqual({
      subjectId: FIRM,
      holder: 'cedar',
      purgedCount: 3,
      holdingsDigest: sha256(`[${names.join(',')}]`),
      certifiedAt: instant,
    });
    expect(eventsOf('cedar')).toEqual([{ type: 'ErasureCertified', data: { subjectId: FIRM, holder: 'cedar' } }]);
    const again = await refused('cedar', 'eraseSubject', { erasureId: 'e2', subjectId: FIRM });
    expect(again).toEqual({ code: 'CREDIT_SUBJECT_ERASED', params: { subjectId: FIRM } });
  });

  test('read and asked for is told with its number', async () => {
    await world.putData('tax', planted.tax);
    await world.consent();
    await world.access();
    await world.access();
    const told = { subjectId: FIRM, reader: 'maple', consentId: 'c1' };
    expect(eventsOf('cedar')).toEqual([{ type: 'CreditDataAccessed', data: { ...told, accessNumber: 2 } }]);
    const { accesses, accessCount } = await world.ledger.query('cedar', 'credit:listAccesses', { subjectId: FIRM });
    expect(accessCount).toBe(2);
    expect(accesses[1]).toEqual({
      ...world.accessRequest(),
      accessId: accesses[1].accessId,
      accessNumber: 2,
      accessedAt: instant,
    });
    await world.request();
    const asked = { consentId: 'c1', subjectId: FIRM, grantee: 'maple' };
    expect(eventsOf('maple')).toEqual([{ type: 'CreditDataRequested', data: asked }]);
  });

  test('shared is told, and held under the home bank’s commitment', async () => {
    const owned = await world.putData('tax', planted.tax);
    await world.consent();
    await world.request();
    const holding = await world.share('tax', ['turnover']);
    expect(holding).toEqual({
      ...owned,
      consentId: 'c1',
      sealedDigest: expect.not.stringContaining(owned.sealedDigest),
      recordedAt: instant,
    });
    const told = { subjectId: FIRM, kind: 'tax', version: 1, consentId: 'c1' };
    expect(eventsOf('maple')).toEqual([{ type: 'CreditDataShared', data: told }]);
  });

  test('is read until five minutes after the access was recorded', async () => {
    await world.putData('tax', planted.tax);
    await world.consent({ grantee: 'cedar' });
    const grant = await world.access({ reader: 'cedar' });
    const { accesses } = await world.ledger.query('cedar', 'credit:listAccesses', { subjectId: FIRM });
    const { accessedAt } = accesses[0];
    world.ledger.clock.milliseconds = Date.parse(accessedAt) + 300_000;
    expect(await world.ledger.query('cedar', 'credit:readData', grant)).toHaveProperty('sealed');
    world.ledger.clock.milliseconds += 1;
    expect(await refusalOf(world.ledger.query('cedar', 'credit:readData', grant))).toEqual({
      code: 'CREDIT_ACCESS_EXPIRED',
      params: { accessedAt, seconds: 300 },
    });
  });

  test('lists a hundred accesses at a time', async () => {
    await world.putData('tax', planted.tax);
    await world.consent({ grantee: 'cedar' });
    for (let count = 0; count < 101; count += 1) await world.access({ reader: 'cedar' });
    const list = (from?: number) =>
      world.ledger.query('cedar', 'credit:listAccesses', { subjectId: FIRM, from } as never);
    const numbers = async (from?: number) =>
      (await list(from)).accesses.map(({ accessNumber }: { accessNumber: number }) => accessNumber);
    expect((await numbers()).length).toBe(100);
    expect((await numbers()).at(-1)).toBe(100);
    expect(await numbers(101)).toEqual([101]);
    expect(await numbers(103)).toEqual([]);
  });
});

describe('models and scores', () => {
  test('are told by name and digest', async () => {
    const model = creditModel('champion', 1_000);
    const registered = await world.accept('consortium', 'credit:registerModel', { model });
    expect(eventsOf('consortium')).toEqual([{ type: 'ScorecardRegistered', data: registered }]);
    await world.accept('consortium', 'credit:registerModel', { model });
    expect(eventsOf('consortium')).toEqual([]);
    const cutoff = { cutoffVersion: 1, approveFrom: 600, referFrom: 600 };
    const champion = { modelId: 'champion', version: 1, cutoff };
    await world.accept('consortium', 'credit:useModels', { champion });
    expect(eventsOf('consortium')).toEqual([
      { type: 'ScorecardsPutToUse', data: { champion: 'champion', version: 1 } },
    ]);
    const challenger = { ...champion, modelId: 'nobody' };
    expect(await refused('consortium', 'useModels', { champion, challenger })).toEqual({
      code: 'CREDIT_MODEL_NOT_FOUND',
      params: { modelId: 'nobody', version: 1 },
    });
    const crooked = { ...champion, cutoff: { ...cutoff, referFrom: 601 } };
    expect((await refused('consortium', 'useModels', { champion, challenger: crooked })).code).toBe(
      'CREDIT_CUTOFF_INVALID',
    );
    const inUse = await world.ledger.query('consortium', 'credit:getModelsInUse', {});
    expect(inUse).toEqual({ champion });
    const missing = world.ledger.query('consortium', 'credit:getModel', { modelId: 'champion', version: 2 });
    expect((await refusalOf(missing))?.params).toEqual({ modelId: 'champion', version: 2 });
  });

  test('of a model without a challenger are stated without one', async () => {
    await world.putData('tax', planted.tax);
    await world.putData('profile', planted.profile);
    await world.consent();
    await world.accept('consortium', 'credit:registerModel', { model: creditModel('champion', 1_000) });
    const cutoff = { cutoffVersion: 7, approveFrom: 700, referFrom: 640 };
    await world.accept('consortium', 'credit:useModels', { champion: { modelId: 'champion', version: 1, cutoff } });
    const { response } = await world.depositScore({ inputs: world.inputs() });
    expect(response).not.toHaveProperty('challengerDigest');
    const statement = { scoreId: 's1', subjectId: FIRM, consentId: 'c1', ...response };
    const challenged = { ...statement, challengerDigest: sha256('x') };
    expect((await refused('maple', 'recordScore', challenged)).code).toBe('CREDIT_MODEL_NOT_IN_USE');
    await world.accept('maple', 'credit:recordScore', statement);
    const told = { scoreId: 's1', subjectId: FIRM, consentId: 'c1' };
    expect(eventsOf('maple')).toEqual([{ type: 'SubjectScored', data: told }]);
    const { record } = world.unsealed('maple', 'MapleMSP', { holding: 'score/s1' });
    expect(record).toMatchObject({ score: 649, decision: 'REFERRED', cutoffVersion: 7, challenger: null });
    const none = world.ledger.query('maple', 'credit:getScore', { scoreId: 's2' });
    expect((await refusalOf(none))?.params).toEqual({ scoreId: 's2' });
  });
});
