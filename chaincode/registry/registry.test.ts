import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const admit = (bank: string) => world.accept('consortium', 'registry:admitBank', { bank });
const listed = async () => (await world.ledger.query('consortium', 'registry:listBanks', {})).banks;
const pay = (debtorAccount: string, creditorAccount: string) => ({
  paymentId: `${debtorAccount}-pays`,
  debtorAccount,
  creditorAccount,
  amount: CNY(40),
});

describe('admitBank', () => {
  test('lets a fifth bank be paid, pay and settle with the same chaincode', async () => {
    await world.open('cedar-ann', { funds: 100n });
    await admit('birch');
    await world.open('birch-eve', { funds: 50n });

    await world.accept('cedar', 'payments:sendPayment', pay('cedar-ann', 'birch-eve'));
    await world.deliver('cedar', 'birch');
    await world.accept('birch', 'payments:sendPayment', pay('birch-eve', 'cedar-ann'));
    await world.deliver('birch', 'cedar');
    await world.settle('cedar', 'birch');
    await world.settle('birch', 'cedar');

    expect(await world.balances('birch-eve')).toEqual([50n, 50n]);
    expect(await world.balances('cedar-ann')).toEqual([100n, 100n]);
  });

  test('keeps the founders before it, and changes nothing when it is repeated', async () => {
    await admit('birch');
    await admit('birch');

    expect(await listed()).toEqual(
      ['cedar', 'maple', 'pine', 'willow', 'birch'].map((bank) => ({ bank, status: 'MEMBER' })),
    );
  });

  test.each(['centralbank', 'consortium'])('refuses %s, which is no bank', async (bank) => {
    expect(await world.refuse('consortium', 'registry:admitBank', { bank })).toEqual({
      code: 'REGISTRY_NAME_TAKEN',
      params: { bank },
      writes: 0,
    });
  });

  test('is what tells a bank from a name: nobody is asked for accounts of another one', async () => {
    await world.open('cedar-ann', { funds: 100n });

    const refusal = await world.refuse('cedar', 'payments:sendPayment', pay('cedar-ann', 'birch-eve'));

    expect(refusal).toMatchObject({ code: 'PAYMENTS_CREDITOR_BANK_UNKNOWN', params: { bank: 'birch' }, writes: 0 });
  });
});

describe('dismissBank', () => {
  test('stops new payments to the bank, and lets it pay what it holds and settle', async () => {
    await world.open('cedar-ann', { funds: 100n });
    await world.open('willow-eve', { funds: 40n });
    await world.accept('consortium', 'registry:dismissBank', { bank: 'willow' });

    const refusal = await world.refuse('cedar', 'payments:sendPayment', pay('cedar-ann', 'willow-eve'));
    await world.accept('willow', 'payments:sendPayment', pay('willow-eve', 'cedar-ann'));
    await world.deliver('willow', 'cedar');
    await world.settle('willow', 'cedar');

    expect(refusal).toEqual({ code: 'PAYMENTS_CREDITOR_BANK_LEAVING', params: { bank: 'willow' }, writes: 0 });
    expect(await world.balances('cedar-ann')).toEqual([140n, 140n]);
  });

  test('refuses a bank that the registry does not have', async () => {
    expect(await world.refuse('consortium', 'registry:dismissBank', { bank: 'birch' })).toEqual({
      code: 'REGISTRY_BANK_UNKNOWN',
      params: { bank: 'birch' },
      writes: 0,
    });
  });
});
