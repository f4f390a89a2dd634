import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@tangram/chaincode/core/canonical.ts';
import { verifyDisclosure } from '@tangram/chaincode/credit/disclosure/verify-disclosure.ts';
import { unseal } from '@tangram/chaincode/credit/sealing.ts';
import { closeClients, Session } from '../conformance/session.ts';
import { type RunningNetwork, startRunningNetwork } from '../end-to-end/running-network.ts';
import { Attacker, codeOf, mspOf, networkAt } from './attacker.ts';
import { CreditStory, customerId, planted, subjectId } from './credit-story.ts';
import { privateBytesOf, processHolds } from './private-bytes.ts';
import { holdsValue, type PublicPlaces, publicPlaces } from './public-places.ts';

const secrets = [planted.legalName, planted.turnover];
const ORGANIZATIONS = ['cedar', 'maple', 'pine', 'willow', 'centralbank'];

describe('private credit data on a whole network', () => {
  let running: RunningNetwork;
  let story: CreditStory;
  let declined: any;
  let cedar: Attacker;
  let maple: Attacker;

  beforeAll(async () => {
    running = await startRunningNetwork();
    const network = networkAt(running.dataFolder, running.portBase);
    [cedar, maple] = [new Attacker('cedar', network), new Attacker('maple', network)];
    story = new CreditStory(running);
    await story.tell();
    expect(story.score).toMatchObject({ score: 649, decision: 'APPROVED' });
    await provokeErrors();
    await askInVain();
  }, 240_000);
  afterAll(async () => {
    closeClients();
    await running.stop();
  }, 60_000);

  /** Errors are where values slip out: each of these calls carries planted values and is refused. */
  async function provokeErrors(): Promise<void> {
    const { legalName, turnover } = planted;
    const path = `/v1/credit/subjects/${subjectId}/data`;
    const bodies = [
      { kind: 'tax', version: 9, record: { turnover } },
      { kind: 'tax', version: 3, record: { turnover: `${turnover}x` } },
      { kind: 'profile', version: 2, record: { legalName, tenure: legalName } },
      { kind: 'profile', version: 1, record: { legalName: `${legalName}!` } },
      { kind: 'salary', version: 1, record: { legalName } },
      { kind: 'tax', version: 1, record: { [`x${turnover}`]: turnover } },
    ];
    const answers = [];
    for (const body of bodies) answers.push(await story.attempt('cedar', [path, body]));
    expect(answers.map(({ code }) => code)).toEqual([
      'CREDIT_VERSION_STALE',
      'CREDIT_DEPOSIT_INVALID',
      'CREDIT_DEPOSIT_INVALID',
      'CREDIT_ALREADY_RECORDED',
      'CREDIT_DEPOSIT_INVALID',
      'CREDIT_DEPOSIT_INVALID',
    ]);
    for (const deposit of [`${turnover} ${legalName}`, `{"turnover":"${turnover}"}`, `{"record":${turnover}`]) {
      const request = { subjectId, kind: 'tax', version: 3, digest: sha256(deposit) };
      const target = { chaincode: 'cedar', endorsers: ['CedarMSP'], transient: { deposit } };
      const call = cedar.session.call('credit:depositData', [JSON.stringify(request)], target).endorse();
      const error = await call.then(
        () => undefined,
        (refused) => JSON.stringify([refused.message, refused.details, refused.cause?.message]),
      );
      expect(error).toContain('CREDIT_DEPOSIT_INVALID');
      story.said.push(error ?? '');
    }
  }

  /** A loan that is asked for on a score which declined, told as it is, told otherwise, and with the score itself opened. */
  async function askInVain(): Promise<void> {
    declined = await story.decline();
    expect(declined).toMatchObject({ score: 649, decision: 'DECLINED' });
    const { decisionProof } = declined;
    const codes: unknown[] = [];
    for (const change of [{}, { value: 'APPROVED' }, { leaf: 'score', value: 649 }]) {
      codes.push((await story.askOn({ ...declined, decisionProof: { ...decisionProof, ...change } })).code);
    }
    expect(codes).toEqual(['LENDING_SCORE_NOT_APPROVED', 'LENDING_SCORE_NOT_PROVEN', 'LENDING_SCORE_NOT_PROVEN']);
  }

  describe('a planted value stands', () => {
    let places: PublicPlaces;
    let sealed: string;
    beforeAll(async () => {
      sealed = (await readAtCedar()).sealed;
      places = await publicPlaces(running);
    }, 60_000);

    test('where it should: in what the owner sealed for itself, and in what it reads', async () => {
      const place = `cedar/${subjectId}/tax/1`;
      const opened = keysOf('cedar').map((subjectKey) => unseal({ subjectKey, place }, sealed));
      expect(opened.some((text) => text?.includes(planted.turnover))).toBe(true);
      const answer = await story.read();
      expect(JSON.stringify(answer)).toContain(planted.turnover);
      // What was said before was said without; what is said now is the owner's own reading.
      expect(holdsValue(Buffer.from(story.said.at(-1) ?? ''), planted.turnover)).toBe(true);
    });

    // What shows that a place was looked into: something that must stand there.
    test.each<[keyof PublicPlaces, string]>([
      ['blocks', subjectId],
      ['arguments', subjectId],
      ['keys', 'public/credit-holding/'],
      ['values', subjectId],
      ['rows', 'credit:recordScore'],
      ['events', ''],
      ['responses', 'sealedDigest'],
      ['privateHashes', ''],
    ])('in no public place: %s', (name, there) => {
      const all = places[name];
      expect(all.length).toBeGreaterThan(10);
      expect(all.some((bytes) => holdsValue(bytes, there))).toBe(true);
      for (const secret of secrets)
        expect([name, all.filter((bytes) => holdsValue(bytes, secret))]).toEqual([name, []]);
    });

    test('in no row of a batch or answer as decision or score either', () => {
      for (const secret of ['APPROVED', '"score":649']) {
        expect(places.rows.filter((row) => row.includes(secret))).toEqual([]);
        expect(places.responses.filter((row) => row.includes(secret))).toEqual([]);
      }
    });

    test('in no public place, log or file where it proves what was declined: neither the decision nor the salt of its proof', () => {
      const { salt } = declined.decisionProof;
      expect(places.rows.some((row) => row.includes('request-1'))).toBe(true);
      const all = Object.values(places).flat();
      const found = (text: string) => all.filter((bytes) => holdsValue(bytes, text)).length;
      expect([found('DECLINED'), found('SCORE_NOT_'), found(salt)]).toEqual([0, 0, 0]);
      expect(all.some((bytes) => bytes.includes(Buffer.from(salt, 'hex')))).toBe(false);
      const files = filesUnder(running.dataFolder);
      expect(files.filter((file) => holds(file, salt))).toEqual([]);
      expect(files.filter((file) => /\/logs\/|[.]log$/.test(file) && holds(file, 'DECLINED'))).toEqual([]);
      const errors = story.said.filter((text) => text.includes('SCORE_NOT_'));
      expect(errors).toHaveLength(3);
      expect(errors.filter((text) => text.includes('DECLINED') || text.includes(salt))).toEqual([]);
    });

    test('where its subject shows it: who asks for a loan on an approved score tells that it was approved, and no more', async () => {
      const { decisionProof } = story.score;
      expect(await story.askOn(story.score)).toMatchObject({ status: 201 });
      const { rows } = await publicPlaces(running);
      expect(rows.filter((row) => row.includes('APPROVED') && row.includes(decisionProof.salt))).toHaveLength(1);
      expect(rows.filter((row) => row.includes('"score":649'))).toEqual([]);
    }, 60_000);

    test('in no answer or error of a gateway or peer but the owner’s own readings', () => {
      const others = story.said.filter((text) => !text.includes('"disclosures"'));
      expect(others.length).toBeGreaterThan(15);
      expect(others.some((text) => text.includes('CREDIT_DEPOSIT_INVALID'))).toBe(true);
      for (const secret of secrets) expect(others.filter((text) => holdsValue(Buffer.from(text), secret))).toEqual([]);
    });

    test.each([
      ['log', /\/logs\/|[.]log$/, 'ready'],
      ['read model of a gateway', /\/gateways\/[^/]+\/.*sqlite/, subjectId],
      ['file of any process', /./, 'credit-holding'],
    ])('in no %s', (_, path, there) => {
      const files = filesUnder(running.dataFolder).filter((file) => path.test(file));
      expect(files.some((file) => holds(file, there))).toBe(true);
      for (const secret of secrets) {
        expect(files.filter((file) => holdsValue(readFileSync(file), secret))).toEqual([]);
      }
    });
  });

  test('no process of a bank without consent ever had one in its memory: chaincode, gateway or peer', () => {
    const { children } = running.network;
    const names = children?.names().filter((name) => /chaincode|gateway|peer/.test(name)) ?? [];
    const outsiders = names.filter((name) => !/cedar|maple/.test(name));
    expect(outsiders.length).toBeGreaterThanOrEqual(4);
    const pidOf = (name: string) => children?.pidOf(name) as number;
    for (const name of outsiders) {
      for (const secret of secrets) expect([name, processHolds(pidOf(name), secret)]).toEqual([name, false]);
      // What every member knows is found there.
      expect([name, processHolds(pidOf(name), 'finance')]).toEqual([name, true]);
    }
    // Maple was sent the turnover; the name it has no consent to.
    for (const name of names.filter((each) => /maple/.test(each))) {
      expect([name, processHolds(pidOf(name), planted.legalName)]).toEqual([name, false]);
    }
    const owners = names.filter((name) => /cedar/.test(name));
    expect(owners.some((name) => processHolds(pidOf(name), planted.legalName))).toBe(true);
  });

  test('every read is listed for the subject and at the central bank', async () => {
    const list = async (bank: string, as: { role: string; customerId?: string }) => {
      const token = await running.network.token({ bank, ...as });
      const url = `${running.network.gatewayUrl(bank)}/v1/credit/subjects/${subjectId}/accesses`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { accesses: { reader: string }[] }).accesses;
    };
    const accesses = await list('centralbank', { role: 'regulator' });
    expect(await list('cedar', { role: 'customer', customerId })).toEqual(accesses);
    expect(accesses.slice(0, 2)).toMatchObject([
      { reader: 'maple', kind: 'tax', consentId: 'c1' },
      { reader: 'maple', kind: 'profile', consentId: 'c1' },
    ]);
    expect(accesses.slice(2).every(({ reader }) => reader === 'cedar')).toBe(true);
  });

  describe('after an erasure', () => {
    let before: { sealed: string; grant: string; keys: string[]; delivered: string };
    let proof: object;

    beforeAll(async () => {
      const { sealed, grant } = await readAtCedar();
      const delivered = await privateBytesOf(maple.session);
      const keys = ['cedar', 'maple'].flatMap(keysOf);
      before = { sealed, grant, keys, delivered };
      proof = story.score.decisionProof;
    });

    test('what is to be forgotten is first there: served, delivered with old blocks, on disk, and open to its key', async () => {
      const { sealed, keys, delivered } = before;
      expect((await privateBytesOf(cedar.session)).includes(sealed)).toBe(true);
      expect(delivered).toContain('ephemeralKey');
      expect(filesUnder(running.dataFolder).some((file) => holds(file, sealed))).toBe(true);
      expect(opens(keys, sealed)).toBe(true);
      expect(keys).toHaveLength(2);
    });

    test('both banks certify', async () => {
      const erased = await story.send('cedar', 'POST', ['/v1/credit/erasures', { erasureId: 'e1', subjectId }]);
      expect(erased).toMatchObject({ holder: 'cedar', purgedAt: ['maple'], pending: [] });
      const other = await story.send('maple', 'POST', ['/v1/credit/erasures', { erasureId: 'e1', subjectId }]);
      expect(other).toMatchObject({ holder: 'maple', purgedCount: 4 });
    });

    test('no peer serves it, to nobody', async () => {
      const ask = (endorser: string) =>
        cedar.session.call('credit:readData', [before.grant], { chaincode: 'cedar', endorsers: [endorser] }).evaluate();
      for (const name of ORGANIZATIONS) expect(await codeOf(ask(mspOf(name)))).toBe('CREDIT_SUBJECT_ERASED');
    });

    test.each(ORGANIZATIONS)(
      'the peer of %s delivers it with no block, old or new',
      async (name) => {
        const own = new Attacker(name, cedar.network).session;
        const owner = new Session(cedar.network, cedar.session.member, mspOf(name));
        const isGone = async () => {
          const delivered = [await privateBytesOf(own), await privateBytesOf(owner)].join();
          return !delivered.includes(before.sealed) && !delivered.includes('ephemeralKey');
        };
        // A peer of Fabric strips its old blocks a moment after the purge.
        for (const deadline = Date.now() + 20_000; !(await isGone()) && Date.now() < deadline; );
        expect(await isGone()).toBe(true);
      },
      60_000,
    );

    test('bytes that remain on a disk cannot be decrypted: no file holds a key that opens them', () => {
      expect(['cedar', 'maple'].flatMap(keysOf)).toEqual([]);
      const files = filesUnder(running.dataFolder);
      for (const key of before.keys) expect(files.filter((file) => holds(file, key))).toEqual([]);
      // Every 64 hex digits that a gateway still keeps, tried one by one.
      const kept = new Set(
        files
          .filter((file) => file.includes('/gateways/') || file.includes('/organizations/'))
          .flatMap((file) => readFileSync(file, 'latin1').match(/[0-9a-f]{64}/g) ?? []),
      );
      expect(kept.size).toBeGreaterThan(0);
      expect(opens([...kept], before.sealed)).toBe(false);
    });

    test('proofs of past decisions still verify', async () => {
      const { body } = await running.rest.call({ bank: 'maple', path: '/v1/credit/scores/s1' });
      expect(body).toMatchObject({ scoreId: 's1', consentId: 'c1' });
      const context = { owner: 'maple', subjectId, kind: 'score', schemaVersion: 1, reference: 's1' };
      const published = { context, commitment: body.commitment as string };
      expect(verifyDisclosure(published, proof)).toBe(true);
      expect(verifyDisclosure(published, { ...proof, value: 'DECLINED' })).toBe(false);
    });
  });

  /** The sealed bytes of the first version of tax data, and the grant that they were served under. */
  async function readAtCedar(): Promise<{ sealed: string; grant: string }> {
    const { accessNumber } = await story.read();
    const grant = JSON.stringify({ subjectId, accessNumber });
    const target = { chaincode: 'cedar', endorsers: ['CedarMSP'] };
    const answer = await cedar.session.call('credit:readData', [grant], target).evaluate();
    return { sealed: JSON.parse(Buffer.from(answer).toString()).sealed, grant };
  }

  const opens = (keys: readonly string[], sealed: string) =>
    keys.some((subjectKey) => unseal({ subjectKey, place: `cedar/${subjectId}/tax/1` }, sealed) !== undefined);

  const keysOf = (bank: string) =>
    filesUnder(running.dataFolder)
      .filter((file) => file.includes('subject-keys') && file.includes(bank))
      .map((file) => readFileSync(file, 'utf8'));
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

const holds = (file: string, text: string) => readFileSync(file).includes(text);
