import { canonicalJson, sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, creditModel, FIRM, granteeSecret, planted } from '../testing/credit-world.ts';
import { findKind } from './data/kinds.ts';
import { commit } from './disclosure/commitment.ts';
import { verifyDisclosure } from './disclosure/verify-disclosure.ts';
import { scoreOpened } from './score-record.ts';
import { sharedKeyOf } from './transfer-key.ts';

let world: CreditWorld;
beforeEach(async () => {
  world = await new CreditWorld().openFirm();
  await world.putData('tax', planted.tax);
  await world.putData('profile', planted.profile);
  await world.consent();
});

const code = async (promise: Promise<unknown>) => (await refusalOf(promise))?.code;

describe('a share', () => {
  test('reaches the consented bank alone, sealed for the key that it made for this subject', async () => {
    await world.request();
    const holding = await world.share('tax', ['turnover', 'turnover.band']);
    expect(holding).toMatchObject({ owner: 'cedar', consentId: 'c1', reference: '1' });
    const { ephemeralKey } = world.sealed('maple', 'MapleMSP', 'tax/1');
    const key = sharedKeyOf(granteeSecret, ephemeralKey) as string;
    const { disclosures } = world.unsealed('maple', 'MapleMSP', { holding: 'tax/1', key });
    expect(disclosures.map(({ leaf, value }: any) => [leaf, value])).toEqual([
      ['turnover', '73310000'],
      ['turnover.band', 2],
    ]);
    const { owner, subjectId, kind, schemaVersion, reference, commitment } = holding;
    const context = { owner, subjectId, kind, schemaVersion, reference };
    for (const one of disclosures) expect(verifyDisclosure({ context, commitment }, one)).toBe(true);
  });

  test('is refused without the request of the other bank', async () => {
    const { accessNumber } = await world.access();
    const disclosures = world.openLeaves('tax', ['turnover']);
    expect(await code(world.depositShare({ accessNumber, disclosures }))).toBe('CREDIT_REQUEST_NOT_FOUND');
  });

  test('is refused without a recorded access of that bank to that version', async () => {
    await world.request();
    const disclosures = world.openLeaves('tax', ['turnover']);
    expect(await code(world.depositShare({ accessNumber: 1, disclosures }))).toBe('CREDIT_ACCESS_NOT_RECORDED');
    const { accessNumber } = await world.access({ kind: 'profile', fields: ['profile.tenure'] });
    expect(await code(world.depositShare({ accessNumber, disclosures }))).toBe('CREDIT_ACCESS_NOT_RECORDED');
    const late = await world.access();
    world.ledger.clock.advance(301_000);
    expect(await code(world.depositShare({ ...late, disclosures }))).toBe('CREDIT_ACCESS_EXPIRED');
  });

  test('is refused with a tampered byte, another subject’s proof or fields beyond the consent', async () => {
    await world.request();
    const { accessNumber } = await world.access();
    const [turnover] = world.openLeaves('tax', ['turnover']);
    const share = (disclosures: unknown[]) => refusalOf(world.depositShare({ accessNumber, disclosures }));
    const invalid = { code: 'CREDIT_DISCLOSURE_INVALID', params: { field: 'tax.turnover' } };
    expect(await share([{ ...turnover, value: '73310001' }])).toEqual(invalid);
    expect(await share([{ ...turnover, salt: sha256('x') }])).toEqual(invalid);
    const context = { owner: 'cedar', subjectId: 'cedar-other', kind: 'tax', schemaVersion: 1, reference: '1' };
    const other = commit({ context, kind: findKind('tax', 1) as never }, planted.tax, world.secretOf('tax', 1));
    expect(await share(other.disclose(['turnover']))).toEqual(invalid);
    expect((await share(world.openLeaves('tax', ['taxPaid'])))?.code).toBe('CREDIT_CONSENT_FIELD_MISSING');
    expect((await share([]))?.code).toBe('CREDIT_DEPOSIT_INVALID');
  });

  test('is refused in a stale version', async () => {
    await world.request();
    const { accessNumber } = await world.access();
    await world.putData('tax', { ...planted.tax, taxPaid: '1' }, 2);
    const disclosures = world.openLeaves('tax', ['turnover']);
    expect(await refusalOf(world.depositShare({ accessNumber, disclosures }))).toEqual({
      code: 'CREDIT_VERSION_STALE',
      params: { kind: 'tax', version: 1, expected: 2 },
    });
  });

  test('is refused once the consent is revoked, between deposit and record too', async () => {
    await world.request();
    const { accessNumber } = await world.access();
    const disclosures = world.openLeaves('tax', ['turnover']);
    const of = { subjectId: FIRM, kind: 'tax', version: 1, consentId: 'c1', accessNumber };
    expect((await world.refuse('maple', 'credit:recordShare', of)).code).toBe('CREDIT_NOT_DEPOSITED');
    await world.depositShare({ accessNumber, disclosures });
    await world.accept('cedar', 'credit:revokeConsent', { consentId: 'c1' });
    expect(await code(world.depositShare({ accessNumber, disclosures }))).toBe('CREDIT_CONSENT_REVOKED');
    const late = await world.refuse('maple', 'credit:recordShare', of);
    expect(late.code).toBe('CREDIT_CONSENT_REVOKED');
  });

  test('is refused to a bank that the subject did not name', async () => {
    const asked = await world.refuse('pine', 'credit:requestData', {
      consentId: 'c1',
      subjectId: FIRM,
      encryptionKey: sha256('key'),
    });
    expect(asked).toMatchObject({ code: 'CREDIT_CONSENT_NOT_YOURS', params: { consentId: 'c1', bank: 'pine' } });
    const weak = { consentId: 'c1', subjectId: FIRM, encryptionKey: '00'.repeat(32) };
    expect((await world.refuse('maple', 'credit:requestData', weak)).code).toBe('CREDIT_ENCRYPTION_KEY_INVALID');
  });

  test('is refused under a consent that only the bank attests', async () => {
    const unkeyed = await new CreditWorld().openFirm({ isKeyed: false });
    await unkeyed.putData('tax', planted.tax);
    await unkeyed.accept('cedar', 'credit:giveConsent', unkeyed.consentRequest());
    const refused = { code: 'CREDIT_CONSENT_ATTESTED_ONLY', params: { consentId: 'c1' } };
    expect(await unkeyed.refuse('cedar', 'credit:recordAccess', unkeyed.accessRequest())).toMatchObject(refused);
    const request = { consentId: 'c1', subjectId: FIRM, encryptionKey: sha256('key') };
    expect(await unkeyed.refuse('maple', 'credit:requestData', request)).toMatchObject(refused);
  });

  test('a bank cannot overwrite the home bank’s data by a share to it', async () => {
    await world.consent({ consentId: 'c2', grantee: 'cedar' });
    const { accessNumber } = await world.access({ consentId: 'c2', reader: 'cedar' });
    const share = canonicalJson({ disclosures: world.openLeaves('tax', ['turnover']), ephemeralSecret: sha256('e') });
    const request = { subjectId: FIRM, kind: 'tax', version: 1, consentId: 'c2', accessNumber, digest: sha256(share) };
    const call = world.ledger.as({ transient: { share }, mspId: 'MapleMSP' });
    expect(await code(call.direct('cedar', 'credit:depositShare', request))).toBe('CREDIT_CONSENT_NOT_YOURS');
  });
});

describe('models', () => {
  const model = creditModel('champion', 1_000);

  test('are registered once for ever, by the consortium', async () => {
    const registered = await world.accept('consortium', 'credit:registerModel', { model });
    expect(registered).toMatchObject({ modelId: 'champion', version: 1 });
    expect(await world.accept('consortium', 'credit:registerModel', { model })).toEqual(registered);
    const other = { ...model, title: 'Another' };
    expect(await world.refuse('consortium', 'credit:registerModel', { model: other })).toMatchObject({
      code: 'CREDIT_MODEL_EXISTS',
      params: { modelId: 'champion', version: 1 },
    });
    expect((await world.refuse('cedar', 'credit:registerModel', { model })).code).toBe('CORE_OPERATION_UNKNOWN');
    const unsourced = structuredClone(model);
    Object.assign(unsourced.attributes[0] as object, { source: { kind: 'tax', field: 'bonus' } });
    expect(await world.refuse('consortium', 'credit:registerModel', { model: unsourced })).toEqual({
      code: 'CREDIT_MODEL_INVALID',
      params: { rule: 'the source of turnover does not hold such values' },
      writes: 0,
    });
    const found = await world.ledger.query('consortium', 'credit:getModel', { modelId: 'champion', version: 1 });
    expect(found).toMatchObject({ digest: registered.digest, model });
  });

  test('are put to use only when they are registered, with a cutoff that makes sense', async () => {
    const cutoff = { cutoffVersion: 1, approveFrom: 600, referFrom: 601 };
    const champion = { modelId: 'champion', version: 1, cutoff };
    const use = () => world.refuse('consortium', 'credit:useModels', { champion });
    expect((await use()).code).toBe('CREDIT_MODEL_NOT_FOUND');
    await world.accept('consortium', 'credit:registerModel', { model });
    expect((await use()).code).toBe('CREDIT_CUTOFF_INVALID');
    expect(await code(world.ledger.query('consortium', 'credit:getModelsInUse', {}))).toBe('CREDIT_MODEL_NOT_IN_USE');
  });
});

describe('a score', () => {
  const recordOf = (scoreId: string, response: object) => ({
    scoreId,
    subjectId: FIRM,
    consentId: 'c1',
    ...response,
  });

  test('is computed from proven fields and published as digests', async () => {
    await world.putModelsToUse();
    const { response, writes } = await world.depositScore({ inputs: world.inputs() });
    expect(writes.size).toBe(0);
    const statement = await world.accept('maple', 'credit:recordScore', recordOf('s1', response));
    expect(statement).toMatchObject({ scoredBy: 'maple', consentId: 'c1', cutoffVersion: 1 });
    const { record } = world.unsealed('maple', 'MapleMSP', { holding: 'score/s1' });
    // 600 + 29 for the turnover + 20 for the time in business.
    expect(record).toMatchObject({ score: 649, decision: 'APPROVED', reasonCodes: 'NONE' });
    expect(record.challenger).toMatch(/^[0-9a-f]{64} 623 APPROVED$/);
    expect(await world.ledger.query('maple', 'credit:getScore', { scoreId: 's1' })).toEqual(statement);
    expect(JSON.stringify(statement)).not.toMatch(/"score"|APPROVED|R01/);
    expect(await code(world.ledger.query('maple', 'credit:getScore', { scoreId: 's2' }))).toBe(
      'CREDIT_SCORE_NOT_FOUND',
    );
  });

  test('proves its decision alone, off the ledger, and nothing else', async () => {
    await world.putModelsToUse();
    const { response } = await world.depositScore({ inputs: world.inputs() });
    await world.accept('maple', 'credit:recordScore', recordOf('s1', response));
    const { record, secret } = world.unsealed('maple', 'MapleMSP', { holding: 'score/s1' });
    const context = { owner: 'maple', subjectId: FIRM, kind: 'score', schemaVersion: 1, reference: 's1' };
    const made = commit({ context, kind: findKind('score', 1) as never }, record, secret);
    const [decision] = made.disclose(['decision']);
    const { commitment } = await world.ledger.query('maple', 'credit:getScore', { scoreId: 's1' });
    expect(decision?.value).toBe('APPROVED');
    expect(verifyDisclosure({ context, commitment }, decision)).toBe(true);
    expect(verifyDisclosure({ context, commitment }, { ...decision, value: 'DECLINED' })).toBe(false);
  });

  test('is refused for altered fields, other versions, missing consent or models', async () => {
    const inputs = world.inputs();
    expect(await code(world.depositScore({ inputs }))).toBe('CREDIT_MODEL_NOT_IN_USE');
    await world.putModelsToUse();
    const [tax, profile] = inputs;
    const richer = { ...tax, disclosures: [{ ...tax.disclosures[0], value: '99910000' }] };
    expect(await code(world.depositScore({ inputs: [richer, profile] }))).toBe('CREDIT_DISCLOSURE_INVALID');
    expect(await code(world.depositScore({ inputs: [{ ...tax, version: 2 }] }))).toBe('CREDIT_VERSION_STALE');
    expect(await code(world.depositScore({ inputs, bank: 'pine' }))).toBe('CREDIT_CONSENT_NOT_YOURS');
    expect(await code(world.depositScore({ inputs, consentId: 'c9' }))).toBe('CREDIT_CONSENT_NOT_FOUND');
    const foreign = world.depositScore({ inputs }, { mspId: 'PineMSP' });
    expect(await code(foreign)).toBe('CORE_CALLER_NOT_ALLOWED');
  });

  test('names only the models in use and what was deposited', async () => {
    await world.putModelsToUse();
    const { response } = await world.depositScore({ inputs: world.inputs() });
    const record = (more: object) =>
      world.refuse('maple', 'credit:recordScore', { ...recordOf('s1', response), ...more });
    expect((await record({ modelDigest: sha256('own model') })).code).toBe('CREDIT_MODEL_NOT_IN_USE');
    expect((await record({ cutoffVersion: 2 })).code).toBe('CREDIT_MODEL_NOT_IN_USE');
    expect((await record({ challengerDigest: sha256('x') })).code).toBe('CREDIT_MODEL_NOT_IN_USE');
    expect((await record({ scoreId: 's2' })).code).toBe('CREDIT_NOT_DEPOSITED');
  });

  test('is never sealed anew under an id that is recorded', async () => {
    await world.putModelsToUse();
    const { response } = await world.depositScore({ inputs: world.inputs() });
    await world.accept('maple', 'credit:recordScore', recordOf('s1', response));
    const sealed = world.sealed('maple', 'MapleMSP', 'score/s1');
    expect(await refusalOf(world.depositScore({ inputs: world.inputs().slice(0, 1) }))).toEqual({
      code: 'CREDIT_ALREADY_RECORDED',
      params: { kind: 'score', reference: 's1', subjectId: FIRM },
    });
    await world.depositScore({ inputs: world.inputs() });
    expect(world.sealed('maple', 'MapleMSP', 'score/s1')).toEqual(sealed);
  });

  test('that a scorer invented is found out by whoever has consent and computes it again', async () => {
    await world.putModelsToUse();
    await world.consent({ consentId: 'c2', grantee: 'cedar' });
    const inputs = world.inputs();
    const { response } = await world.depositScore({ inputs });
    // A bank's own chaincode could seal anything in its own collection; here it commits to a refusal.
    const context = { owner: 'maple', subjectId: FIRM, kind: 'score', schemaVersion: 1, reference: 's1' };
    const { record, secret } = world.unsealed('maple', 'MapleMSP', { holding: 'score/s1' });
    const kind = findKind('score', 1) as never;
    const lie = commit({ context, kind }, { ...record, decision: 'DECLINED' }, secret);
    const { commitment } = lie;
    const statement = await world.accept('maple', 'credit:recordScore', { ...recordOf('s1', response), commitment });
    const [claimed] = lie.disclose(['decision']);
    expect(verifyDisclosure({ context, commitment: statement.commitment }, claimed)).toBe(true);

    const { champion } = await world.ledger.query('consortium', 'credit:getModelsInUse', {});
    const { model, digest } = await world.ledger.query('consortium', 'credit:getModel', {
      modelId: champion.modelId,
      version: champion.version,
    });
    const again = scoreOpened({ champion: { model, cutoff: champion.cutoff } }, inputs);
    expect([again.inputDigest, digest, again.champion.cutoffVersion]).toEqual([
      statement.inputDigest,
      statement.modelDigest,
      statement.cutoffVersion,
    ]);
    expect([again.champion.decision, claimed?.value]).toEqual(['APPROVED', 'DECLINED']);
  });

  test('counts fields that were not opened as not known', async () => {
    await world.putModelsToUse();
    await world.depositScore({ inputs: world.inputs().slice(0, 1) });
    const { record } = world.unsealed('maple', 'MapleMSP', { holding: 'score/s1' });
    // 600 + 29 - 14: the model has points for a time in business that is not known.
    expect(record).toMatchObject({ score: 615, decision: 'REFERRED', reasonCodes: 'R02' });
  });
});
