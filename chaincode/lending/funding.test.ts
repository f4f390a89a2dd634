import { lendingWorld, loanAccounts, loanWorld, offer, passDays, product, request } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await lendingWorld();
});

const ask = (more: object = {}) => world.as('customer').accept('cedar', 'lending:requestLoan', { ...request, ...more });
const refuseAsk = (more: object) => world.refuse('cedar', 'lending:requestLoan', { ...request, ...more });
const bid = (...terms: Parameters<typeof offer>) =>
  world.as('customer').accept('cedar', 'lending:offerFunding', offer(...terms));
const refuseBid = (...terms: Parameters<typeof offer>) =>
  world.refuse('cedar', 'lending:offerFunding', offer(...terms));
const disburse = { loanId: 'L1', requestId: 'Q1' };

describe('setProduct', () => {
  test('is once for a version', async () => {
    expect((await world.send('consortium', 'lending:setProduct', product)).outcome.outcome).toBe('replayed');
    const changed = await world.refuse('consortium', 'lending:setProduct', { ...product, highestRate: '0.5' });
    expect(changed.code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
    expect(await world.ledger.query('consortium', 'lending:getProduct', { productId: 'SME', version: 1 })).toEqual(
      product,
    );
  });

  test.each([
    ['instalments', { leastInstalments: 37 }],
    ['principal', { leastPrincipal: '100000001' }],
    ['principal', { leastPrincipal: '-1' }],
    ['rate', { lowestRate: '0.25' }],
  ])('refuses bounds of the %s that leave nothing', async (field, change) => {
    const refusal = await world.refuse('consortium', 'lending:setProduct', { ...product, version: 2, ...change });
    expect(refusal).toEqual({ code: 'LENDING_PRODUCT_INVALID', params: { productId: 'SME', field }, writes: 0 });
  });

  test('refuses fewer instalments than it begins with', async () => {
    await world.accept('consortium', 'lending:setProduct', { ...product, version: 2, leastInstalments: 3 });
    expect(await refuseAsk({ productVersion: 2, instalments: 2 })).toEqual({
      code: 'LENDING_INSTALMENTS_OUTSIDE_PRODUCT',
      params: { productId: 'SME', least: 3, most: 36, instalments: 2 },
      writes: 0,
    });
    expect(await ask({ productVersion: 2, instalments: 3 })).toMatchObject({ status: 'OPEN' });
  });

  test('is not for a bank to do', async () => {
    expect((await world.refuse('cedar', 'lending:setProduct', product)).code).toBe('CORE_OPERATION_UNKNOWN');
  });
});

describe('setReferenceRate', () => {
  test('follows its fixing dates', async () => {
    const fixing = { rateId: 'LPR-1Y', fixingDate: '2026-01-20', annualRate: '0.031' };
    await world.accept('consortium', 'lending:setReferenceRate', fixing);
    const again = await world.refuse('consortium', 'lending:setReferenceRate', { ...fixing, fixingDate: '2026-01-19' });
    expect(again).toMatchObject({ code: 'LENDING_FIXING_DATE_PAST', params: { latest: '2026-01-20' }, writes: 0 });
  });
});

describe('requestLoan', () => {
  test('opens a request', async () => {
    expect(await ask()).toEqual({ requestId: 'Q1', status: 'OPEN', offered: '0', offers: 0 });
    const row = await world.ledger.query('cedar', 'lending:getLoanRequest', { requestId: 'Q1' });
    expect(row).toMatchObject({ borrowerAccount: 'cedar-shop', minimumAmount: '100000', offers: [] });
  });

  test.each([
    ['CORE_AMOUNT_NOT_POSITIVE', { amount: CNY(0) }],
    ['LENDING_EXPIRY_PAST', { expiresAt: '2026-01-05T09:00:00Z' }],
    ['LENDING_PRODUCT_NOT_FOUND', { productVersion: 2 }],
    ['CORE_CURRENCY_MISMATCH', { amount: { amount: '100000', currency: 'EUR' } }],
    ['LENDING_AMOUNT_OUTSIDE_PRODUCT', { amount: CNY(999) }],
    ['LENDING_AMOUNT_OUTSIDE_PRODUCT', { amount: CNY(100_000_001) }],
    ['LENDING_INSTALMENTS_OUTSIDE_PRODUCT', { instalments: 37 }],
    ['LENDING_RATE_OUTSIDE_PRODUCT', { highestRate: '0.2401' }],
    ['LENDING_RATE_OUTSIDE_PRODUCT', { highestRate: '0.009' }],
    ['LENDING_MINIMUM_ABOVE_AMOUNT', { minimumAmount: CNY(100_001) }],
    ['LENDING_DATE_INVALID', { firstDueDate: '2026-02-30' }],
    ['LENDING_ACCOUNT_NOT_HERE', { borrowerAccount: 'maple-shop' }],
  ])('refuses with %s', async (code, change) => {
    expect(await refuseAsk(change)).toMatchObject({ code, writes: 0 });
  });

  test('refuses a frozen account', async () => {
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-shop' });
    expect(await refuseAsk({})).toMatchObject({
      code: 'LENDING_ACCOUNT_NOT_OPEN',
      params: { accountStatus: 'FROZEN' },
    });
  });
});

describe('offerFunding', () => {
  test('sets the money aside', async () => {
    await ask();
    expect(await bid('O1', 'cedar-ann', 60_000)).toMatchObject({ requestId: 'Q1', status: 'OPEN', amount: '60000' });
    expect(await world.balances('cedar-ann')).toEqual([100_000n, 40_000n]);
  });

  test('refuses in documented order', async () => {
    expect((await refuseBid('O1', 'cedar-ann', 0)).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
    expect(await refuseBid('O1', 'cedar-ann', 1)).toMatchObject({ code: 'LENDING_REQUEST_NOT_FOUND', writes: 0 });
    await ask();
    expect((await refuseBid('O1', 'cedar-shop', 1, { leastRate: '0.3' })).code).toBe('LENDING_RATE_OUTSIDE_PRODUCT');
    expect((await refuseBid('O1', 'cedar-shop', 1)).code).toBe('LENDING_OWN_REQUEST');
    expect((await refuseBid('O1', 'maple-ann', 1)).code).toBe('LENDING_ACCOUNT_NOT_HERE');
    expect(await refuseBid('O1', 'cedar-ann', 100_001)).toEqual({
      code: 'LENDING_INSUFFICIENT_FUNDS',
      params: { accountId: 'cedar-ann', available: '100000', required: '100001' },
      writes: 0,
    });
    passDays(world, 5);
    expect((await refuseBid('O1', 'cedar-ann', 1)).code).toBe('LENDING_REQUEST_EXPIRED');
    await world.accept('cedar', 'lending:cancelRequest', { requestId: 'Q1' });
    expect(await refuseBid('O1', 'cedar-ann', 1)).toMatchObject({
      code: 'LENDING_REQUEST_NOT_OPEN',
      params: { requestStatus: 'CANCELLED' },
    });
  });

  test.each(['0.0099', '0.2401'])('refuses a least rate of %s, which the product does not bear', async (rate) => {
    await ask({ matching: 'lowestRateFirst' });
    expect(await refuseBid('O1', 'cedar-ann', 100_000, { leastRate: rate })).toEqual({
      code: 'LENDING_RATE_OUTSIDE_PRODUCT',
      params: { productId: 'SME', least: '0.01', most: '0.24', rate },
      writes: 0,
    });
  });

  test.each(['0.01', '0.24'])('takes a least rate of %s, at the bounds of the product', async (rate) => {
    await ask({ highestRate: '0.24', matching: 'lowestRateFirst' });
    await bid('O1', 'cedar-ann', 100_000, { leastRate: rate });
    expect((await world.accept('cedar', 'lending:disburseLoan', disburse)).annualRate).toBe(rate);
  });

  test('takes two hundred offers and no more', async () => {
    await ask();
    for (let count = 0; count < 200; count += 1) await bid(`O${count}`, 'cedar-ann', 1);
    expect(await refuseBid('O200', 'cedar-ann', 1)).toEqual({
      code: 'LENDING_OFFERS_FULL',
      params: { requestId: 'Q1', offers: 200 },
      writes: 0,
    });
  });
});

describe('withdrawOffer', () => {
  test('leaves other offers as they are', async () => {
    await ask();
    await bid('O1', 'cedar-ann', 60_000);
    await bid('O2', 'cedar-ben', 50_000);
    await world.accept('cedar', 'lending:withdrawOffer', { requestId: 'Q1', offerId: 'O2' });
    const { offers } = await world.ledger.query('cedar', 'lending:getLoanRequest', { requestId: 'Q1' });
    expect(offers.map(({ offerId, status }: any) => [offerId, status])).toEqual([
      ['O1', 'OPEN'],
      ['O2', 'WITHDRAWN'],
    ]);
    expect(await world.balances('cedar-ann')).toEqual([100_000n, 40_000n]);
  });

  test('frees the money once', async () => {
    await ask();
    await bid('O1', 'cedar-ann', 60_000);
    const reference = { requestId: 'Q1', offerId: 'O1' };
    expect(await world.accept('cedar', 'lending:withdrawOffer', reference)).toMatchObject({ status: 'WITHDRAWN' });
    expect(await world.balances('cedar-ann')).toEqual([100_000n, 100_000n]);
    expect((await world.send('cedar', 'lending:withdrawOffer', reference)).outcome.outcome).toBe('replayed');
    const other = await world.refuse('cedar', 'lending:withdrawOffer', { requestId: 'Q1', offerId: 'O2' });
    expect(other).toMatchObject({ code: 'LENDING_OFFER_NOT_FOUND', writes: 0 });
    const funding = await world.refuse('cedar', 'lending:disburseLoan', disburse);
    expect(funding).toMatchObject({ code: 'LENDING_FUNDING_TOO_LOW', params: { offered: '0', minimum: '100000' } });
  });
});

describe('expiry', () => {
  test('releases every offer, once the request is past', async () => {
    await ask();
    await bid('O1', 'cedar-ann', 60_000);
    const expire = () => world.as('system').accept('cedar', 'lending:expireRequests', { requestIds: ['Q1', 'Q9'] });
    const expired = () => world.ledger.query('cedar', 'lending:listExpiredRequests', {});
    expect([await expire(), await expired()]).toEqual([{ expired: [] }, { expired: [] }]);
    passDays(world, 5);
    expect(await expired()).toEqual({ expired: ['Q1'] });
    expect(await expire()).toEqual({ expired: ['Q1'] });
    expect([await expire(), await expired()]).toEqual([{ expired: [] }, { expired: [] }]);
    expect(await world.balances('cedar-ann')).toEqual([100_000n, 100_000n]);
    const row = await world.ledger.query('cedar', 'lending:getLoanRequest', { requestId: 'Q1' });
    expect(row).toMatchObject({ status: 'EXPIRED', offers: [{ status: 'RELEASED', taken: '0' }] });
    const late = await world.refuse('cedar', 'lending:withdrawOffer', { requestId: 'Q1', offerId: 'O1' });
    expect(late.code).toBe('LENDING_REQUEST_NOT_OPEN');
  });
});

describe('disburseLoan', () => {
  test('pays the borrower from all lenders and gives birth to the loan in one batch', async () => {
    world = await loanWorld();
    expect(await world.balances('cedar-shop')).toEqual([100_000n, 100_000n]);
    expect(await world.balances('cedar-ann')).toEqual([50_000n, 50_000n]);
    expect(await world.balances('cedar-cat')).toEqual([80_000n, 80_000n]);
    expect(loanAccounts(world)).toEqual({ principal: 100_000n, funding: -100_000n });
    const loan = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    expect(loan).toMatchObject({
      status: 'ACTIVE',
      annualRate: '0.12',
      principal: CNY(100_000),
      disbursementDate: '2026-01-05',
      shares: [
        { lenderAccount: 'cedar-ann', principal: '50000' },
        { lenderAccount: 'cedar-ben', principal: '30000' },
        { lenderAccount: 'cedar-cat', principal: '20000' },
      ],
    });
    expect(loan.instalments.map(({ due }: any) => BigInt(due.principal) + BigInt(due.interest))).toEqual([
      ...Array(5).fill(17_255n),
      17_253n,
    ]);
  });

  test('takes the cheapest first, at the rate of the dearest taken, and releases the rest', async () => {
    await ask({ matching: 'lowestRateFirst' });
    await bid('O1', 'cedar-ann', 70_000, { leastRate: '0.11' });
    await bid('O2', 'cedar-ben', 80_000, { leastRate: '0.09' });
    await bid('O3', 'cedar-cat', 90_000, { leastRate: '0.13' });
    expect(await world.accept('cedar', 'lending:disburseLoan', disburse)).toMatchObject({
      annualRate: '0.11',
      shares: [
        { lenderAccount: 'cedar-ann', principal: '20000' },
        { lenderAccount: 'cedar-ben', principal: '80000' },
      ],
    });
    for (const [account, left] of [
      ['cedar-ann', 80_000n],
      ['cedar-ben', 20_000n],
      ['cedar-cat', 100_000n],
    ] as const) {
      expect(await world.balances(account)).toEqual([left, left]);
    }
    const row = await world.ledger.query('cedar', 'lending:getLoanRequest', { requestId: 'Q1' });
    expect(row.offers.map(({ status, taken }: any) => [status, taken])).toEqual([
      ['TAKEN', '20000'],
      ['TAKEN', '80000'],
      ['RELEASED', '0'],
    ]);
  });

  test('funds a part where the request allows it, and gives one share to a lender of two offers', async () => {
    await ask({ minimumAmount: CNY(50_000) });
    await bid('O1', 'cedar-ann', 30_000);
    await bid('O2', 'cedar-ann', 30_000);
    expect(await world.accept('cedar', 'lending:disburseLoan', disburse)).toMatchObject({
      principal: CNY(60_000),
      shares: [{ lenderAccount: 'cedar-ann', principal: '60000' }],
    });
  });

  test('refuses with everything as it was', async () => {
    await ask();
    await bid('O1', 'cedar-ann', 60_000);
    await bid('O2', 'cedar-ben', 39_999);
    const low = await world.refuse('cedar', 'lending:disburseLoan', disburse);
    const params = { requestId: 'Q1', offered: '99999', minimum: '100000' };
    expect(low).toEqual({ code: 'LENDING_FUNDING_TOO_LOW', params, writes: 0 });
    await bid('O3', 'cedar-cat', 10_000);
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-cat' });
    expect((await world.refuse('cedar', 'lending:disburseLoan', disburse)).code).toBe('LENDING_ACCOUNT_NOT_OPEN');
    expect(await world.balances('cedar-ann')).toEqual([100_000n, 40_000n]);
    expect(await world.balances('cedar-shop')).toEqual([0n, 0n]);
  });

  test('counts only offers that the borrower would pay', async () => {
    await ask();
    await bid('O1', 'cedar-ann', 60_000, { leastRate: '0.12' });
    await bid('O2', 'cedar-ben', 60_000, { leastRate: '0.121' });
    const low = await world.refuse('cedar', 'lending:disburseLoan', disburse);
    expect(low.params).toEqual({ requestId: 'Q1', offered: '60000', minimum: '100000' });
  });

  test('keeps the last days of months as due dates where the product does', async () => {
    world = await lendingWorld({ endOfMonth: true });
    await ask({ firstDueDate: '2026-02-28', instalments: 3 });
    await bid('O1', 'cedar-ann', 100_000);
    const { dueDates } = await world.accept('cedar', 'lending:disburseLoan', disburse);
    expect(dueDates).toEqual(['2026-02-28', '2026-03-31', '2026-04-30']);
  });

  test('keeps the fee back and books it', async () => {
    world = await loanWorld({ disbursementFee: { rate: '0.01' }, instalmentFee: { amount: CNY(50) } });
    expect(await world.balances('cedar-shop')).toEqual([99_000n, 99_000n]);
    expect(loanAccounts(world).fees).toBe(-1_000n);
  });

  test('of a floating product adds the margin to the reference rate of the day', async () => {
    world = await lendingWorld({ referenceRateId: 'LPR-1Y' });
    await ask({ highestRate: '0.02' });
    await bid('O1', 'cedar-ann', 100_000, { leastRate: '0.01' });
    const refusal = await world.refuse('cedar', 'lending:disburseLoan', disburse);
    expect(refusal).toMatchObject({ code: 'LENDING_REFERENCE_RATE_NOT_FOUND', params: { rateId: 'LPR-1Y' } });
    const fixing = { rateId: 'LPR-1Y', fixingDate: '2026-01-02', annualRate: '0.0305' };
    await world.accept('consortium', 'lending:setReferenceRate', fixing);
    expect((await world.accept('cedar', 'lending:disburseLoan', disburse)).annualRate).toBe('0.0505');
  });

  test('of a balloon product leaves its part for the end', async () => {
    world = await loanWorld({ method: 'balloon', balloonShare: '0.4' });
    const { instalments } = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    expect(Number(instalments.at(-1).due.principal)).toBeGreaterThan(40_000);
  });

  test('refuses a first due date that has passed', async () => {
    await ask({ firstDueDate: '2026-01-05' });
    await bid('O1', 'cedar-ann', 100_000);
    const refusal = await world.refuse('cedar', 'lending:disburseLoan', disburse);
    expect(refusal.code).toBe('LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT');
  });
});
