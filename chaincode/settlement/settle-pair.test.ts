import { refusalOf } from '../core/memory-ledger.ts';
import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('maple-cid', { funds: 1_000n });
});

const balance = (bank: string) => world.ledger.row('centralbank', `settlement-account/${bank}/CNY`).balance;
const settled = () => [
  world.ledger.row('cedar', 'settled-out/maple/CNY')?.amount,
  world.ledger.row('maple', 'settled-in/cedar/CNY')?.amount,
];
const pair = { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY' };

describe('settlePair', () => {
  test('moves central-bank money for what was delivered, at all three at once', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300);
    await world.deliver('cedar', 'maple');
    await world.pay(['cedar-ann', 'maple-cid'], 50);
    const { response, writes } = await world.settle('cedar', 'maple', { settlementId: 's1' });
    expect(response).toMatchObject({ settlementId: 's1', ...pair, amount: '300', remaining: '0' });
    expect([balance('cedar'), balance('maple')]).toEqual(['700', '1300']);
    expect(settled()).toEqual(['300', '300']);
    const names = [...writes.keys()].map((key) => key.replace(/direct\/.*/, 'direct'));
    expect(names.sort()).toEqual([
      'cedar/direct',
      'cedar/settled-out/maple/CNY',
      'centralbank/direct',
      'centralbank/settlement-account/cedar/CNY',
      'centralbank/settlement-account/maple/CNY',
      'centralbank/settlement/s1',
      'maple/direct',
      'maple/settled-in/cedar/CNY',
    ]);
  });

  test('settles each unit once, whatever batches it names', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300);
    await world.deliver('cedar', 'maple');
    await world.settle('cedar', 'maple');
    expect(await refusalOf(world.settle('cedar', 'maple'))).toEqual({
      code: 'SETTLEMENT_NOTHING_TO_SETTLE',
      params: pair,
    });
  });

  test('reads old batches only: what came later waits', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300);
    await world.deliver('cedar', 'maple');
    const [debtorSequence, creditorSequence] = [world.head('cedar')?.sequence, world.head('maple')?.sequence];
    await world.pay(['cedar-ann', 'maple-cid'], 50);
    await world.deliver('cedar', 'maple');
    const { response } = await world.settle('cedar', 'maple', { debtorSequence, creditorSequence });
    expect(response.amount).toBe('300');
    expect((await world.settle('cedar', 'maple')).response.amount).toBe('50');
  });

  test('settles as far as the balance reaches, and the rest later', async () => {
    await world.pay(['maple-cid', 'cedar-ann'], 1_000);
    await world.deliver('maple', 'cedar');
    await world.pay(['cedar-ann', 'maple-cid'], 1_500);
    await world.deliver('cedar', 'maple');
    expect((await world.settle('cedar', 'maple')).response).toMatchObject({ amount: '1000', remaining: '500' });
    expect(await refusalOf(world.settle('cedar', 'maple'))).toEqual({
      code: 'SETTLEMENT_INSUFFICIENT_BALANCE',
      params: { bank: 'cedar', currency: 'CNY', balance: '0', required: '500' },
    });
    await world.settle('maple', 'cedar');
    expect((await world.settle('cedar', 'maple')).response).toMatchObject({ amount: '500', remaining: '0' });
  });

  test('returns the first result when id and pair repeat, and refuses another pair', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300);
    await world.deliver('cedar', 'maple');
    const first = await world.settle('cedar', 'maple', { settlementId: 's1' });
    const again = await world.settle('cedar', 'maple', { settlementId: 's1' });
    expect(again.response).toEqual(first.response);
    expect([...again.writes]).toEqual([]);
    expect(balance('cedar')).toBe('700');
    expect(await refusalOf(world.settle('maple', 'cedar', { settlementId: 's1' }))).toEqual({
      code: 'SETTLEMENT_EXISTS_WITH_DIFFERENT_PAYLOAD',
      params: { settlementId: 's1' },
    });
  });

  test.each([
    ['CORE_CURRENCY_UNKNOWN', { currency: 'XXX' }, { currency: 'XXX' }],
    ['SETTLEMENT_BANK_UNKNOWN', { debtorBank: 'nowhere' }, { bank: 'nowhere' }],
    ['SETTLEMENT_SAME_BANK', { creditorBank: 'cedar' }, { bank: 'cedar' }],
    ['SETTLEMENT_BATCH_NOT_FOUND', { debtorSequence: 99 }, { bank: 'cedar', sequence: 99 }],
    ['SETTLEMENT_BATCH_NOT_FOUND', { creditorSequence: 99 }, { bank: 'maple', sequence: 99 }],
    ['SETTLEMENT_NOTHING_TO_SETTLE', {}, pair],
  ])('refuses with %s', async (code, change, params) => {
    expect(await refusalOf(world.settle('cedar', 'maple', change))).toEqual({ code, params });
  });
});

describe('applySettlement', () => {
  const request = {
    settlementId: 's1',
    side: 'creditor',
    counterparty: 'cedar',
    amount: CNY(1_000_000),
    settledBefore: '0',
  };

  test('cannot be called by a client, not even of the bank itself', async () => {
    for (const mspId of ['MapleMSP', 'CentralbankMSP']) {
      const forged = world.ledger.as({ mspId }).direct('maple', 'settlement:applySettlement', request);
      expect((await refusalOf(forged))?.code).toBe('CORE_ENTRY_POINT_REFUSED');
    }
    expect(settled()).toEqual([undefined, undefined]);
  });
});

describe('getPosition', () => {
  test('shows what was sent, delivered and settled, with the batches that prove it', async () => {
    await world.pay(['cedar-ann', 'maple-cid'], 300);
    await world.deliver('cedar', 'maple');
    await world.settle('cedar', 'maple');
    await world.pay(['cedar-ann', 'maple-cid'], 50);
    const [position] = (
      await world.ledger.query('cedar', 'settlement:getPosition', { debtorBank: 'cedar', creditorBank: 'maple' })
    ).positions;
    expect(position).toEqual({
      currency: 'CNY',
      sent: '350',
      received: '300',
      settled: '300',
      inFlight: '50',
      outstanding: '50',
      limit: '100000000',
      settleAtShare: 5000,
      debtorSequence: world.head('cedar')?.sequence,
      creditorSequence: world.head('maple')?.sequence,
    });
  });

  test.each(['centralbank', 'consortium', 'willow'])('answers at %s too', async (namespace) => {
    const answer = await world.ledger.query(namespace, 'settlement:getPosition', { ...pair });
    expect(answer.positions).toMatchObject([{ currency: 'CNY', outstanding: '0' }]);
  });

  test('refuses what is no pair of banks', async () => {
    const ask = (more: object) => world.ledger.query('cedar', 'settlement:getPosition', { ...pair, ...more });
    expect((await refusalOf(ask({ creditorBank: 'nowhere' })))?.code).toBe('SETTLEMENT_BANK_UNKNOWN');
    expect((await refusalOf(ask({ creditorBank: 'cedar' })))?.code).toBe('SETTLEMENT_SAME_BANK');
  });
});
