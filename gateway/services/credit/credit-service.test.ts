import { verifyDisclosure } from '@tangram/chaincode/credit/disclosure/verify-disclosure.ts';
import { creditModel, EXPIRES, planted } from '@tangram/chaincode/testing/credit-world.ts';
import { newSigner } from '@tangram/chaincode/testing/signer.ts';
import { FabricFailure } from '../../fabric/fabric-failure.ts';
import { openSubjectKeys } from '../../secrets/subject-keys.ts';
import { type MemoryGateways, operator, startMemoryGateways } from '../../testing/memory-gateways.ts';

const subjectId = 'cedar-firm';
const signer = newSigner('Ed25519');
const fields = ['tax.turnover', 'profile.tenure'];

let gateways: MemoryGateways;
const cedar = () => gateways.of('cedar');
const maple = () => gateways.of('maple');

beforeEach(async () => {
  gateways = await startMemoryGateways(['cedar', 'maple', 'pine', 'centralbank']);
  const book = (operation: string, request: object, lane?: string) =>
    gateways.of(lane === 'consortium' ? 'centralbank' : 'cedar').operations.submitOne({
      operation,
      request: request as Record<string, unknown>,
      requester: operator,
      ...(lane ? { lane } : {}),
    });
  await openFirm('cedar', subjectId);
  await book('credit:registerModel', { model: creditModel('champion', 1_000) }, 'consortium');
  const cutoff = { cutoffVersion: 1, approveFrom: 620, referFrom: 600 };
  await book('credit:useModels', { champion: { modelId: 'champion', version: 1, cutoff } }, 'consortium');
});
afterEach(() => gateways.stop());

async function openFirm(bank: string, accountId: string): Promise<void> {
  const { accounts, operations } = gateways.of(bank);
  await accounts.open([{ accountId, name: 'Firm', currency: 'CNY' }], operator);
  const request = { changeId: 'k1', accountId, keys: [signer.key] };
  await operations.submitOne({ operation: 'accounts:setSigningKeys', request, requester: operator });
}

async function consent(
  consentId: string,
  grantee: string,
  { of = fields, bank = 'cedar', firm = subjectId } = {},
): Promise<void> {
  const terms = { consentId, subjectId: firm, grantee, purpose: 'CREDIT_DECISION', fields: of, expiresAt: EXPIRES };
  const lines = ['operation=credit:giveConsent', `consentId=${consentId}`, `subjectId=${firm}`];
  const rest = [`grantee=${grantee}`, 'purpose=CREDIT_DECISION', ...of.map((field) => `field=${field}`)];
  const signature = signer.sign([...lines, ...rest, `expiresAt=${EXPIRES}`], { bank });
  const request = { ...terms, signature };
  await gateways.of(bank).operations.submitOne({ operation: 'credit:giveConsent', request, requester: operator });
}

async function putAll(): Promise<void> {
  for (const kind of ['tax', 'profile'] as const) {
    await cedar().credit.putData({ subjectId, kind, version: 1, record: planted[kind] }, operator);
  }
}

async function shareAll(): Promise<void> {
  await consent('c1', 'maple');
  await share('c1', 'share-1');
}

async function share(consentId: string, shareId: string): Promise<void> {
  await maple().credit.requestData({ consentId, subjectId }, operator);
  await cedar().credit.sendShares({ shareId, consentId, subjectId }, operator);
  await maple().credit.receiveShares({ consentId, subjectId }, operator);
}

const everyPublicByte = () =>
  JSON.stringify(
    gateways.fabric.blocks.map(({ transactions }) =>
      transactions.map(({ writes }) =>
        writes.map(({ key, value }) => [key, Buffer.from(value ?? '').toString('latin1')]),
      ),
    ),
  );

describe('the credit service', () => {
  test('keeps data, and reads it again under a consent', async () => {
    await putAll();
    await consent('c0', 'cedar');
    const about = { subjectId, kind: 'tax', reference: '1', consentId: 'c0', purpose: 'CREDIT_DECISION' } as const;
    const read = await cedar().credit.readFields(
      { accessId: 'a1', ...about, reader: 'cedar', fields: ['tax.turnover'] },
      operator,
    );
    expect(read.accessNumber).toBe(1);
    expect(read.disclosures).toMatchObject([{ leaf: 'turnover', value: '73310000' }]);
    const refused = cedar().credit.readFields(
      { accessId: 'a2', ...about, reader: 'cedar', fields: ['tax.taxPaid'] },
      operator,
    );
    await expect(refused).rejects.toMatchObject({ code: 'CREDIT_CONSENT_FIELD_MISSING' });
  });

  test('asks an own peer again that has not committed the access yet, because others told of it first', async () => {
    await putAll();
    await consent('c0', 'cedar');
    let behind = 2;
    gateways.fabric.fault = ({ step, call }) => {
      if (step !== 'evaluate' || call?.transactionName !== 'credit:readData' || behind === 0) return undefined;
      behind -= 1;
      const facts = { params: { subjectId, accessNumber: 1 }, mspIds: [], connectionLost: false };
      return new FabricFailure({ kind: 'contract', code: 'CREDIT_ACCESS_NOT_RECORDED', ...facts });
    };
    const home = await cedar().credit.score({ scoreId: 's0', consentId: 'c0', subjectId }, operator);
    expect(home.scoring.champion).toMatchObject({ decision: 'APPROVED' });
    expect(behind).toBe(0);
  });

  test('answers a repetition as the first time', async () => {
    await putAll();
    const again = await cedar().credit.putData({ subjectId, kind: 'tax', version: 1, record: planted.tax }, operator);
    expect(again.replayed).toBe(true);
  });

  test('shares with a consented bank, which scores its own copy to the same result as the home bank', async () => {
    await putAll();
    await shareAll();
    const { scoring, booked, decisionProof } = await maple().credit.score(
      { scoreId: 's1', consentId: 'c1', subjectId },
      operator,
    );
    expect(scoring.champion).toMatchObject({ score: 649, decision: 'APPROVED', reasonCodes: [] });
    const { commitment } = booked.result as { commitment: string };
    const context = { owner: 'maple', subjectId, kind: 'score', schemaVersion: 1, reference: 's1' };
    expect(verifyDisclosure({ context, commitment }, decisionProof)).toBe(true);
    await consent('c2', 'cedar');
    const home = await cedar().credit.score({ scoreId: 's2', consentId: 'c2', subjectId }, operator);
    expect(home.scoring.record).toEqual(scoring.record);
    const replay = await maple().credit.score({ scoreId: 's1', consentId: 'c1', subjectId }, operator);
    expect(replay.booked.replayed).toBe(true);
  });

  test('says so when a later share under another consent holds fewer fields, and takes the first again', async () => {
    await putAll();
    await shareAll();
    await consent('c2', 'maple', { of: ['tax.turnover.band', 'profile.tenure'] });
    await share('c2', 'share-2');
    const score = (scoreId: string) => maple().credit.score({ scoreId, consentId: 'c1', subjectId }, operator);
    await expect(score('s1')).rejects.toMatchObject({
      code: 'CREDIT_HOLDING_NOT_FOUND',
      params: { subjectId, kind: 'tax', reference: '1' },
    });
    await share('c1', 'share-3');
    expect((await score('s2')).scoring.champion).toMatchObject({ score: 649, decision: 'APPROVED' });
  });

  test('shares under a consent id that another bank uses too, each subject’s data to its own key', async () => {
    const pines = { bank: 'pine', firm: 'pine-firm' };
    await openFirm(pines.bank, pines.firm);
    await putAll();
    const tax = { subjectId: pines.firm, kind: 'tax', version: 1, record: planted.tax };
    await gateways.of('pine').credit.putData(tax, operator);
    await consent('c1', 'maple');
    await consent('c1', 'maple', pines);
    const ofPine = { consentId: 'c1', subjectId: pines.firm };
    const sendPines = () => gateways.of('pine').credit.sendShares({ shareId: 'share-1', ...ofPine }, operator);
    await maple().credit.requestData({ consentId: 'c1', subjectId }, operator);
    await expect(sendPines()).rejects.toMatchObject({ code: 'CREDIT_REQUEST_NOT_FOUND' });
    await maple().credit.requestData(ofPine, operator);
    await sendPines();
    await cedar().credit.sendShares({ shareId: 'share-1', consentId: 'c1', subjectId }, operator);
    for (const [use, score] of [
      [{ consentId: 'c1', subjectId }, 649],
      [ofPine, 615],
    ] as const) {
      await maple().credit.receiveShares(use, operator);
      const { scoring } = await maple().credit.score({ scoreId: `of-${use.subjectId}`, ...use }, operator);
      expect(scoring.record).toMatchObject({ score });
    }
  });

  test('writes no planted value where others read it', async () => {
    await putAll();
    await shareAll();
    await maple().credit.score({ scoreId: 's1', consentId: 'c1', subjectId }, operator);
    const text = everyPublicByte();
    expect(text).toContain('credit-holding');
    for (const secret of ['73310000', '91234567890', 'Planted', 'APPROVED', '"score"'])
      expect(text).not.toContain(secret);
    expect(gateways.problems.join()).not.toContain('73310000');
  });

  test('asks for a request before it reads anything to share', async () => {
    await putAll();
    await consent('c1', 'maple');
    const share = cedar().credit.sendShares({ shareId: 'x', consentId: 'c1', subjectId }, operator);
    await expect(share).rejects.toMatchObject({ code: 'CREDIT_REQUEST_NOT_FOUND' });
    const accesses = await cedar().queries.evaluate('credit:listAccesses', { subjectId });
    expect(accesses).toMatchObject({ accessCount: 0 });
  });

  test('forgets a subject everywhere: bytes purged, keys destroyed, both banks certify', async () => {
    await putAll();
    await shareAll();
    const folder = (bank: string) => gateways.configOf(bank).subjectKeysFolder as string;
    const keyOf = (bank: string) => openSubjectKeys(folder(bank)).find(subjectId);
    expect(keyOf('cedar')).toBeDefined();
    expect(keyOf('maple')).toBeDefined();
    const erasure = await cedar().credit.erase({ erasureId: 'e1', subjectId }, operator);
    expect(erasure).toMatchObject({ purgedAt: ['maple'], pending: [] });
    expect(erasure.booked.result).toMatchObject({ holder: 'cedar', purgedCount: 2 });
    const other = await maple().credit.erase({ erasureId: 'e1', subjectId }, operator);
    expect(other.booked.result).toMatchObject({ holder: 'maple', purgedCount: 2 });
    expect([keyOf('cedar'), keyOf('maple')]).toEqual([undefined, undefined]);
    const again = await cedar().credit.erase({ erasureId: 'e1', subjectId }, operator);
    expect(again.booked.result).toEqual(erasure.booked.result);
    const put = cedar().credit.putData({ subjectId, kind: 'tax', version: 2, record: planted.tax }, operator);
    await expect(put).rejects.toMatchObject({ code: 'CREDIT_SUBJECT_ERASED' });
    expect(keyOf('cedar')).toBeUndefined();
    const score = maple().credit.score({ scoreId: 's9', consentId: 'c1', subjectId }, operator);
    await expect(score).rejects.toMatchObject({ code: 'CREDIT_SUBJECT_ERASED' });
    expect(keyOf('maple')).toBeUndefined();
  });
});
