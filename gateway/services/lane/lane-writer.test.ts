import { setTimeout as sleep } from 'node:timers/promises';
import { FabricFailure } from '../../fabric/fabric-failure.ts';
import type { Fault } from '../../testing/memory-fabric.ts';
import { eventually, type MemoryGateways, operator, startMemoryGateways } from '../../testing/memory-gateways.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });

/** Fails the nth lane submission's step once, then no more. */
function failOnce(step: Parameters<Fault>[0]['step'], kind: ReturnType<Fault>): Fault {
  let isDone = false;
  return (at) => {
    const isLane = at.call === undefined || at.call.transactionName === 'lane:submit';
    if (isDone || at.step !== step || !isLane) return undefined;
    isDone = true;
    return kind;
  };
}

const contract = (code: string): FabricFailure =>
  new FabricFailure({ kind: 'contract', code, params: {}, mspIds: [], connectionLost: false });

describe('lane writer', () => {
  let gateways: MemoryGateways;

  beforeEach(async () => {
    gateways = await startMemoryGateways(['cedar', 'centralbank']);
    const issue = { operationId: 'issue', bank: 'cedar', amount: CNY('1000000') };
    await gateways.of('centralbank').settlement.issue(issue, operator);
    const { accounts } = gateways.of('cedar');
    await accounts.open(
      ['cedar-1', 'cedar-2'].map((accountId) => ({ accountId, name: accountId, currency: 'CNY' })),
      operator,
    );
    await accounts.deposit({ depositId: 'd', accountId: 'cedar-1', amount: CNY('1000') }, operator);
  });

  afterEach(async () => {
    await gateways.stop();
  });

  const pay = (paymentId: string, amount = '10') =>
    gateways
      .of('cedar')
      .payments.send(
        [{ paymentId, debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY(amount) }],
        operator,
      );

  test.each<{ name: string; step: Parameters<Fault>[0]['step']; kind: ReturnType<Fault> }>([
    { name: 'endorsers that differ', step: 'endorse', kind: 'mismatch' },
    { name: 'an endorser whose memory is behind', step: 'endorse', kind: contract('LANE_MEMORY_BEHIND') },
    { name: 'an endorser whose workers died', step: 'endorse', kind: contract('LANE_SIGNATURES_UNVERIFIED') },
    { name: 'an endorser that is down', step: 'endorse', kind: 'unavailable' },
    { name: 'an orderer that never got the envelope', step: 'before-order', kind: 'unavailable' },
    { name: 'an orderer that took it and did not answer', step: 'after-order', kind: 'unavailable' },
    { name: 'a lost commit status', step: 'commit-status', kind: 'unavailable' },
  ])('books exactly once after $name', async ({ step, kind }) => {
    gateways.fabric.fault = failOnce(step, kind);
    const [outcome] = await pay('p-1');
    expect(outcome).toMatchObject({ outcome: 'accepted', result: { status: 'SETTLED' } });
    expect(Number((outcome as { blockNumber: string }).blockNumber)).toBeGreaterThan(0);
    expect(await gateways.of('cedar').readModel.findAccount('cedar-2')).toMatchObject({ booked: '10' });
    expect(await pay('p-1')).toMatchObject([{ outcome: 'replayed' }]);
  });

  test('a submission that is answered UNAVAILABLE each time but commits is resolved by asking', async () => {
    // What orderers say that were slow to hear of it: "request already processed".
    gateways.fabric.fault = ({ step }) => (step === 'after-order' ? 'unavailable' : undefined);
    const outcomes = await Promise.all([pay('p-1'), pay('p-2')]);
    expect(outcomes.flat()).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    const { settlement } = gateways.of('centralbank');
    const issue = { operationId: 'again', bank: 'cedar', amount: CNY('5') };
    expect(await settlement.issue(issue, operator)).toMatchObject({ replayed: false });
    // A ledger transaction of its own: details of holders.
    const account = { accountId: 'cedar-3', name: 'Three', currency: 'CNY' };
    expect(await gateways.of('cedar').accounts.open([account], operator)).toMatchObject([{ outcome: 'accepted' }]);
    gateways.fabric.fault = () => undefined;
    expect(await gateways.of('cedar').readModel.findAccount('cedar-2')).toMatchObject({ booked: '20' });
    expect(await pay('p-1')).toMatchObject([{ outcome: 'replayed' }]);
  });

  test('a batch forms while the previous one commits, and linked payments stay together', async () => {
    const before = gateways.fabric.blocks.length;
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => pay(`many-${index}`, '1')));
    expect(outcomes.flat().every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(gateways.fabric.blocks.length - before).toBeLessThanOrEqual(3);

    const linked = await gateways.of('cedar').payments.send(
      [
        { paymentId: 'c-1', debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY('5'), linked: true },
        { paymentId: 'c-2', debtorAccount: 'cedar-2', creditorAccount: 'cedar-1', amount: CNY('9999') },
        { paymentId: 'c-3', debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY('5') },
      ],
      operator,
    );
    expect(linked).toMatchObject([
      { outcome: 'refused', code: 'LANE_CHAIN_REFUSED' },
      { outcome: 'refused', code: 'PAYMENTS_INSUFFICIENT_FUNDS' },
      { outcome: 'accepted' },
    ]);
  });

  test('a lost gateway is replaced: the new one takes the lane over and the old one is refused', async () => {
    const old = gateways.of('cedar');
    gateways.lose('cedar');
    await gateways.start('cedar');
    expect(gateways.of('cedar').health()).toMatchObject({ ready: true, lanes: [{ lane: 'cedar', holding: true }] });
    const [displaced] = await old.operations.submit([
      {
        operation: 'payments:sendPayment',
        request: { paymentId: 'old', debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY('1') },
        requester: operator,
      },
    ]);
    expect(displaced).toMatchObject({ outcome: 'failed', code: 'GATEWAY_LANE_HELD_ELSEWHERE' });
    expect(await pay('new')).toMatchObject([{ outcome: 'accepted' }]);
  });

  test('an envelope of a lost gateway that lands late is found, not doubled', async () => {
    // The first gateway dies between ordering and hearing of it; the client asks the next one with the same id.
    gateways.fabric.fault = ({ step }) => (step === 'commit-status' ? 'unavailable' : undefined);
    const { length } = gateways.fabric.blocks;
    const lost = pay('p-late');
    await eventually('ordered', () => gateways.fabric.blocks.length > length);
    gateways.lose('cedar');
    gateways.fabric.fault = () => undefined;
    await gateways.start('cedar');
    const [again] = await pay('p-late');
    expect(['accepted', 'replayed']).toContain(again?.outcome);
    await lost;
    expect(await gateways.of('cedar').readModel.findAccount('cedar-2')).toMatchObject({ booked: '10' });
  });

  test('an operation that breaks its whole batch does not take its neighbours along', async () => {
    gateways.fabric.fault = ({ step, call }) => {
      const batch = call?.transient?.batch;
      return step === 'endorse' && batch && Buffer.from(batch).includes('poison') ? 'rejected' : undefined;
    };
    const outcomes = await gateways.of('cedar').payments.send(
      ['a', 'poison', 'b'].map((paymentId) => ({
        paymentId,
        debtorAccount: 'cedar-1',
        creditorAccount: 'cedar-2',
        amount: CNY('1'),
      })),
      operator,
    );
    expect(outcomes).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'failed', code: 'GATEWAY_LEDGER_REJECTED' },
      { outcome: 'accepted' },
    ]);
  });

  test.each([
    { name: 'endorses something else every time', kind: 'mismatch', mspIds: [] },
    { name: 'refuses what home endorses', kind: 'contract', mspIds: ['MapleMSP'] },
  ] as const)('one organisation that $name does not hold the lane up', async ({ kind, mspIds }) => {
    const fields = { code: 'CORE_ABORTED', params: {}, mspIds: [...mspIds], connectionLost: false };
    gateways.fabric.fault = ({ step, endorsers }) =>
      step === 'endorse' && endorsers?.includes('MapleMSP') ? new FabricFailure({ kind, ...fields }) : undefined;
    expect(await pay('p-1')).toMatchObject([{ outcome: 'accepted' }]);
    expect(await pay('p-2')).toMatchObject([{ outcome: 'accepted' }]);
  });

  test('a lane runs two batches ahead of its read model and waits for it before the third', async () => {
    const { fabric } = gateways;
    const { operations } = gateways.of('cedar');
    await pay('p-0');
    const { promise, resolve: goOn } = Promise.withResolvers<void>();
    fabric.held = promise;
    const before = fabric.blocks.length;
    const send = (paymentId: string) => {
      const request = { paymentId, debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY('1') };
      return operations.submitBulk('cedar', [{ operation: 'payments:sendPayment', request }], operator);
    };
    await send('p-1');
    await send('p-2');
    const third = send('p-3');
    await sleep(200);
    const booked = fabric.blocks.length - before;
    goOn();
    expect(booked).toBe(2);
    expect(await third).toMatchObject([{ outcome: 'accepted' }]);
  });

  test('a refusal of the header is not looked for in the operations', async () => {
    let endorsements = 0;
    const { fabric } = gateways;
    fabric.fault = ({ step }) => {
      if (step === 'endorse') endorsements += 1;
      return undefined;
    };
    fabric.skewMilliseconds = 61_000;
    const payments = Array.from({ length: 8 }, (_, index) => ({
      paymentId: `skewed-${index}`,
      debtorAccount: 'cedar-1',
      creditorAccount: 'cedar-2',
      amount: CNY('1'),
    }));
    const outcomes = await gateways.of('cedar').payments.send(payments, operator);
    expect(outcomes).toEqual(payments.map(() => expect.objectContaining({ code: 'LANE_CLOCK_SKEW' })));
    expect(endorsements).toBe(1);
  });
});
