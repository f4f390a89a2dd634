import { endorseAs } from '../conformance/envelope.ts';
import { loadMember } from '../conformance/member.ts';
import { refusal } from '../conformance/refusal.ts';
import { closeClients } from '../conformance/session.ts';
import { openBanks, post, type RunningNetwork, startRunningNetwork } from '../end-to-end/running-network.ts';
import { Attacker, addWrite, codeOf, networkAt } from './attacker.ts';

const FAILED = 'ENDORSEMENT_POLICY_FAILURE';
const cny = (amount: number) => ({ amount: String(amount), currency: 'CNY' });

/** Money that is not there: what an attacker would like the ledger to say. */
const rich = (bank: string) => ({
  key: `account/${bank}-8001`,
  value: { accountId: `${bank}-8001`, currency: 'CNY', status: 'OPEN', bookedDebits: '0', bookedCredits: '999999999' },
});
const freeze = { operation: 'accounts:freezeAccount', request: { accountId: 'maple-8002' } };
const unfreeze = { operation: 'accounts:unfreezeAccount', request: { accountId: 'maple-8002' } };
const pay = (debtorAccount: string, creditorAccount: string) => ({
  operation: 'payments:sendPayment',
  request: { paymentId: 'attack', debtorAccount, creditorAccount, amount: cny(1) },
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
  }, 60_000);

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

  test('would need another bank: with Cedar as its accomplice the same forgery is valid', async () => {
    const accomplice = loadMember(maple.network, 'CedarMSP', 'peer');
    const code = await maple.tamper([freeze], (parts) => {
      addWrite(parts, 'maple', { key: 'forged', value: {} });
      endorseAs(parts, [maple.peer, accomplice]);
    });
    expect(code).toBe('VALID');
  });
});
