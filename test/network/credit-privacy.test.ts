import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@tangram/chaincode/core/canonical.ts';
import { unseal } from '@tangram/chaincode/credit/sealing.ts';
import { creditModel } from '@tangram/chaincode/testing/credit-world.ts';
import { newSigner } from '@tangram/chaincode/testing/signer.ts';
import { closeClients } from '../conformance/session.ts';
import { type RunningNetwork, startRunningNetwork } from '../end-to-end/running-network.ts';
import { Attacker, codeOf, networkAt } from './attacker.ts';
import { privateBytesOf, processHolds } from './private-bytes.ts';

const subjectId = 'cedar-teashop';
const signer = newSigner('ES256');
// Longer than chance: no digest or random byte holds these.
const planted = { legalName: 'Planted-Tea-7731100-茶行', turnover: '733100007731', employees: 12 };
const secrets = [planted.legalName, planted.turnover];
const fields = ['tax.turnover', 'profile.tenure'];
const expiresAt = '2099-12-31T00:00:00Z';

describe('private credit data on a whole network', () => {
  let running: RunningNetwork;
  let cedar: Attacker;
  let maple: Attacker;
  const said: string[] = [];

  beforeAll(async () => {
    running = await startRunningNetwork();
    const network = networkAt(running.dataFolder, running.portBase);
    [cedar, maple] = [new Attacker('cedar', network), new Attacker('maple', network)];
    await story();
  }, 180_000);
  afterAll(async () => {
    closeClients();
    await running.stop();
  }, 60_000);

  async function send(bank: string, method: 'POST' | 'PUT', [path, body]: [string, object]): Promise<any> {
    const answer = await running.rest.call({ bank, method, path, body });
    said.push(answer.text);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** A firm's data is deposited, shared with maple in part, and scored there. */
  async function story(): Promise<void> {
    const use = { consentId: 'c1', subjectId };
    await send('cedar', 'POST', ['/v1/accounts', { accountId: subjectId, name: 'Tea', currency: 'CNY' }]);
    const keys = { changeId: 'k1', keys: [signer.key] };
    await send('cedar', 'PUT', [`/v1/accounts/${subjectId}/signing-keys`, keys]);
    await send('centralbank', 'POST', ['/v1/credit/models', { model: creditModel('champion', 1_000) }]);
    const cutoff = { cutoffVersion: 1, approveFrom: 620, referFrom: 600 };
    const champion = { modelId: 'champion', version: 1, cutoff };
    await send('centralbank', 'PUT', ['/v1/credit/models-in-use', { champion }]);
    const data = `/v1/credit/subjects/${subjectId}/data`;
    const { legalName, turnover, employees } = planted;
    await send('cedar', 'POST', [data, { kind: 'tax', version: 1, record: { turnover } }]);
    await send('cedar', 'POST', [
      data,
      { kind: 'profile', version: 1, record: { legalName, employees, tenure: 'FROM_7' } },
    ]);
    await send('cedar', 'POST', ['/v1/credit/consents', consentTo('c1', 'maple')]);
    await send('cedar', 'POST', ['/v1/credit/consents', consentTo('c2', 'cedar')]);
    await send('maple', 'POST', ['/v1/credit/requests', use]);
    await send('cedar', 'POST', ['/v1/credit/shares', { shareId: 'sh1', ...use }]);
    await send('maple', 'POST', ['/v1/credit/receipts', use]);
    const score = await send('maple', 'POST', ['/v1/credit/scores', { scoreId: 's1', ...use }]);
    expect(score).toMatchObject({ score: 649, decision: 'APPROVED' });
  }

  function consentTo(consentId: string, grantee: string): object {
    const terms = { consentId, subjectId, grantee, purpose: 'CREDIT_DECISION', fields, expiresAt };
    const lines = ['operation=credit:giveConsent', `consentId=${consentId}`, `subjectId=${subjectId}`];
    const rest = [`grantee=${grantee}`, 'purpose=CREDIT_DECISION', ...fields.map((field) => `field=${field}`)];
    return { ...terms, signature: signer.sign([...lines, ...rest, `expiresAt=${expiresAt}`]) };
  }

  test('no answer, and no file of any process, holds a planted value', () => {
    expect(said.join().includes(secrets[0] as string)).toBe(false);
    const files = filesUnder(running.dataFolder);
    for (const secret of secrets) expect(files.filter((file) => holds(file, secret))).toEqual([]);
    // The search finds what is there.
    expect(files.some((file) => holds(file, 'credit-holding'))).toBe(true);
  });

  test('no chaincode or gateway of a bank without consent ever had one in its memory', () => {
    const { children } = running.network;
    const names = children?.names().filter((name) => /chaincode|gateway/.test(name)) ?? [];
    const outsiders = names.filter((name) => !/cedar|maple/.test(name));
    expect(outsiders.length).toBeGreaterThanOrEqual(4);
    const pidOf = (name: string) => children?.pidOf(name) as number;
    for (const name of outsiders)
      for (const secret of secrets) expect([name, processHolds(pidOf(name), secret)]).toEqual([name, false]);
    // Maple was sent the turnover; the name it has no consent to.
    for (const name of names.filter((each) => /maple/.test(each))) {
      expect([name, processHolds(pidOf(name), planted.legalName)]).toEqual([name, false]);
    }
    const owners = names.filter((name) => /cedar/.test(name));
    expect(owners.some((name) => processHolds(pidOf(name), planted.legalName))).toBe(true);
  });

  test('a malicious bank, alone, cannot plant, read, share, score or erase', async () => {
    const transient = { deposit: '{}', share: '{}', score: '{}' };
    const digest = sha256('{}');
    const direct = (chaincode: string, [name, request]: [string, object], endorsers = ['MapleMSP']) =>
      codeOf(maple.session.call(name, [JSON.stringify(request)], { chaincode, endorsers, transient }).endorse());
    const version = { subjectId, kind: 'tax', version: 2, digest };
    expect(await direct('cedar', ['credit:depositData', version])).toBe('CORE_CALLER_NOT_ALLOWED');
    expect(await direct('cedar', ['credit:depositData', version], ['CedarMSP'])).toBe('CORE_CALLER_NOT_ALLOWED');
    expect(await direct('maple', ['credit:depositData', version])).toBe('CREDIT_SUBJECT_NOT_HERE');
    const share = { subjectId, kind: 'tax', version: 1, consentId: 'c2', accessNumber: 1, digest };
    expect(await direct('cedar', ['credit:depositShare', share], ['CedarMSP'])).toBe('CREDIT_CONSENT_NOT_YOURS');
    expect(await direct('pine', ['credit:depositShare', { ...share, consentId: 'c1' }], ['PineMSP'])).toBe(
      'CREDIT_CONSENT_NOT_YOURS',
    );
    expect(await direct('maple', ['credit:depositScore', { scoreId: 's2', subjectId, consentId: 'c2', digest }])).toBe(
      'CREDIT_CONSENT_NOT_YOURS',
    );
    expect(await direct('cedar', ['credit:purgeSubject', { subjectId }], ['CedarMSP'])).toBe(
      'CREDIT_ERASURE_NOT_ORDERED',
    );
    const read = { subjectId, accessNumber: 1 };
    for (const endorser of ['MapleMSP', 'CedarMSP']) {
      const call = maple.session.call('credit:readData', [JSON.stringify(read)], {
        chaincode: 'cedar',
        endorsers: [endorser],
      });
      expect(await codeOf(call.evaluate())).toBe('CORE_CALLER_NOT_ALLOWED');
    }
  });

  test('every read is listed at the central bank', async () => {
    const path = `/v1/credit/subjects/${subjectId}/accesses`;
    const authorization = `Bearer ${await running.network.token({ bank: 'centralbank', role: 'regulator' })}`;
    const answer = await fetch(`${running.network.gatewayUrl('centralbank')}${path}`, { headers: { authorization } });
    const { accesses } = (await answer.json()) as { accesses: object[] };
    expect(accesses).toMatchObject([
      { reader: 'maple', kind: 'tax', consentId: 'c1' },
      { reader: 'maple', kind: 'profile', consentId: 'c1' },
    ]);
  });

  test('after an erasure no peer serves the bytes, and no key opens what a disk may keep', async () => {
    const reading = { accessId: 'a1', kind: 'tax', reference: '1', consentId: 'c2', purpose: 'CREDIT_DECISION' };
    const path = `/v1/credit/subjects/${subjectId}/readings`;
    const { accessNumber } = await send('cedar', 'POST', [path, { ...reading, fields: ['tax.turnover'] }]);
    const grant = JSON.stringify({ subjectId, accessNumber });
    const ask = () =>
      cedar.session.call('credit:readData', [grant], { chaincode: 'cedar', endorsers: ['CedarMSP'] }).evaluate();
    const { sealed } = JSON.parse(Buffer.from(await ask()).toString());
    const shared = await privateBytesOf(maple.session);
    expect((await privateBytesOf(cedar.session)).includes(sealed)).toBe(true);
    expect(shared).toContain('ephemeralKey');
    expect(filesUnder(running.dataFolder).some((file) => holds(file, sealed))).toBe(true);
    const keyFiles = () => filesUnder(running.dataFolder).filter((file) => file.includes('subject-keys'));
    const keys = keyFiles().map((file) => readFileSync(file, 'utf8'));
    const place = `cedar/${subjectId}/tax/1`;
    expect(keys.some((subjectKey) => unseal({ subjectKey, place }, sealed)?.includes(planted.turnover))).toBe(true);

    const erased = await send('cedar', 'POST', ['/v1/credit/erasures', { erasureId: 'e1', subjectId }]);
    expect(erased).toMatchObject({ purgedCount: 2, purgedAt: ['maple'], pending: [] });
    const other = await send('maple', 'POST', ['/v1/credit/erasures', { erasureId: 'e1', subjectId }]);
    expect(other).toMatchObject({ holder: 'maple', purgedCount: 3 });

    expect(await codeOf(ask())).toBe('CREDIT_SUBJECT_ERASED');
    expect((await privateBytesOf(cedar.session)).includes(sealed)).toBe(false);
    expect((await privateBytesOf(maple.session)).includes('ephemeralKey')).toBe(false);
    expect(keyFiles()).toEqual([]);
    const files = filesUnder(running.dataFolder);
    for (const key of keys) expect(files.filter((file) => holds(file, key))).toEqual([]);
    const { body } = await running.rest.call({ bank: 'maple', path: '/v1/credit/scores/s1' });
    expect(body).toMatchObject({ scoreId: 's1', consentId: 'c1' });
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

const holds = (file: string, text: string) => readFileSync(file).includes(text);
