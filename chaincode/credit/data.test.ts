import { canonicalJson, sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, FIRM, planted, subjectKey } from '../testing/credit-world.ts';
import { newSigner } from '../testing/signer.ts';

let world: CreditWorld;
beforeEach(async () => {
  world = await new CreditWorld().openFirm();
});

describe('giveConsent', () => {
  test('records what the subject signed', async () => {
    expect(await world.consent()).toEqual({
      ...world.consentRequest(),
      attestedBy: 'subject',
      status: 'GIVEN',
      givenAt: expect.any(String),
    });
  });

  test('takes no other signature, and none over other terms', async () => {
    const request = world.consentRequest();
    const refused = async (given: object) => (await world.refuse('cedar', 'credit:giveConsent', given)).code;
    expect(await refused(request)).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const stranger = newSigner('Ed25519');
    expect(await refused(world.signConsent(request, stranger))).toBe('ACCOUNTS_SIGNATURE_KEY_UNKNOWN');
    const signed = world.signConsent(request);
    for (const change of [
      { grantee: 'pine' },
      { purpose: 'MONITORING' },
      { fields: [...request.fields, 'tax.taxPaid'] },
      { fields: request.fields.toReversed() },
      { expiresAt: '2027-01-01T00:00:00.000Z' },
      { consentId: 'c2' },
    ]) {
      expect(await refused({ ...signed, ...change })).toBe('ACCOUNTS_SIGNATURE_INVALID');
    }
  });

  test('is the bank’s word where the subject has no key', async () => {
    const unkeyed = await new CreditWorld().openFirm({ isKeyed: false });
    const consent = await unkeyed.accept('cedar', 'credit:giveConsent', unkeyed.consentRequest());
    expect(consent.attestedBy).toBe('bank');
  });

  test.each([
    { name: 'fields that are none', more: { fields: ['tax.bonus'] }, code: 'CREDIT_FIELD_UNKNOWN' },
    { name: 'bands of fields without any', more: { fields: ['tax.year.band'] }, code: 'CREDIT_FIELD_UNKNOWN' },
    { name: 'an end in the past', more: { expiresAt: '2026-01-01T00:00:00Z' }, code: 'CREDIT_CONSENT_PERIOD_INVALID' },
    { name: 'another bank’s subject', more: { subjectId: 'maple-cid' }, code: 'CREDIT_SUBJECT_NOT_HERE' },
    { name: 'an account that is none', more: { subjectId: 'cedar-none' }, code: 'CREDIT_SUBJECT_NOT_HERE' },
  ])('refuses $name', async ({ more, code }) => {
    const refusal = await world.refuse('cedar', 'credit:giveConsent', world.signConsent(world.consentRequest(more)));
    expect(refusal.code).toBe(code);
  });

  test('ends by revocation at once, and for ever', async () => {
    await world.consent();
    const revoked = await world.accept('cedar', 'credit:revokeConsent', { consentId: 'c1' });
    expect(revoked.status).toBe('REVOKED');
    expect((await world.refuse('cedar', 'credit:revokeConsent', { consentId: 'c1' })).code).toBe(
      'CREDIT_CONSENT_REVOKED',
    );
    expect((await world.refuse('cedar', 'credit:revokeConsent', { consentId: 'c9' })).code).toBe(
      'CREDIT_CONSENT_NOT_FOUND',
    );
    expect(await refusalOf(world.ledger.query('maple', 'credit:getConsent', { consentId: 'c1' }))).toEqual({
      code: 'CREDIT_CONSENT_NOT_FOUND',
      params: { consentId: 'c1' },
    });
    expect((await world.ledger.query('cedar', 'credit:getConsent', { consentId: 'c1' })).status).toBe('REVOKED');
  });
});

describe('depositData and recordData', () => {
  test('seal in the owner’s collection alone, and publish a commitment', async () => {
    const { writes, response } = await world.depositData({ kind: 'tax', record: planted.tax });
    expect(writes.size).toBe(0);
    expect(JSON.stringify(response)).not.toMatch(/73310000|91234567890/);
    const holding = await world.accept('cedar', 'credit:recordData', {
      subjectId: FIRM,
      kind: 'tax',
      version: 1,
      ...response,
    });
    expect(holding).toMatchObject({ owner: 'cedar', reference: '1', commitment: response.commitment });
    expect(world.unsealed('cedar', 'CedarMSP', { holding: 'tax/1' })).toMatchObject({ record: planted.tax });
    expect(world.unsealed('cedar', 'CedarMSP', { holding: 'tax/1', key: sha256('x') })).toBeUndefined();
    expect(
      await world.ledger.query('cedar', 'credit:getHolding', { subjectId: FIRM, kind: 'tax', reference: '1' }),
    ).toEqual(holding);
    const missing = { subjectId: FIRM, kind: 'tax', reference: '2' };
    expect(await refusalOf(world.ledger.query('cedar', 'credit:getHolding', missing))).toEqual({
      code: 'CREDIT_HOLDING_NOT_FOUND',
      params: missing,
    });
  });

  test('amend by a next version; the earlier one stays', async () => {
    await world.putData('tax', planted.tax);
    const first = world.sealed('cedar', 'CedarMSP', 'tax/1');
    await world.putData('tax', { ...planted.tax, taxPaid: '5' }, 2);
    expect(world.sealed('cedar', 'CedarMSP', 'tax/1')).toEqual(first);
    const again = await world.refuse('cedar', 'credit:recordData', {
      subjectId: FIRM,
      kind: 'tax',
      version: 4,
      ...(await world.depositData({ kind: 'tax', record: planted.tax, version: 4 })).response,
    });
    expect(again).toMatchObject({
      code: 'CREDIT_VERSION_STALE',
      params: { kind: 'tax', version: 4, expected: 3 },
      writes: 0,
    });
  });

  test('never overwrite a version that is recorded; the same bytes again change nothing', async () => {
    const holding = await world.putData('tax', planted.tax);
    const sealed = world.sealed('cedar', 'CedarMSP', 'tax/1');
    const changed = world.depositData({ kind: 'tax', record: { ...planted.tax, taxPaid: '5' } });
    expect(await refusalOf(changed)).toEqual({
      code: 'CREDIT_ALREADY_RECORDED',
      params: { kind: 'tax', reference: '1', subjectId: FIRM },
    });
    const again = await world.depositData({ kind: 'tax', record: planted.tax });
    expect(again.response.sealedDigest).toBe(holding.sealedDigest);
    expect(world.sealed('cedar', 'CedarMSP', 'tax/1')).toEqual(sealed);
    expect(world.ledger.privateRow('cedar', 'CedarMSP', `credit-deposits/${FIRM}`)).toBe('["tax/1"]');
  });

  test('refuse what was not deposited, or is other bytes', async () => {
    const { response } = await world.depositData({ kind: 'tax', record: planted.tax });
    const record = { subjectId: FIRM, kind: 'tax', version: 1, ...response };
    const code = 'CREDIT_NOT_DEPOSITED';
    const params = { kind: 'tax', reference: '1', subjectId: FIRM };
    expect(await world.refuse('cedar', 'credit:recordData', { ...record, sealedDigest: sha256('x') })).toMatchObject({
      code,
      params,
    });
    expect(await world.refuse('cedar', 'credit:recordData', { ...record, kind: 'bureau' })).toMatchObject({
      code,
      params: { ...params, kind: 'bureau' },
    });
    expect(await world.refuse('cedar', 'credit:recordData', { ...record, schemaVersion: 2 })).toMatchObject({
      code,
      params,
    });
  });

  test.each([
    { name: 'unknown fields', given: { kind: 'tax', record: { bonus: '1' } }, reason: 'record' },
    { name: 'an unknown kind', given: { kind: 'salary', record: { bonus: '1' } }, reason: 'kind' },
    { name: 'a score that nobody computed', given: { kind: 'score', record: { score: 900 } }, reason: 'kind' },
  ])('refuse $name, without repeating them', async ({ given, reason }) => {
    expect(await refusalOf(world.depositData(given))).toEqual({ code: 'CREDIT_DEPOSIT_INVALID', params: { reason } });
  });

  test('refuse bytes that the signed argument does not name', async () => {
    const call = (deposit: string, digest = sha256(deposit)) =>
      refusalOf(
        world.ledger
          .as({ transient: { deposit } })
          .direct('cedar', 'credit:depositData', { subjectId: FIRM, kind: 'tax', version: 1, digest }),
      );
    const whole = canonicalJson({ record: planted.tax, secret: sha256('s'), subjectKey });
    expect((await call(whole, sha256('other')))?.params).toEqual({ reason: 'digest' });
    const request = { subjectId: FIRM, kind: 'tax', version: 1, digest: sha256(whole) };
    const none = world.ledger.direct('cedar', 'credit:depositData', request);
    expect((await refusalOf(none))?.params).toEqual({ reason: 'digest' });
    expect((await call('{'))?.params).toEqual({ reason: 'JSON' });
    expect((await call(canonicalJson({ record: planted.tax, subjectKey })))?.params).toEqual({ reason: 'schema' });
  });

  test('a malicious bank cannot plant data at another bank, nor of another bank’s subject', async () => {
    const intruder = world.depositData({ kind: 'tax', record: planted.tax }, { mspId: 'MapleMSP' });
    expect((await refusalOf(intruder))?.code).toBe('CORE_CALLER_NOT_ALLOWED');
    const foreign = world.depositData({ kind: 'tax', record: planted.tax, subjectId: FIRM, bank: 'maple' });
    expect(await refusalOf(foreign)).toEqual({
      code: 'CREDIT_SUBJECT_NOT_HERE',
      params: { subjectId: FIRM, bank: 'maple' },
    });
    const claimed = await world.refuse('maple', 'credit:recordData', {
      subjectId: FIRM,
      kind: 'tax',
      version: 1,
      schemaVersion: 1,
      commitment: sha256('a'),
      sealedDigest: sha256('b'),
    });
    expect(claimed.code).toBe('CREDIT_SUBJECT_NOT_HERE');
  });
});

describe('reading', () => {
  beforeEach(async () => {
    await world.putData('tax', planted.tax);
    await world.consent({ grantee: 'cedar' });
  });

  test('takes two calls, and the public one answers a number only', async () => {
    const grant = await world.access({ reader: 'cedar' });
    expect(grant).toEqual({ subjectId: FIRM, accessNumber: 1 });
    expect(await world.ledger.query('cedar', 'credit:readData', grant)).toEqual(
      world.sealed('cedar', 'CedarMSP', 'tax/1'),
    );
  });

  test('leaves a record that the subject and the central bank can list', async () => {
    await world.access({ reader: 'cedar' });
    await world.access({ reader: 'cedar', fields: ['tax.turnover.band'] });
    const list = (from?: number) =>
      world.ledger.as({ mspId: 'CentralbankMSP' }).query('cedar', 'credit:listAccesses', { subjectId: FIRM, from });
    expect((await list()).accesses.map(({ fields, consentId }: any) => [fields, consentId])).toEqual([
      [['tax.turnover'], 'c1'],
      [['tax.turnover.band'], 'c1'],
    ]);
    expect((await list(2)).accesses).toHaveLength(1);
    expect(await list(3)).toEqual({ accesses: [], accessCount: 2 });
  });

  test('is for the holder alone, after a record, and soon', async () => {
    const grant = await world.access({ reader: 'cedar' });
    const read = (given: object, mspId = 'CedarMSP') =>
      refusalOf(world.ledger.as({ mspId }).query('cedar', 'credit:readData', given as never));
    expect((await read(grant, 'MapleMSP'))?.code).toBe('CORE_CALLER_NOT_ALLOWED');
    expect(await read({ ...grant, accessNumber: 2 })).toEqual({
      code: 'CREDIT_ACCESS_NOT_RECORDED',
      params: { subjectId: FIRM, accessNumber: 2 },
    });
    world.ledger.clock.advance(301_000);
    expect((await read(grant))?.code).toBe('CREDIT_ACCESS_EXPIRED');
  });

  test.each([
    { name: 'no consent', more: { consentId: 'c9' }, code: 'CREDIT_CONSENT_NOT_FOUND' },
    { name: 'another purpose', more: { purpose: 'MONITORING' }, code: 'CREDIT_CONSENT_PURPOSE_DIFFERS' },
    { name: 'another reader', more: { reader: 'maple' }, code: 'CREDIT_CONSENT_NOT_YOURS' },
    { name: 'more fields', more: { fields: ['tax.turnover', 'tax.taxPaid'] }, code: 'CREDIT_CONSENT_FIELD_MISSING' },
    { name: 'fields of another kind', more: { fields: ['profile.tenure'] }, code: 'CREDIT_FIELD_UNKNOWN' },
    { name: 'data that is not there', more: { reference: '2' }, code: 'CREDIT_HOLDING_NOT_FOUND' },
  ])('is refused with $name', async ({ more, code }) => {
    const refusal = await world.refuse(
      'cedar',
      'credit:recordAccess',
      world.accessRequest({ reader: 'cedar', ...more }),
    );
    expect(refusal).toMatchObject({ code, writes: 0 });
  });

  test('is refused when the consent was revoked, or ended, after the access was recorded', async () => {
    const grant = await world.access({ reader: 'cedar' });
    const read = () => refusalOf(world.ledger.query('cedar', 'credit:readData', grant as never));
    expect(await read()).toBeUndefined();
    const { milliseconds } = world.ledger.clock;
    world.ledger.clock.milliseconds = Date.parse('2026-02-01T00:00:00.000Z') - 60_000;
    const late = await world.access({ reader: 'cedar' });
    world.ledger.clock.advance(60_000);
    expect((await refusalOf(world.ledger.query('cedar', 'credit:readData', late as never)))?.code).toBe(
      'CREDIT_CONSENT_EXPIRED',
    );
    world.ledger.clock.milliseconds = milliseconds;
    await world.accept('cedar', 'credit:revokeConsent', { consentId: 'c1' });
    expect((await read())?.code).toBe('CREDIT_CONSENT_REVOKED');
  });

  test('is refused once the consent has ended or was revoked', async () => {
    world.ledger.clock.milliseconds = Date.parse('2026-02-01T00:00:00.000Z');
    const ended = await world.refuse('cedar', 'credit:recordAccess', world.accessRequest({ reader: 'cedar' }));
    expect(ended.code).toBe('CREDIT_CONSENT_EXPIRED');
    await world.accept('cedar', 'credit:revokeConsent', { consentId: 'c1' });
    const revoked = await world.refuse('cedar', 'credit:recordAccess', world.accessRequest({ reader: 'cedar' }));
    expect(revoked.code).toBe('CREDIT_CONSENT_REVOKED');
  });
});
