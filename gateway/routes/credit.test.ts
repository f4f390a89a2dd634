import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyDisclosure } from '@tangram/chaincode/credit/disclosure/verify-disclosure.ts';
import { EXPIRES } from '@tangram/chaincode/testing/credit-world.ts';
import { newSigner } from '@tangram/chaincode/testing/signer.ts';
import { type MemoryApi, startMemoryApi } from '../testing/memory-api.ts';
import { operator } from '../testing/memory-gateways.ts';

const model = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../chaincode/credit/models/german-credit-1.json'), 'utf8'),
);
const subjectId = 'cedar-teashop';
const owner = { sub: 'C-tea', roles: ['customer'] };
const stranger = { sub: 'C-other', roles: ['customer'] };
const signer = newSigner('ES256');

/** A tea shop with a settled record; every value is one that no public byte may hold. */
const records: Record<string, Record<string, unknown>> = {
  cashFlow: { currency: 'CNY', currentAccount: 'FROM_200', savings: 'FROM_500', instalmentRate: 2 },
  profile: { legalName: 'Planted Tea 茶', tenure: 'FROM_7', property: 'REAL_ESTATE' },
  repaymentHistory: { record: 'CREDITS_ELSEWHERE' },
  bureau: { otherPlans: 'NONE', defaults: 0 },
  application: { currency: 'CNY', amount: '20000000', termMonths: 12, purpose: 'EQUIPMENT', security: 'NONE' },
};
const fields = [
  'cashFlow.currentAccount',
  'cashFlow.savings',
  'cashFlow.instalmentRate',
  'profile.tenure',
  'profile.property',
  'repaymentHistory.record',
  'bureau.otherPlans',
  'application.termMonths',
  'application.purpose',
  'application.security',
];

describe('credit through REST', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank']);
    await post('/v1/accounts', { accountId: subjectId, name: 'Tea Shop', currency: 'CNY', customerId: owner.sub });
    const keys = [signer.key];
    const request = { changeId: 'k1', accountId: subjectId, keys };
    const operation = { operation: 'accounts:setSigningKeys', request, requester: operator };
    await api.gateways.of('cedar').operations.submitOne(operation);
  });
  afterAll(() => api.stop());

  const post = (path: string, body: unknown = {}, more: object = {}) =>
    api.call({ method: 'POST', path, body, ...more });
  const signed = (terms: Record<string, any>) => {
    const { consentId, grantee, purpose, expiresAt } = terms;
    const head = ['operation=credit:giveConsent', `consentId=${consentId}`, `subjectId=${subjectId}`];
    const lines = [
      ...head,
      `grantee=${grantee}`,
      `purpose=${purpose}`,
      ...terms.fields.map((f: string) => `field=${f}`),
    ];
    return { ...terms, signature: signer.sign([...lines, `expiresAt=${expiresAt}`]) };
  };
  const terms = {
    consentId: 'C-1',
    subjectId,
    grantee: 'maple',
    purpose: 'CREDIT_DECISION',
    fields,
    expiresAt: EXPIRES,
  };

  test('the consortium registers a scorecard and puts it to use', async () => {
    const registered = await post('/v1/credit/models', { model }, { bank: 'centralbank' });
    expect(registered).toMatchObject({ status: 201, body: { modelId: 'german-credit', version: 1 } });
    const better = { ...model, basePoints: model.basePoints + 50 };
    expect(await post('/v1/credit/models', { model: better }, { bank: 'centralbank' })).toMatchObject({
      status: 400,
      body: { code: 'CREDIT_MODEL_INVALID' },
    });
    const champion = {
      modelId: 'german-credit',
      version: 1,
      cutoff: { cutoffVersion: 1, approveFrom: 560, referFrom: 530 },
    };
    const used = await api.call({
      method: 'PUT',
      path: '/v1/credit/models-in-use',
      body: { champion },
      bank: 'centralbank',
    });
    expect(used.status).toBe(200);
    expect((await api.call({ path: '/v1/credit/models-in-use' })).body).toEqual({ champion });
    const read = await api.call({ path: '/v1/credit/models/german-credit/1' });
    expect(read.body).toMatchObject({ digest: registered.body.digest, model });
    expect((await post('/v1/credit/models', { model })).status).toBe(404);
  });

  test('the home bank deposits what it knows of the firm', async () => {
    for (const [kind, record] of Object.entries(records)) {
      const put = await post(`/v1/credit/subjects/${subjectId}/data`, { kind, version: 1, record });
      expect(put).toMatchObject({ status: 201, body: { subjectId, kind, owner: 'cedar' } });
      expect(put.text).not.toMatch(/Planted|FROM_7|20000000/);
    }
    const unknown = { kind: 'tax', version: 1, record: { bonus: '73310000' } };
    const refused = await post(`/v1/credit/subjects/${subjectId}/data`, unknown);
    expect(refused).toMatchObject({ status: 400, body: { code: 'CREDIT_DEPOSIT_INVALID' } });
    expect(refused.text).not.toContain('73310000');
    const foreign = await post('/v1/credit/subjects/maple-x/data', { kind: 'tax', version: 1, record: { year: 2025 } });
    expect(foreign.body.code).toBe('CREDIT_SUBJECT_NOT_HERE');
  });

  test('the firm, and nobody else, consents with its own key', async () => {
    expect(await post('/v1/credit/consents', signed(terms), { as: stranger })).toMatchObject({
      status: 403,
      body: { code: 'AUTH_ACCOUNT_NOT_YOURS' },
    });
    expect((await post('/v1/credit/consents', terms, { as: owner })).body.code).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const forged = { ...signed(terms), grantee: 'pine' };
    expect((await post('/v1/credit/consents', forged, { as: owner })).body.code).toBe('ACCOUNTS_SIGNATURE_INVALID');
    const given = await post('/v1/credit/consents', signed(terms), { as: owner });
    expect(given).toMatchObject({ status: 201, body: { attestedBy: 'subject', status: 'GIVEN' } });
    const path = `/v1/credit/subjects/${subjectId}/consents/C-1`;
    expect((await api.call({ path, as: owner })).body).toMatchObject({ grantee: 'maple', fields });
    expect((await api.call({ path, bank: 'maple' })).body).toMatchObject({ grantee: 'maple' });
    expect((await api.call({ path, as: stranger })).status).toBe(403);
    expect((await api.call({ path: `/v1/credit/subjects/nobank-x/consents/C-1` })).body.code).toBe(
      'CREDIT_CONSENT_NOT_FOUND',
    );
  });

  test('the lender asks, is sent, receives, and scores with reasons', async () => {
    const use = { consentId: 'C-1', subjectId };
    const early = await post('/v1/credit/shares', { shareId: 'S-0', ...use });
    expect(early.body.code).toBe('CREDIT_REQUEST_NOT_FOUND');
    expect((await post('/v1/credit/requests', use, { bank: 'maple' })).status).toBe(201);
    const sent = await post('/v1/credit/shares', { shareId: 'S-1', ...use });
    expect(sent.body.shared.map(({ kind }: any) => kind).sort()).toEqual(Object.keys(records).sort());
    const received = await post('/v1/credit/receipts', use, { bank: 'maple' });
    expect(received.body.holdings).toHaveLength(5);
    const scored = await post('/v1/credit/scores', { scoreId: 'SC-1', ...use }, { bank: 'maple' });
    // The first of the committed examples.
    expect(scored).toMatchObject({ status: 201, body: { score: 589, decision: 'APPROVED', cutoffVersion: 1 } });
    expect(scored.body.reasons.map(({ code }: any) => code)).toEqual(['R01', 'R02', 'R04', 'R09']);
    expect(scored.body.reasons[0].reason).toBe('Balance of the current account');
    const { commitment, decisionProof } = scored.body;
    const context = { owner: 'maple', subjectId, kind: 'score', schemaVersion: 1, reference: 'SC-1' };
    expect(verifyDisclosure({ context, commitment }, decisionProof)).toBe(true);
    const statement = await api.call({ path: '/v1/credit/scores/SC-1', bank: 'maple' });
    expect(statement.body).toMatchObject({ consentId: 'C-1', commitment });
    expect(statement.text).not.toMatch(/"score"|APPROVED/);
  });

  test('every read and share is listed for the firm and the central bank', async () => {
    const path = `/v1/credit/subjects/${subjectId}/accesses`;
    const own = await api.call({ path, as: owner });
    expect(own.body.accessCount).toBe(5);
    expect(own.body.accesses[0]).toMatchObject({ reader: 'maple', consentId: 'C-1', accessNumber: 1 });
    const regulator = { sub: 'R-1', roles: ['regulator'] };
    expect((await api.call({ path, bank: 'centralbank', as: regulator })).body).toEqual(own.body);
    const atMaple = await api.call({ path: `${path}?bank=maple`, bank: 'centralbank', as: regulator });
    expect(atMaple.body.accesses.every(({ reader }: any) => reader === 'maple')).toBe(true);
    expect((await api.call({ path, as: stranger })).status).toBe(403);
    expect((await api.call({ path: `${path}?bank=nobank` })).body.code).toBe('API_BANK_UNKNOWN');
  });

  test('the home bank reads under its own consent only', async () => {
    const path = `/v1/credit/subjects/${subjectId}/readings`;
    const reading = {
      accessId: 'A-1',
      kind: 'profile',
      reference: '1',
      consentId: 'C-2',
      purpose: 'CREDIT_DECISION',
      fields: ['profile.tenure'],
    };
    expect((await post(path, reading)).body.code).toBe('CREDIT_CONSENT_NOT_FOUND');
    expect((await post(path, { ...reading, consentId: 'C-1' })).body.code).toBe('CREDIT_CONSENT_NOT_YOURS');
    await post('/v1/credit/consents', signed({ ...terms, consentId: 'C-2', grantee: 'cedar' }), { as: owner });
    const read = await post(path, reading);
    expect(read.body.disclosures).toMatchObject([{ leaf: 'tenure', value: 'FROM_7' }]);
    expect(read.body.bands).toEqual([]);
    expect((await post(path, { ...reading, accessId: 'A-2' }, { as: owner })).status).toBe(403);
  });

  test('a band is read with its limits, and without its figure', async () => {
    const banded = { ...terms, consentId: 'C-3', grantee: 'cedar', fields: ['bureau.defaults.band'] };
    await post('/v1/credit/consents', signed(banded), { as: owner });
    const reading = { accessId: 'A-3', kind: 'bureau', reference: '1', consentId: 'C-3', purpose: 'CREDIT_DECISION' };
    const path = `/v1/credit/subjects/${subjectId}/readings`;
    const read = await post(path, { ...reading, fields: ['bureau.defaults.band'] });
    expect(read.body.disclosures).toMatchObject([{ leaf: 'defaults.band', value: 0 }]);
    expect(read.body.bands).toEqual([{ leaf: 'defaults.band', below: '1' }]);
  });

  test('a revoked consent ends, and a forgotten firm is forgotten at both banks', async () => {
    const revoke = `/v1/credit/subjects/${subjectId}/consents/C-1/revoke`;
    expect((await post(revoke, {}, { as: stranger })).status).toBe(403);
    expect((await post(revoke, {}, { as: owner })).body).toMatchObject({ consentId: 'C-1', status: 'REVOKED' });
    const again = { scoreId: 'SC-2', consentId: 'C-1', subjectId };
    expect((await post('/v1/credit/scores', again, { bank: 'maple' })).body.code).toBe('CREDIT_CONSENT_REVOKED');
    const early = await post('/v1/credit/erasures', { erasureId: 'E-0', subjectId }, { bank: 'maple' });
    expect(early.body.code).toBe('CREDIT_ERASURE_NOT_ORDERED');
    const erasure = { erasureId: 'E-1', subjectId };
    expect((await post('/v1/credit/erasures', erasure, { as: stranger })).status).toBe(403);
    expect(await post('/v1/credit/erasures', erasure, { as: owner })).toMatchObject({
      status: 201,
      body: { holder: 'cedar', purgedCount: 5, purgedAt: ['maple'], pending: [] },
    });
    expect((await post('/v1/credit/erasures', erasure, { bank: 'maple' })).body).toMatchObject({ holder: 'maple' });
    const certificate = await api.call({ path: `/v1/credit/subjects/${subjectId}/erasure`, as: owner });
    expect(certificate.body).toMatchObject({ holder: 'cedar', purgedCount: 5 });
  });
});
