import { common, peer } from '@hyperledger/fabric-protos';
import { canonicalJson, sha256 } from '@tangram/chaincode/core/canonical.ts';
import { findKind, type kinds } from '@tangram/chaincode/credit/data/kinds.ts';
import { commit } from '@tangram/chaincode/credit/disclosure/commitment.ts';
import { blocksOf } from '../auditor/network-blocks.ts';
import { transactionsOf } from '../conformance/blocks.ts';
import { endorseAs, type Parts, putBack, submitChanged, takeApartEnvelope } from '../conformance/envelope.ts';
import { loadMember } from '../conformance/member.ts';
import { refusal } from '../conformance/refusal.ts';
import { closeClients, type Endorsed, Session } from '../conformance/session.ts';
import { openBanks, type RunningNetwork, settled, startRunningNetwork } from '../end-to-end/running-network.ts';
import { Attacker, addWrite, codeOf, mspOf, networkAt, verdictOf } from './attacker.ts';
import { CreditStory, planted, subjectId } from './credit-story.ts';
import { privateBytesOf } from './private-bytes.ts';
import { type ForgedPrivateWrite, ManyFaced, onlyPrivateWrite } from './private-forgery.ts';
import { holdsValue, publicPlaces } from './public-places.ts';

const FAILED = 'ENDORSEMENT_POLICY_FAILURE';
const dataKey = (version: number) => `credit/${subjectId}/tax/${version}`;
const inCedar = { namespace: 'cedar', owner: 'CedarMSP' };
const digest = sha256('{}');
/** A policy under which anything goes: no signature asked for. */
const NO_ONE = Buffer.from('0a0412021200', 'hex');

/** Attacks on private data: after Wang et al., "On Private Data Collection of Hyperledger Fabric" (ICDCS 2021), and ours. */
describe('one malicious bank, against the private credit data of another', () => {
  let running: RunningNetwork;
  let story: CreditStory;
  let cedar: Attacker;
  let maple: Attacker;
  let pine: Attacker;
  let count = 0;

  beforeAll(async () => {
    running = await startRunningNetwork();
    const network = networkAt(running.dataFolder, running.portBase);
    [cedar, maple, pine] = [
      new Attacker('cedar', network),
      new Attacker('maple', network),
      new Attacker('pine', network),
    ];
    await openBanks(running.rest, ['8001'], '1000000');
    story = new CreditStory(running);
    await story.tell();
  }, 240_000);

  afterAll(async () => {
    closeClients();
    await running.stop();
  }, 60_000);

  /** Whatever an attack ended with, Cedar still reads what it deposited, and it is what it committed to. */
  afterEach(async () => {
    const { disclosures } = await story.read();
    expect(disclosures).toMatchObject([{ leaf: 'turnover', value: planted.turnover }]);
  });

  /** A deposit of Maple in its own collection, for which its own endorsement is all that is asked. */
  async function ownDeposit(): Promise<Endorsed> {
    count += 1;
    const details = canonicalJson([{ accountId: `maple-forged${count}`, sealed: `1.${'0'.repeat(64)}` }]);
    const argument = canonicalJson({ count: 1, digest: sha256(details) });
    const target = { chaincode: 'maple', endorsers: ['MapleMSP'], transient: { details } };
    const transaction = await maple.session.call('accounts:depositDetails', [argument], target).endorse();
    return { transaction, txId: transaction.getTransactionId(), channel: 'finance', result: [] };
  }

  /** A question to a chaincode that its own peer signs: whatever it is made to say, it entered at that chaincode. */
  async function ownQuestion(chaincode: string): Promise<Endorsed> {
    const argument = canonicalJson({ consentId: 'c1' });
    const target = { chaincode, endorsers: ['MapleMSP'] };
    const name = chaincode === 'maple' ? 'lane:getHead' : 'credit:getConsent';
    const transaction = await maple.session.call(name, chaincode === 'maple' ? ['{}'] : [argument], target).endorse();
    return { transaction, txId: transaction.getTransactionId(), channel: 'finance', result: [] };
  }

  const tamper = async (change: (parts: Parts) => void) => submitChanged(maple.session, await ownDeposit(), change);
  const forge = async (write: ForgedPrivateWrite, endorsers = [maple.peer]) =>
    submitChanged(maple.session, await ownQuestion(write.namespace), (parts) => {
      onlyPrivateWrite(parts, write);
      endorseAs(parts, endorsers);
    });
  const direct = (chaincode: string, [name, request]: [string, object], endorsers = ['MapleMSP']) => {
    const transient = { deposit: '{}', share: '{}', score: '{}' };
    return verdictOf(() =>
      maple.session.call(name, [JSON.stringify(request)], { chaincode, endorsers, transient }).endorse(),
    );
  };

  describe('fake writes, which nobody but itself endorses,', () => {
    test.each<[string, ForgedPrivateWrite]>([
      ['plant data in the collection of another bank', { ...inCedar, key: dataKey(2), does: { put: 'forged' } }],
      ['put another hash in the place of its data', { ...inCedar, key: dataKey(1), does: { put: 'forged' } }],
      ['delete its data', { ...inCedar, key: dataKey(1), does: 'delete' }],
      ['purge its data', { ...inCedar, key: dataKey(1), does: 'purge' }],
      ['change who must endorse its data', { ...inCedar, key: dataKey(1), does: { policy: NO_ONE } }],
      [
        'reach its collection from another chaincode',
        { namespace: 'maple', owner: 'CedarMSP', key: dataKey(1), does: { put: 'forged' } },
      ],
    ])('cannot %s', async (_, write) => {
      expect(await forge(write)).toBe(FAILED);
      expect(await forge(write, [maple.peer, maple.peer])).toBe(FAILED);
    });

    test('cannot meet the collection’s policy by meeting the chaincode’s: two other banks are not its owner', async () => {
      const write: ForgedPrivateWrite = { ...inCedar, key: dataKey(2), does: { put: 'forged' } };
      expect(await forge(write, [maple.peer, pine.peer])).toBe(FAILED);
    });

    test('are valid in the own collection under another bank’s chaincode name, and count for nothing', async () => {
      const write: ForgedPrivateWrite = { ...inCedar, owner: 'MapleMSP', key: dataKey(2), does: { put: 'forged' } };
      expect(await forge(write)).toBe('VALID');
      const commitment = sha256('forged commitment');
      const request = {
        subjectId,
        kind: 'tax',
        version: 2,
        schemaVersion: 1,
        commitment,
        sealedDigest: sha256('forged'),
      };
      const { result } = await cedar.endorse([{ operation: 'credit:recordData', request }], {
        endorsers: ['CedarMSP', 'PineMSP'],
      });
      expect(result).toMatchObject([{ outcome: 'refused', code: 'CREDIT_NOT_DEPOSITED' }]);
    });

    test.each([
      ['a consent', 'cedar', 'public/credit-consent/forged', { consentId: 'forged', status: 'GIVEN' }],
      ['a commitment of another bank', 'cedar', `public/credit-holding/${subjectId}/tax/2`, { commitment: digest }],
      ['a version that counts', 'cedar', `public/credit-latest/${subjectId}/tax`, { version: 2 }],
      ['an access that nobody recorded', 'cedar', `public/credit-access/${subjectId}/9`, { reader: 'maple' }],
      ['an erasure', 'cedar', `public/credit-subject/${subjectId}`, { subjectId, status: 'ERASED' }],
      ['another bank’s score', 'pine', 'public/credit-score/forged', { scoreId: 'forged', scoredBy: 'pine' }],
      ['even its own score', 'maple', 'public/credit-score/forged', { scoreId: 'forged', scoredBy: 'maple' }],
      ['even what it received itself', 'maple', `public/credit-holding/${subjectId}/tax/1`, { commitment: digest }],
      ['a scorecard', 'consortium', 'public/credit-model/champion/2', { modelId: 'champion', version: 2 }],
      ['which scorecard decides', 'consortium', 'public/credit-models-in-use/current', { champion: {} }],
    ])('cannot make public %s', async (_, namespace, key, value) => {
      const code = await tamper((parts) => {
        addWrite(parts, namespace, { key, value });
        maple.endorseAlone(parts);
      });
      expect(code).toBe(FAILED);
    });
  });

  describe('calls of the chaincode itself', () => {
    const version = { subjectId, kind: 'tax', version: 2, digest };
    const share = { subjectId, kind: 'tax', version: 1, consentId: 'c2', accessNumber: 1, digest };

    test.each<[string, string, [string, object], string[], string]>([
      ['plant data on the own peer', 'cedar', ['credit:depositData', version], ['MapleMSP'], 'CORE_CALLER_NOT_ALLOWED'],
      [
        'plant data on the owner’s peer',
        'cedar',
        ['credit:depositData', version],
        ['CedarMSP'],
        'CORE_CALLER_NOT_ALLOWED',
      ],
      ['plant data at home', 'maple', ['credit:depositData', version], ['MapleMSP'], 'CREDIT_SUBJECT_NOT_HERE'],
      ['overwrite by a share', 'cedar', ['credit:depositShare', share], ['CedarMSP'], 'CREDIT_CONSENT_NOT_YOURS'],
      [
        'share with a bank without consent',
        'pine',
        ['credit:depositShare', { ...share, consentId: 'c1' }],
        ['PineMSP'],
        'CREDIT_CONSENT_NOT_YOURS',
      ],
      [
        'score under another bank’s consent',
        'maple',
        ['credit:depositScore', { scoreId: 's2', subjectId, consentId: 'c2', digest }],
        ['MapleMSP'],
        'CREDIT_CONSENT_NOT_YOURS',
      ],
      [
        'score in another bank’s name',
        'cedar',
        ['credit:depositScore', { scoreId: 's2', subjectId, consentId: 'c2', digest }],
        ['CedarMSP'],
        'CORE_CALLER_NOT_ALLOWED',
      ],
      [
        'purge what nobody ordered to erase',
        'cedar',
        ['credit:purgeSubject', { subjectId }],
        ['CedarMSP'],
        'CREDIT_ERASURE_NOT_ORDERED',
      ],
    ])('cannot %s', async (_, chaincode, call, endorsers, code) => {
      expect(await direct(chaincode, call, endorsers)).toBe(code);
    });

    test('cannot read private data of another bank by any peer, nor have it sign the answer', async () => {
      const { accessNumber } = await story.read();
      const grant = JSON.stringify({ subjectId, accessNumber });
      for (const endorser of ['MapleMSP', 'CedarMSP', 'PineMSP']) {
        const call = () =>
          maple.session.call('credit:readData', [grant], { chaincode: 'cedar', endorsers: [endorser] });
        expect(await verdictOf(() => call().evaluate())).toBe('CORE_CALLER_NOT_ALLOWED');
        expect(await verdictOf(() => call().endorse())).toBe('CORE_CALLER_NOT_ALLOWED');
      }
      // The same grant serves its owner.
      const own = cedar.session.call('credit:readData', [grant], { chaincode: 'cedar', endorsers: ['CedarMSP'] });
      expect(Buffer.from(await own.evaluate()).toString()).toContain('sealed');
    });

    test('has another bank’s peer deliver its private data with the blocks, and nothing in it in the clear', async () => {
      const sealed = await sealedAtCedar();
      // A peer gives implicit collections to every reader of the channel, as CheckCollectionPolicy of Fabric does.
      const asMaple = new Session(maple.network, maple.session.member, 'CedarMSP');
      const delivered = await privateBytesOf(asMaple);
      expect(delivered).toContain(sealed);
      expect(delivered).toContain('account-details/');
      expect(delivered).toContain('"accountId":"cedar-8001"');
      const bytes = Buffer.from(delivered, 'latin1');
      for (const value of [planted.turnover, planted.legalName, '8001 of cedar']) {
        expect({ value, found: holdsValue(bytes, value) }).toEqual({ value, found: false });
      }
    });

    test('cannot sign as the owner', async () => {
      const target = { chaincode: 'cedar', endorsers: ['CedarMSP'], transient: { deposit: '{}' } };
      const call = maple.impersonate('cedar').call('credit:depositData', [JSON.stringify(version)], target);
      expect(JSON.stringify(await refusal(call.endorse()))).toContain('access denied');
    });

    test('cannot show its endorsers different private data under one signature', async () => {
      const [honest, other] = ['{"a":1}', '{"a":2}'];
      const request = JSON.stringify({ count: 1, digest: sha256(honest) });
      const faced = new ManyFaced(maple.session, ['accounts:depositDetails', request], 'maple');
      expect(await codeOf(faced.endorse('MapleMSP', { details: other }))).toBe('ACCOUNTS_DETAILS_INVALID');
      const score = { scoreId: 's3', subjectId, consentId: 'c1', digest: sha256(honest) };
      const scored = new ManyFaced(maple.session, ['credit:depositScore', JSON.stringify(score)], 'maple');
      // Both endorsers get as far as the bytes that the argument names, and no further with any others.
      for (const endorser of ['MapleMSP', 'PineMSP']) {
        expect(await reasonOf(scored.endorse(endorser, { score: honest }))).toBe('schema');
        expect(await reasonOf(scored.endorse(endorser, { score: other }))).toBe('digest');
      }
    });
  });

  const reasonOf = async (call: Promise<unknown>) =>
    /"reason":"(\w+)"/.exec(JSON.stringify(await refusal(call)).replaceAll('\\', ''))?.[1];

  /** The bytes that Cedar keeps of the first version, read as Cedar may. */
  async function sealedAtCedar(): Promise<string> {
    const { accessNumber } = await story.read();
    const grant = JSON.stringify({ subjectId, accessNumber });
    const call = cedar.session.call('credit:readData', [grant], { chaincode: 'cedar', endorsers: ['CedarMSP'] });
    return JSON.parse(Buffer.from(await call.evaluate()).toString()).sealed;
  }

  describe('replay', () => {
    let old: common.Envelope;
    beforeAll(async () => {
      old = await firstDepositOfCedar();
      await story.putData('tax', { turnover: '733100007732' }, 2);
    });

    /** As Maple finds it in the blocks that its own peer has. */
    async function firstDepositOfCedar(): Promise<common.Envelope> {
      for await (const bytes of blocksOf(running)) {
        for (const { envelope, type } of transactionsOf(common.Block.deserializeBinary(bytes))) {
          if (type !== common.HeaderType.ENDORSER_TRANSACTION) continue;
          const { actionPayload } = takeApartEnvelope(envelope);
          const proposal = Buffer.from(actionPayload.getChaincodeProposalPayload_asU8());
          if (proposal.includes('credit:depositData')) return envelope;
        }
      }
      throw new Error('Cedar has deposited nothing');
    }

    const versionThatCounts = async () => {
      const target = { chaincode: 'cedar', endorsers: ['MapleMSP'] };
      const keys = JSON.stringify([`public/credit-latest/${subjectId}/tax`]);
      const [row] = JSON.parse(
        Buffer.from(await maple.session.call('lane:read', [keys], target).evaluate()).toString(),
      );
      return JSON.parse(row).version;
    };

    test('of an old deposit, as its owner signed it, is a duplicate', async () => {
      const txId = takeApartEnvelope(old).channelHeader.getTxId();
      await maple.session.submitEnvelope(txId, old).catch(() => undefined);
      const codes = async () => {
        const found: string[] = [];
        for await (const bytes of blocksOf(running)) {
          const all = transactionsOf(common.Block.deserializeBinary(bytes));
          found.push(...all.filter((one) => one.txId === txId).map(({ code }) => code));
        }
        return found;
      };
      for (const deadline = Date.now() + 10_000; (await codes()).length < 2 && Date.now() < deadline; );
      expect((await codes()).filter((code) => code === 'VALID')).toHaveLength(1);
      expect(await versionThatCounts()).toBe(2);
      const { disclosures } = await story.read('tax', 'tax.turnover', '2');
      expect(disclosures).toMatchObject([{ value: '733100007732' }]);
    });

    test('of the owner’s endorsement of an old version, under a transaction of its own, is invalid', async () => {
      const signedByCedar = takeApartEnvelope(old).actionPayload.getAction() as peer.ChaincodeEndorsedAction;
      const code = await tamper((parts) => {
        parts.actionPayload.setAction(signedByCedar);
        parts.responsePayload = peer.ProposalResponsePayload.deserializeBinary(
          signedByCedar.getProposalResponsePayload_asU8(),
        );
        const { chaincodeAction } = takeApartEnvelope(old);
        parts.chaincodeAction = chaincodeAction;
        putBack(parts);
      });
      expect(code).not.toBe('VALID');
      expect(await versionThatCounts()).toBe(2);
    });

    test('of the record of a share in an old version changes nothing', async () => {
      const request = { subjectId, kind: 'tax', version: 1, consentId: 'c1', accessNumber: 1 };
      const again = await maple.endorse([{ operation: 'credit:recordShare', request }]);
      expect(again.result).toMatchObject([{ outcome: 'replayed' }]);
      const other = await maple.endorse([{ operation: 'credit:recordShare', request: { ...request, version: 2 } }]);
      expect(other.result).toMatchObject([{ outcome: 'refused', code: 'CREDIT_ACCESS_NOT_RECORDED' }]);
    });

    test('of fields of an old version for a score is refused', async () => {
      const answer = await story.attempt('maple', ['/v1/credit/scores', { scoreId: 's4', consentId: 'c1', subjectId }]);
      expect(answer.code).toBe('CREDIT_HOLDING_NOT_FOUND');
    });
  });

  test('guessing: a dictionary that holds every true value finds no public hash; of bare values it would', async () => {
    const { privateHashes, values, arguments: args } = await publicPlaces(running);
    const publicHashes = new Set(privateHashes.map((hash) => hash.toString('hex')));
    for (const bytes of [...values, ...args]) {
      for (const [hash] of bytes.toString('latin1').matchAll(/\b[0-9a-f]{64}\b/g)) publicHashes.add(hash);
    }
    const { turnover, legalName, tenure } = planted;
    const records = [{ turnover }, { legalName, employees: 12, tenure }];
    const guesses = [
      ...[turnover, legalName, tenure, '12', 'APPROVED', '649'],
      ...records.flatMap((record) => [canonicalJson(record), canonicalJson({ record }), JSON.stringify(record)]),
    ];
    const publicTexts = [subjectId, 'cedar', '', ...publicHashes];
    const hits = guesses.flatMap((guess) => [
      ...(publicHashes.has(sha256(guess)) ? [guess] : []),
      // Nor is any public value the salt.
      ...publicTexts.filter(
        (salt) => publicHashes.has(sha256(`${salt}${guess}`)) || publicHashes.has(sha256(`${guess}${salt}`)),
      ),
    ]);
    expect(hits).toEqual([]);
    const kind = findKind('tax', 1) as NonNullable<(typeof kinds)[string]>;
    const context = { owner: 'cedar', subjectId, kind: 'tax', schemaVersion: 1, reference: '1' };
    const commitmentUnder = (secret: string) => commit({ context, kind }, { turnover }, secret).commitment;
    expect([...publicHashes].some((secret) => publicHashes.has(commitmentUnder(secret)))).toBe(false);
    // The attack works on what is hashed bare: the keys, which are no secret.
    expect(publicHashes.has(sha256(dataKey(1)))).toBe(true);
  });

  describe('stalling', () => {
    const inTime = async <Result>(work: Promise<Result>, milliseconds: number): Promise<Result> => {
      const start = Date.now();
      const result = await work;
      expect(Date.now() - start).toBeLessThan(milliseconds);
      return result;
    };
    const pay = async (bank: string, paymentId: string) => {
      const amount = { amount: '1', currency: 'CNY' };
      const other = bank === 'cedar' ? 'pine' : 'cedar';
      const body = { paymentId, debtorAccount: `${bank}-8001`, creditorAccount: `${other}-8001`, amount };
      await running.rest.call({ bank, method: 'POST', path: '/v1/payments', body });
      return settled(running.rest, paymentId, bank);
    };

    test('by a write to another bank’s collection whose data it withholds: reads, scores and payments go on', async () => {
      expect(await forge({ ...inCedar, key: dataKey(3), does: { put: 'withheld' } })).toBe(FAILED);
      const [status, , score] = await inTime(
        Promise.all([
          pay('cedar', 'after-withheld'),
          pay('willow', 'beside-withheld'),
          story.send('cedar', 'POST', ['/v1/credit/scores', { scoreId: 's5', consentId: 'c2', subjectId }]),
        ]),
        15_000,
      );
      expect(status).toBe('SETTLED');
      expect(score).toMatchObject({ decision: 'APPROVED' });
    });

    test('by a home bank that sends nothing: the lender is told so at once', async () => {
      const use = { consentId: 'c3', subjectId };
      await story.consent('c3', 'pine');
      await story.send('pine', 'POST', ['/v1/credit/requests', use]);
      const received = await inTime(story.send('pine', 'POST', ['/v1/credit/receipts', use]), 5_000);
      expect(received.holdings).toEqual([]);
      const score = story.attempt('pine', ['/v1/credit/scores', { scoreId: 's6', ...use }]);
      expect(await inTime(score, 5_000)).toMatchObject({ status: 404, code: 'CREDIT_HOLDING_NOT_FOUND' });
    });

    test('by a lender whose chaincode answers no more: only what needs that lender fails, with a clear error', async () => {
      const silent = { role: 'chaincode', organization: 'maple' } as const;
      running.network.pause(silent);
      try {
        const work = Promise.all([
          pay('cedar', 'beside-silence'),
          story.read(),
          story.send('cedar', 'POST', ['/v1/credit/scores', { scoreId: 's7', consentId: 'c2', subjectId }]),
        ]);
        const share = inTime(
          story.attempt('cedar', ['/v1/credit/shares', { shareId: 'sh9', consentId: 'c1', subjectId }]),
          60_000,
        );
        const [status, , score] = await inTime(work, 40_000);
        expect(status).toBe('SETTLED');
        expect(score).toMatchObject({ decision: 'APPROVED' });
        const { status: http, code, text } = await share;
        expect({ http, code }).toEqual({ http: 503, code: 'GATEWAY_LEDGER_UNAVAILABLE' });
        expect(text).not.toContain(planted.turnover);
      } finally {
        running.network.resume(silent);
        await running.network.restored(silent);
      }
    }, 120_000);
  });

  test('would need the owner: with the key of its peer the same forgery is valid, without any other bank', async () => {
    const accomplice = loadMember(maple.network, mspOf('cedar'), 'peer');
    const key = 'credit/forged/by/accomplice';
    expect(await forge({ ...inCedar, key, does: { put: 'forged' } }, [accomplice])).toBe('VALID');
  });
});
