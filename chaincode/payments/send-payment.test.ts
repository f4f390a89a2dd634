import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
});

describe('sendPayment', () => {
  test('settles at once within a bank', async () => {
    const result = await world.pay('cedar-ann', 'cedar-ben', 300, 'p1');
    expect(result).toEqual({ paymentId: 'p1', status: 'SETTLED', amount: CNY(300) });
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
    expect(await world.balances('cedar-ben')).toEqual([300n, 300n]);
    expect(await world.statusOf('p1', 'cedar')).toBe('SETTLED');
  });

  test('is accepted across banks, and settled when the creditor bank has received it', async () => {
    const result = await world.pay('cedar-ann', 'maple-cid', 300, 'p1');
    expect(result).toEqual({
      paymentId: 'p1',
      status: 'ACCEPTED',
      amount: CNY(300),
      outbox: { bank: 'maple', index: 1, position: 0 },
    });
    expect(await world.statusOf('p1', 'cedar')).toBe('ACCEPTED');
    expect(await world.deliver('cedar', 'maple')).toEqual({
      from: 'cedar',
      upTo: 1,
      credited: 1,
      returned: 0,
      other: 0,
    });
    expect(await world.statusOf('p1', 'cedar')).toBe('SETTLED');
    expect(await world.balances('maple-cid')).toEqual([300n, 300n]);
    const settled = await world.settle('cedar', 'maple');
    expect(settled.response).toMatchObject({ amount: '300', remaining: '0' });
  });
});
