import { createHash } from 'node:crypto';
import { segmentKey } from '@tangram/chaincode/core/batch.ts';
import { encodeListings } from '@tangram/chaincode/core/book/directory-codec.ts';
import { segmentOf } from '@tangram/chaincode/core/book/holding.ts';
import { encodeSegment } from '@tangram/chaincode/core/book/segment-codec.ts';
import { encodePage } from '@tangram/chaincode/core/wire/page-codec.ts';
import { endorseAs, putBack } from '../conformance/envelope.ts';
import { loadMember } from '../conformance/member.ts';
import { refusal } from '../conformance/refusal.ts';
import { closeClients } from '../conformance/session.ts';
import { openBanks, post, type RunningNetwork, settled, startRunningNetwork } from '../end-to-end/running-network.ts';
import { Attacker, addWrite, batchOf, codeOf, type ForgedWrite, networkAt } from './attacker.ts';

const FAILED = 'ENDORSEMENT_POLICY_FAILURE';
const cny = (amount: number) => ({ amount: String(amount), currency: 'CNY' });

/** Money that is not there: what an attacker would like the ledger to say. A saved part of the book says it. */
function rich(bank: string): ForgedWrite {
  const accountId = `${bank}-8001`;
  const holding = {
    accountId,
    currency: 'CNY',
    status: 'OPEN',
    debits: 0n,
    credits: 999_999_999n,
    pending: 0n,
  } as const;
  const key = segmentKey(segmentOf(accountId), 1);
  return { key, value: encodeSegment(bank, 1, [holding]) };
}
const listing = (lane: string): ForgedWrite => ({
  key: 'lane/0/directory/000000000099',
  value: encodeListings({ lane, previousHash: '0'.repeat(64) }, [
    { accountId: `${lane}-9999`, currency: 'CNY', status: 'OPEN' },
  ]),
});
const freeze = { operation: 'accounts:freezeAccount', request: { accountId: 'maple-8002' } };
/** Bytes of its entry from the flags on: flags, length, and maple-8002 in four. */
const REQUEST_OF_FREEZE = 6;
const unfreeze = { operation: 'accounts:unfreezeAccount', request: { accountId: 'maple-8002' } };
const pay = (debtorAccount: string, creditorAccount: string, paymentId = 'attack') => ({
  operation: 'payments:sendPayment',
  request: { paymentId, debtorAccount, creditorAccount, amount: cny(1) },
});
const steal = pay('cedar-8001', 'maple-8001');

describe('one malicious bank, with its own keys alone', () => {
  let running: RunningNetwork;
  let maple: Attacker;
  let before: string;

  beforeAll(async () => {
    running = await startRunningNetwork();
    await openBanks(running.rest, ['8001', '8002'], '1000000');
    maple = new Attacker('maple', networkAt(running.dataFolder, running.portBase));
    before = await balances();
  }, 120_000);

  afterAll(async () => {
    closeClients();
    await running.stop();
  });

  /** Whatever an attack ended with, nobody's money may have moved. */
  afterEach(async () => {
    expect(await balances()).toBe(before);
  });

  async function balances(): Promise<string> {
    const all: string[] = [];
    for (const bank of ['cedar', 'maple', 'pine', 'willow'] as const) {
      const { body: settlement } = await running.rest.call({
        bank: 'centralbank',
        path: `/v1/settlement-accounts/${bank}`,
      });
      all.push(JSON.stringify(settlement));
      for (const rest of ['8001', '8002']) {
        const { body } = await running.rest.call({ bank, path: `/v1/accounts/${bank}-${rest}` });
        all.push(`${body.accountId} ${body.booked} ${body.available}`);
      }
    }
    return all.join('; ');
  }

  /** A read model shows what was committed beside its gateway a moment later. */
  async function untilBalancesAre(expected: string): Promise<void> {
    for (const deadline = Date.now() + 20_000; (await balances()) !== expected && Date.now() < deadline; ) {
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  const inLane = (lane: string, operation: string, request: object) =>
    codeOf(maple.endorse([{ operation, request }], { lane, endorsers: ['CedarMSP', 'CentralbankMSP', 'MapleMSP'] }));
  const direct = (chaincode: string, name: string, call: { request: object; endorsers: string[] }) =>
    maple.session.call(name, [JSON.stringify(call.request)], { chaincode, endorsers: call.endorsers });

  test('cannot write the lane of another bank', async () => {
    expect(await inLane('cedar', steal.operation, steal.request)).toBe('LANE_NOT_YOURS');
  });

  test('cannot take over the lane of another bank', async () => {
    const { epoch } = await maple.head('cedar');
    const header = { epoch: epoch + 1, holder: 'maple-gateway' };
    expect(await codeOf(maple.endorse([steal], { lane: 'cedar', header }))).toBe('LANE_NOT_YOURS');
  });

  test('cannot issue settlement balance to itself', async () => {
    const request = { operationId: 'attack', bank: 'maple', amount: cny(1_000_000) };
    expect(await inLane('centralbank', 'settlement:issue', request)).toBe('LANE_NOT_YOURS');
  });

  test('cannot raise its own limit', async () => {
    const terms = { debtorBank: 'maple', creditorBank: 'cedar', currency: 'CNY', limit: '999999999', settleAtShare: 1 };
    const attempt = maple.endorse([{ operation: 'settlement:setLimit', request: terms }], {
      lane: 'consortium',
      endorsers: ['CentralbankMSP', 'MapleMSP', 'CedarMSP'],
      header: { epoch: 1, holder: 'maple', sequence: 1, previousHash: '0'.repeat(64) },
    });
    expect(await codeOf(attempt)).toBe('LANE_NOT_YOURS');
  });

  test('cannot swap the transient batch behind the digest that was signed', async () => {
    expect(await codeOf(maple.endorse([freeze], { swapped: [unfreeze] }))).toBe('LANE_DIGEST_MISMATCH');
  });

  test.each([
    ['a batch row in the place of a batch', Buffer.from([4, 2, 123, 125, 0])],
    ['outcomes of its own behind the batch', Buffer.concat([batchOf([freeze]).bytes, Buffer.from([0, 0, 1, 2])])],
    ['a batch without entries', Buffer.from([2, 0, 0])],
    ['names that are not there', Buffer.from([2, 0, 1, 0, 0, 0, 0])],
    ['nothing at all', Buffer.alloc(0)],
  ])('cannot have %s endorsed', async (_, bytes) => {
    expect(await codeOf(maple.endorse([freeze], { bytes }))).toBe('LANE_BATCH_INVALID');
  });

  test('cannot hide what it asks for behind a digest', async () => {
    // The flag that batch rows carry where a request was refused unread.
    const digest = createHash('sha256').update('anything').digest();
    const head = batchOf([freeze]).bytes.subarray(0, -REQUEST_OF_FREEZE);
    const bytes = Buffer.concat([head, Buffer.from([4, digest.length]), digest]);
    const { result } = await maple.endorse([freeze], { bytes });
    expect(result).toMatchObject([{ outcome: 'refused', code: 'CORE_REQUEST_INVALID' }]);
  });

  test('cannot change the outcome that another bank has endorsed', async () => {
    const code = await maple.tamper([steal], (parts) => {
      const response = parts.chaincodeAction.getResponse();
      response?.setPayload(Buffer.from(JSON.stringify({ lane: 'maple', sequence: 1, accepted: 1, results: [] })));
      putBack(parts);
    });
    expect(code).toBe(FAILED);
  });

  test('cannot name a directory row of another bank that is not there', async () => {
    const { cedar = 0, ...others } = await maple.directories();
    const header = { directories: { ...others, cedar: cedar + 1 } };
    expect(await codeOf(maple.endorse([pay('maple-8001', 'cedar-8001')], { header }))).toBe('LANE_MEMORY_BEHIND');
  });

  test.each([
    ['without naming its directory', {}],
    ['with an older row of its directory than the account', { cedar: 0 }],
  ])('cannot pay a customer of another bank %s', async (_, directories) => {
    const { result } = await maple.endorse([pay('maple-8001', 'cedar-8001')], { header: { directories } });
    expect(result).toMatchObject([{ outcome: 'refused', code: 'PAYMENTS_CREDITOR_UNKNOWN' }]);
  });

  test('gains nothing by an old row of a directory: money for a closed account comes back', async () => {
    const account = { path: '/v1/accounts', body: { accountId: 'cedar-8009', name: 'Gone', currency: 'CNY' } };
    await post(running.rest, 'cedar', account);
    const directories = await maple.directories();
    await post(running.rest, 'cedar', { path: '/v1/accounts/cedar-8009/close', body: {} });

    const { result } = await maple.endorse([pay('maple-8001', 'cedar-8009')]);
    expect(result).toMatchObject([{ outcome: 'refused', code: 'PAYMENTS_CREDITOR_CLOSED' }]);
    const sent = await maple.endorse([pay('maple-8001', 'cedar-8009', 'to-a-closed-account')], {
      header: { directories },
    });
    expect(sent.result).toMatchObject([{ outcome: 'accepted' }]);
    expect((await maple.session.commit(sent)).code).toBe('VALID');

    expect(await settled(running.rest, 'to-a-closed-account', 'maple')).toBe('RETURNED');
    await untilBalancesAre(before);
  });

  test('cannot debit the customer of another bank through its own lane', async () => {
    const { result } = await maple.endorse([steal]);
    expect(result).toMatchObject([{ outcome: 'refused', code: 'PAYMENTS_DEBTOR_NOT_HELD_HERE' }]);
  });

  test('cannot receive what nobody sent', async () => {
    const request = { from: 'cedar', upTo: 99 };
    const { result } = await maple.endorse([{ operation: 'payments:receive', request }]);
    expect(result).toMatchObject([{ outcome: 'refused', code: 'PAYMENTS_OUTBOX_ROW_MISSING' }]);
  });

  test('cannot have more deposited than its settlement balance covers', async () => {
    const request = { depositId: 'attack', accountId: 'maple-8001', amount: cny(999_999_999_999) };
    const { result } = await maple.endorse([{ operation: 'accounts:deposit', request }]);
    expect(result).toMatchObject([{ outcome: 'refused', code: 'SETTLEMENT_BALANCE_EXCEEDED' }]);
  });

  test('cannot enrich its own customer with the endorsement of its own peer alone', async () => {
    const code = await maple.tamper([freeze], (parts) => {
      addWrite(parts, 'maple', rich('maple'));
      maple.endorseAlone(parts);
    });
    expect(code).toBe(FAILED);
  });

  test('cannot endorse twice', async () => {
    const code = await maple.tamper([freeze], (parts) => {
      addWrite(parts, 'maple', rich('maple'));
      maple.endorseAlone(parts, 2);
    });
    expect(code).toBe(FAILED);
  });

  test('cannot change what another bank has endorsed', async () => {
    const code = await maple.tamper([freeze], (parts) => addWrite(parts, 'maple', rich('maple')));
    expect(code).toBe(FAILED);
  });

  test.each([
    ['a batch row of its own', 'maple', { key: 'lane/0/batch/000000000099', value: Buffer.from([4, 2, 123, 125]) }],
    ['the head of its own lane', 'maple', { key: 'lane/0/head', value: { sequence: 99, hash: 'f'.repeat(64) } }],
    ['a page that forgets its ids', 'maple', { key: 'ids/payment/i/p-1', value: encodePage({ entries: {} }) }],
    ['a directory row of its own', 'maple', listing('maple')],
    ['a directory row of another bank', 'cedar', listing('cedar')],
    ['the namespace of another bank', 'cedar', rich('cedar')],
    [
      'settlement balances',
      'centralbank',
      { key: 'settlement-account/maple/CNY', value: { bank: 'maple', currency: 'CNY', balance: '999999999' } },
    ],
    [
      'limits',
      'consortium',
      { key: 'limit/maple/cedar/CNY', value: { debtorBank: 'maple', creditorBank: 'cedar', limit: '999999999' } },
    ],
    [
      'an outbox of another bank',
      'cedar',
      { key: 'lane/0/outbox/maple/000000000099', value: { lane: 'cedar', to: 'maple', index: 99, items: [] } },
    ],
  ])('cannot write %s with its own endorsement', async (_, namespace, write) => {
    const code = await maple.tamper([freeze], (parts) => {
      addWrite(parts, namespace, write);
      maple.endorseAlone(parts);
    });
    expect(code).toBe(FAILED);
  });

  test('cannot apply a settlement that the central bank does not lead', async () => {
    const request = {
      settlementId: 'attack',
      side: 'creditor',
      counterparty: 'cedar',
      amount: cny(999),
      settledBefore: '0',
    };
    const call = { request, endorsers: ['MapleMSP', 'PineMSP'] };
    const attempt = direct('maple', 'settlement:applySettlement', call).endorse();
    expect(await codeOf(attempt)).toBe('CORE_ENTRY_POINT_REFUSED');
  });

  test("cannot read the private details of another bank's customer, on any peer", async () => {
    for (const endorser of ['MapleMSP', 'CedarMSP']) {
      const call = { request: { accountId: 'cedar-8001' }, endorsers: [endorser] };
      const attempt = direct('cedar', 'accounts:getDetails', call).evaluate();
      expect(await codeOf(attempt)).toBe('CORE_CALLER_NOT_ALLOWED');
    }
  });

  test("cannot plant private details in another bank's collection", async () => {
    const call = { request: { count: 1, digest: '0'.repeat(64) }, endorsers: ['MapleMSP'] };
    const attempt = direct('cedar', 'accounts:depositDetails', call).endorse();
    expect(await codeOf(attempt)).toBe('CORE_CALLER_NOT_ALLOWED');
  });

  test('cannot sign as another bank', async () => {
    const cedar = maple.impersonate('cedar');
    const attempt = cedar.call('lane:submit', ['{}'], { chaincode: 'cedar', endorsers: ['MapleMSP', 'CedarMSP'] });
    expect(JSON.stringify(await refusal(attempt.endorse()))).toContain('access denied');
  });

  test('cannot send an honest transaction twice, nor an old batch again', async () => {
    const honest = await maple.endorse([freeze]);
    expect((await maple.session.commit(honest)).code).toBe('VALID');
    const { sequence, hash } = await maple.head('maple');
    const old = maple.endorse([freeze], { header: { sequence, previousHash: hash } });
    expect(await codeOf(old)).toBe('LANE_SEQUENCE_STALE');
    await expect(maple.replay(honest)).resolves.not.toThrow();
    await post(running.rest, 'maple', { path: '/v1/accounts/maple-8002/unfreeze', body: {} });
    expect((await maple.head('maple')).sequence).toBe(sequence + 1);
  });

  test('cannot book the bytes of an old batch again under a new header', async () => {
    const payment = pay('maple-8001', 'maple-8002', 'paid-once');
    const first = await maple.endorse([payment]);
    expect((await maple.session.commit(first)).code).toBe('VALID');
    const { sequence } = await maple.head('maple');

    const again = await maple.endorse([payment], { bytes: batchOf([payment]).bytes });
    expect(again.result).toMatchObject([{ outcome: 'replayed', transactionId: first.txId }]);
    await maple.session.commit(again);
    expect((await maple.head('maple')).sequence).toBe(sequence);

    const back = { ...pay('maple-8002', 'maple-8001', 'paid-back') };
    expect((await maple.session.commit(await maple.endorse([back]))).code).toBe('VALID');
    await untilBalancesAre(before);
  });

  test('would need another bank: with Cedar as its accomplice the same forgery is valid', async () => {
    const accomplice = loadMember(maple.network, 'CedarMSP', 'peer');
    const code = await maple.tamper([freeze], (parts) => {
      addWrite(parts, 'maple', { key: 'forged', value: {} });
      endorseAs(parts, [maple.peer, accomplice]);
    });
    expect(code).toBe('VALID');
  });
});
