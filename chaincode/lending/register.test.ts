import { batchKey } from '../core/batch.ts';
import { lendingWorld, loanWorld, offer, passDays, product, request } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';
import { loanRegisters } from './store.ts';

let world: World;

/** Writes a page of the register as if its loans had been disbursed: thirty thousand are not disbursed one by one. */
const putPage = (page: number, row: object) =>
  world.ledger.put('cedar', loanRegisters.key(String(page)), Buffer.from(JSON.stringify({ page, ...row })));
const dueAfter = (after: number) => world.ledger.query('cedar', 'lending:listPagesToAccrue', { after });
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('pages to accrue', () => {
  beforeEach(async () => {
    world = await lendingWorld();
  });

  test('are none of a bank without loans', async () => {
    expect(await dueAfter(0)).toEqual({ accrualDate: '2026-01-05', pages: [] });
    expect(await world.ledger.query('cedar', 'lending:getRegisterSize', {})).toEqual({ loans: 0, pages: 0 });
  });

  test('are the next hundred that do not stand at the ledger’s day', async () => {
    putPage(0, { count: 29_801, loanIds: [] });
    for (const page of range(1, 150)) putPage(page, { count: 1, loanIds: [`L${page}`] });
    putPage(2, { count: 1, loanIds: ['L2'], accruedTo: '2026-01-05' });
    putPage(3, { count: 1, loanIds: ['L3'], accruedTo: '2026-01-04' });
    putPage(4, { count: 1, loanIds: ['L4'], accruedTo: '2026-01-06' });
    expect(await world.ledger.query('cedar', 'lending:getRegisterSize', {})).toEqual({ loans: 29_801, pages: 150 });
    const first = await dueAfter(0);
    expect(first).toEqual({ accrualDate: '2026-01-05', pages: [1, 3, ...range(5, 100)], next: 100 });
    expect(await dueAfter(100)).toEqual({ accrualDate: '2026-01-05', pages: range(101, 150) });
    expect(await dueAfter(50)).toEqual({ accrualDate: '2026-01-05', pages: range(51, 150) });
    expect((await dueAfter(49)).next).toBe(149);
    expect((await dueAfter(200)).pages).toEqual([]);
  });
});

describe('the register', () => {
  test('begins a page after two hundred loans', async () => {
    world = await lendingWorld();
    putPage(0, { count: 199, loanIds: [] });
    putPage(1, { count: 199, loanIds: range(1, 199).map((number) => `X${number}`) });
    for (const loan of [1, 2]) {
      const requestId = `Q${loan}`;
      await world.accept('cedar', 'lending:requestLoan', { ...request, requestId, amount: CNY(1_000) });
      await world.accept('cedar', 'lending:offerFunding', { ...offer(`O${loan}`, 'cedar-ann', 1_000), requestId });
      await world.accept('cedar', 'lending:disburseLoan', { loanId: `L${loan}`, requestId });
    }
    expect(world.ledger.row('cedar', loanRegisters.key('1'))).toMatchObject({ page: 1, count: 200 });
    expect(world.ledger.row('cedar', loanRegisters.key('1')).loanIds.at(-1)).toBe('L1');
    expect(world.ledger.row('cedar', loanRegisters.key('2'))).toEqual({ page: 2, count: 1, loanIds: ['L2'] });
    expect(await world.ledger.query('cedar', 'lending:getRegisterSize', {})).toEqual({ loans: 201, pages: 2 });
  });
});

describe('accrual', () => {
  /** A loan of 1,000.00 in a currency, from one lender. */
  async function lend(loanId: string, currency: 'CNY' | 'EUR') {
    const amount = { amount: '100000', currency };
    const [productId, borrowerAccount, lender] =
      currency === 'EUR' ? ['EU', 'cedar-inn', 'cedar-eve'] : ['SME', 'cedar-shop', 'cedar-ann'];
    const requestId = `Q-${loanId}`;
    await world.accept('cedar', 'lending:requestLoan', { ...request, requestId, productId, borrowerAccount, amount });
    await world.accept('cedar', 'lending:offerFunding', { ...offer(`O-${loanId}`, lender, 1), requestId, amount });
    await world.accept('cedar', 'lending:disburseLoan', { loanId, requestId });
  }
  const accrue = (accrualDate: string) => world.accept('cedar', 'lending:accrueLoans', { accrualDate, page: 1 });

  beforeEach(async () => {
    world = await lendingWorld();
    await world.accept('consortium', 'lending:setProduct', { ...product, productId: 'EU', currency: 'EUR' });
    await world.open('cedar-eve', { funds: 500_000n, currency: 'EUR' });
    await world.fund('cedar-ann', CNY(500_000));
    await world.open('cedar-inn', { currency: 'EUR' });
  });

  test('of a page sums by currency, in the order of their codes', async () => {
    await lend('L1', 'EUR');
    await lend('L2', 'CNY');
    await lend('L3', 'CNY');
    passDays(world, 40);
    expect(await accrue('2026-01-15')).toEqual({
      accrualDate: '2026-01-15',
      page: 1,
      loans: 3,
      accrued: [
        { currency: 'CNY', amount: '666' },
        { currency: 'EUR', amount: '333' },
      ],
      buckets: [{ bucket: 'current', loans: 3 }],
    });
    // A repayment brings its own loan to its day, and the others follow.
    await world.accept('cedar', 'lending:repayLoan', { repaymentId: 'R1', loanId: 'L2', amount: CNY(17_255) });
    const later = await accrue('2026-02-10');
    expect(later).toMatchObject({ loans: 2, buckets: [{ bucket: '4-30', loans: 2 }] });
    expect(world.ledger.row('cedar', loanRegisters.key('1'))).toMatchObject({ accruedTo: '2026-02-10' });
    // A day that the page is past changes nothing in what is still to accrue.
    await accrue('2026-02-09');
    expect(world.ledger.row('cedar', loanRegisters.key('1'))).toMatchObject({ accruedTo: '2026-02-10' });
  });

  test('of a page sums in the order of the codes, whichever loan was there first', async () => {
    await lend('L1', 'CNY');
    await lend('L2', 'EUR');
    passDays(world, 40);
    const { accrued } = await accrue('2026-01-15');
    expect(accrued.map(({ currency }: { currency: string }) => currency)).toEqual(['CNY', 'EUR']);
  });

  test('to the day of its birth passes over a loan', async () => {
    await lend('L1', 'CNY');
    expect(await accrue('2026-01-05')).toMatchObject({ loans: 0, accrued: [], buckets: [] });
    const { events } = world.ledger.row('cedar', batchKey(world.head('cedar')?.sequence ?? 0)).entries[0];
    expect(events).toEqual([]);
  });
});

describe('a first due date that nobody named', () => {
  test.each([
    [{ every: 2, unit: 'week' }, '2026-01-19'],
    [{ every: 10, unit: 'day' }, '2026-01-15'],
    [{ every: 3, unit: 'month' }, '2026-04-05'],
  ])('is a period after the disbursement: every %j on %s', async (frequency, dueDate) => {
    world = await loanWorld({ frequency });
    const { instalments } = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    expect(instalments[0].dueDate).toBe(dueDate);
  });

  test('comes with the grace of the product', async () => {
    world = await loanWorld({ graceInstalments: 2, leastInstalments: 3 });
    const { instalments } = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    const principals = instalments.map(({ due }: { due: { principal: string } }) => due.principal === '0');
    expect(principals).toEqual([true, true, false, false, false, false]);
  });
});
