import { refusalOf } from '../core/memory-ledger.ts';
import { CNY, World } from '../testing/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const request = (more: object = {}) => ({ operationId: 'o1', bank: 'cedar', amount: CNY(500), ...more });
const issue = (more: object = {}) => world.accept('centralbank', 'settlement:issue', request(more));
const withdraw = (more: object = {}) => world.accept('centralbank', 'settlement:withdraw', request(more));
const refuse = (verb: string, more: object = {}) => world.refuse('centralbank', `settlement:${verb}`, request(more));

describe('issue', () => {
  test('raises the balance of a bank, once for an id', async () => {
    expect(await issue()).toEqual({ bank: 'cedar', currency: 'CNY', balance: '500' });
    const again = await world.send('centralbank', 'settlement:issue', request());
    expect(again.outcome.outcome).toBe('replayed');
    expect((await refuse('issue', { amount: CNY(501) })).code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
    expect(await issue({ operationId: 'o2' })).toMatchObject({ balance: '1000' });
  });

  test('belongs to the central bank', async () => {
    const elsewhere = await world.refuse('cedar', 'settlement:issue', request());
    expect(elsewhere.code).toBe('CORE_OPERATION_UNKNOWN');
    const customer = await world.as('customer').refuse('centralbank', 'settlement:issue', request());
    expect(customer.code).toBe('CORE_CALLER_NOT_ALLOWED');
  });
});

describe('withdraw', () => {
  test('lowers the balance of a bank', async () => {
    await issue();
    expect(await withdraw({ operationId: 'o2', amount: CNY(500) })).toMatchObject({ balance: '0' });
  });

  test('refuses more than there is', async () => {
    await issue();
    expect(await refuse('withdraw', { operationId: 'o2', amount: CNY(501) })).toEqual({
      code: 'SETTLEMENT_INSUFFICIENT_BALANCE',
      params: { bank: 'cedar', currency: 'CNY', balance: '500', required: '501' },
      writes: 0,
    });
  });

  test('refuses what backs the customers of the bank', async () => {
    await issue();
    await world.open('cedar-ann');
    const deposit = { depositId: 'd1', accountId: 'cedar-ann', amount: CNY(400) };
    await world.accept('cedar', 'accounts:deposit', deposit);
    expect(await refuse('withdraw', { operationId: 'o2', amount: CNY(101) })).toEqual({
      code: 'SETTLEMENT_BALANCE_BACKS_CUSTOMERS',
      params: { bank: 'cedar', currency: 'CNY', balance: '500', backingNeed: '400', required: '101' },
      writes: 0,
    });
    await withdraw({ operationId: 'o2', amount: CNY(100) });
  });
});

test.each(['issue', 'withdraw'])('%s refuses what is no amount, and who is no bank', async (verb) => {
  expect(await refuse(verb, { amount: { amount: '1', currency: 'XAU' } })).toEqual({
    code: 'CORE_CURRENCY_UNKNOWN',
    params: { currency: 'XAU' },
    writes: 0,
  });
  expect((await refuse(verb, { amount: CNY(0), bank: 'nowhere' })).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
  expect(await refuse(verb, { bank: 'centralbank' })).toEqual({
    code: 'SETTLEMENT_BANK_UNKNOWN',
    params: { bank: 'centralbank' },
    writes: 0,
  });
});

describe('getSettlementAccount', () => {
  test('shows the balances of a bank by currency', async () => {
    await issue();
    await issue({ operationId: 'o2', amount: { amount: '7', currency: 'USD' } });
    const ask = (body: Record<string, string>) =>
      world.ledger.query('centralbank', 'settlement:getSettlementAccount', body);
    const balances = [CNY(500), { amount: '7', currency: 'USD' }];
    expect(await ask({ bank: 'cedar' })).toEqual({ bank: 'cedar', balances });
    expect(await ask({ bank: 'maple' })).toEqual({ bank: 'maple', balances: [] });
    expect(await ask({ bank: 'maple', currency: 'CNY' })).toEqual({ bank: 'maple', balances: [CNY(0)] });
    expect((await refusalOf(ask({ bank: 'nowhere' })))?.code).toBe('SETTLEMENT_BANK_UNKNOWN');
  });
});

describe('setLimit', () => {
  const terms = { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY', limit: '900', settleAtShare: 2500 };
  const refuseTerms = (more: object) => world.refuse('consortium', 'settlement:setLimit', { ...terms, ...more });

  test('sets the terms of a pair, and changes them', async () => {
    expect(await world.accept('consortium', 'settlement:setLimit', terms)).toEqual(terms);
    await world.accept('consortium', 'settlement:setLimit', { ...terms, limit: '0' });
    expect(world.ledger.row('consortium', 'limit/cedar/maple/CNY')).toEqual({ ...terms, limit: '0' });
  });

  test.each([
    ['CORE_CURRENCY_UNKNOWN', { currency: 'XXX', debtorBank: 'nowhere' }, { currency: 'XXX' }],
    ['SETTLEMENT_BANK_UNKNOWN', { debtorBank: 'nowhere' }, { bank: 'nowhere' }],
    ['SETTLEMENT_SAME_BANK', { creditorBank: 'cedar' }, { bank: 'cedar' }],
  ])('refuses with %s', async (code, change, params) => {
    expect(await refuseTerms(change)).toEqual({ code, params, writes: 0 });
  });

  test('refuses a share above the whole as malformed', async () => {
    expect((await refuseTerms({ settleAtShare: 10_001 })).code).toBe('CORE_REQUEST_INVALID');
  });

  test('belongs to the consortium', async () => {
    const refusal = await world.refuse('cedar', 'settlement:setLimit', terms);
    expect(refusal.code).toBe('CORE_OPERATION_UNKNOWN');
  });
});
