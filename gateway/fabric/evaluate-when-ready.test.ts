import { evaluateWhenReady } from './evaluate-when-ready.ts';
import { FabricFailure } from './fabric-failure.ts';

const refusal = (code: string) =>
  new FabricFailure({ kind: 'contract', code, params: {}, mspIds: [], connectionLost: false });
const call = { chaincode: 'cedar', transactionName: 'accounts:getAccount' };

/** A peer that refuses so many times before it answers. */
function peer(code: string, times: number) {
  let asked = 0;
  const evaluate = async () => {
    asked += 1;
    if (asked <= times) throw refusal(code);
    return 'answer';
  };
  return { evaluate, asked: () => asked };
}

describe('evaluateWhenReady', () => {
  test('asks again while the peer lags behind its own block', async () => {
    const lagging = peer('LANE_MEMORY_BEHIND', 2);
    expect(await evaluateWhenReady(lagging, call)).toBe('answer');
    expect(lagging.asked()).toBe(3);
  });

  test('gives up on a peer that never catches up', async () => {
    const stuck = peer('LANE_MEMORY_BEHIND', Number.POSITIVE_INFINITY);
    await expect(evaluateWhenReady(stuck, call)).rejects.toMatchObject({ code: 'LANE_MEMORY_BEHIND' });
    expect(stuck.asked()).toBeGreaterThan(2);
  });

  test('asks again where what is known to be committed is not there yet', async () => {
    const lagging = peer('CREDIT_ACCESS_NOT_RECORDED', 2);
    expect(await evaluateWhenReady(lagging, call, { notYet: ['CREDIT_ACCESS_NOT_RECORDED'] })).toBe('answer');
    expect(lagging.asked()).toBe(3);
  });

  test('asks once where the contract refuses for a reason of its own', async () => {
    const refusing = peer('ACCOUNTS_ACCOUNT_NOT_FOUND', Number.POSITIVE_INFINITY);
    await expect(evaluateWhenReady(refusing, call)).rejects.toMatchObject({ code: 'ACCOUNTS_ACCOUNT_NOT_FOUND' });
    expect(refusing.asked()).toBe(1);
  });
});
