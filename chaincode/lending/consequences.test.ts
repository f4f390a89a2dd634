import { batchKey } from '../core/batch.ts';
import { lendingWorld, loanWorld, offer, passDays, product, request } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';

let world: World;

const entryOf = (bank = 'cedar') => world.ledger.row(bank, batchKey(world.head(bank)?.sequence ?? 0)).entries[0];
const eventsOf = (bank = 'cedar') => entryOf(bank).events;
const operate = (operation: string, input: object) => world.accept('cedar', `lending:${operation}`, input);
const refuse = (operation: string, input: object) => world.refuse('cedar', `lending:${operation}`, input);
const leg = (account: string, side: string, amount: number) => ({ account, side, ...CNY(amount) });
/** Legs between the bank's own accounts about loans. */
const own = (debit: string, credit: string, amount: number) => [
  leg(`cedar.loan-${debit}`, 'D', amount),
  leg(`cedar.loan-${credit}`, 'C', amount),
];
const TOLD = { borrowerAccount: 'cedar-shop', requestId: 'Q1' };

describe('governance', () => {
  beforeEach(async () => {
    world = await lendingWorld();
  });

  test('of products and reference rates is told', async () => {
    expect(eventsOf('consortium')).toEqual([
      { type: 'LoanProductSet', data: { productId: 'SME', version: 1, currency: 'CNY' } },
    ]);
    const fixing = { rateId: 'LPR-1Y', fixingDate: '2026-01-20', annualRate: '0.031' };
    await world.accept('consortium', 'lending:setReferenceRate', fixing);
    expect(eventsOf('consortium')).toEqual([{ type: 'ReferenceRateSet', data: fixing }]);
    const again = await world.refuse('consortium', 'lending:setReferenceRate', { ...fixing, annualRate: '0.04' });
    expect(again.code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
  });

  test('of a product takes bounds that are one value', async () => {
    const one = {
      leastInstalments: 6,
      mostInstalments: 6,
      leastPrincipal: '0',
      mostPrincipal: '0',
      lowestRate: '0.24',
    };
    await world.accept('consortium', 'lending:setProduct', { ...product, version: 2, ...one });
    const unknown = await world.refuse('consortium', 'lending:setProduct', { ...product, version: 3, currency: 'XXX' });
    expect(unknown).toMatchObject({ code: 'CORE_CURRENCY_UNKNOWN', params: { currency: 'XXX' } });
  });
});

describe('a request', () => {
  beforeEach(async () => {
    world = await lendingWorld();
  });

  test('is told, and its end too', async () => {
    await operate('requestLoan', request);
    const { amount, highestRate, expiresAt } = request;
    expect(eventsOf()).toEqual([{ type: 'LoanRequested', data: { ...TOLD, amount, highestRate, expiresAt } }]);
    await operate('offerFunding', offer('O1', 'cedar-ann', 60_000));
    const offered = { requestId: 'Q1', offerId: 'O1', lenderAccount: 'cedar-ann' };
    expect(eventsOf()).toEqual([
      { type: 'FundingOffered', data: { ...offered, amount: CNY(60_000), leastRate: '0.10' } },
    ]);
    await operate('withdrawOffer', { requestId: 'Q1', offerId: 'O1' });
    expect(eventsOf()).toEqual([{ type: 'OfferWithdrawn', data: offered }]);
    await operate('offerFunding', offer('O2', 'cedar-ben', 1_000));
    const cancelled = await operate('cancelRequest', { requestId: 'Q1' });
    expect(cancelled).toEqual({ requestId: 'Q1', status: 'CANCELLED', offered: '0', offers: 0 });
    expect(eventsOf()).toEqual([{ type: 'LoanRequestCancelled', data: TOLD }]);
    expect(await world.balances('cedar-ben')).toEqual([100_000n, 100_000n]);
    const { offers } = await world.ledger.query('cedar', 'lending:getLoanRequest', { requestId: 'Q1' });
    expect(offers.map(({ status }: { status: string }) => status)).toEqual(['WITHDRAWN', 'RELEASED']);
  });

  test('answers with what is offered', async () => {
    await operate('requestLoan', { ...request, firstDueDate: '2026-02-20' });
    await operate('offerFunding', offer('O1', 'cedar-ann', 60_000));
    await operate('offerFunding', offer('O2', 'cedar-ben', 1_000));
    const row = await world.ledger.query('cedar', 'lending:getLoanRequest', { requestId: 'Q1' });
    const { minimumAmount, status, ...rest } = row;
    expect([minimumAmount, status]).toEqual(['100000', 'OPEN']);
    expect(rest).toMatchObject({ ...request, firstDueDate: '2026-02-20' });
    const tooLow = await refuse('disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    const params = { requestId: 'Q1', offered: '61000', minimum: '100000' };
    expect(tooLow).toEqual({ code: 'LENDING_FUNDING_TOO_LOW', params, writes: 0 });
  });

  test('that expired is told once', async () => {
    await operate('requestLoan', request);
    await operate('requestLoan', { ...request, requestId: 'Q2', expiresAt: '2026-03-01T00:00:00Z' });
    passDays(world, 5);
    await world.as('system').accept('cedar', 'lending:expireRequests', { requestIds: ['Q1', 'Q2'] });
    expect(eventsOf()).toEqual([{ type: 'LoanRequestExpired', data: TOLD }]);
    const late = await refuse('disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    expect(late).toMatchObject({
      code: 'LENDING_REQUEST_NOT_OPEN',
      params: { requestId: 'Q1', requestStatus: 'EXPIRED' },
    });
  });

  test.each([
    ['LENDING_PRODUCT_NOT_FOUND', { productVersion: 2 }, { productId: 'SME', version: 2 }],
    [
      'LENDING_AMOUNT_OUTSIDE_PRODUCT',
      { amount: CNY(999) },
      { productId: 'SME', least: '1000', most: '100000000', amount: '999' },
    ],
    [
      'LENDING_INSTALMENTS_OUTSIDE_PRODUCT',
      { instalments: 37 },
      { productId: 'SME', least: 1, most: 36, instalments: 37 },
    ],
    [
      'LENDING_RATE_OUTSIDE_PRODUCT',
      { highestRate: '0.2401' },
      { productId: 'SME', least: '0.01', most: '0.24', rate: '0.2401' },
    ],
    ['LENDING_MINIMUM_ABOVE_AMOUNT', { minimumAmount: CNY(100_001) }, { minimum: '100001', amount: '100000' }],
    ['LENDING_MINIMUM_BELOW_PRODUCT', { minimumAmount: CNY(999) }, { productId: 'SME', least: '1000', minimum: '999' }],
    ['LENDING_ACCOUNT_NOT_HERE', { borrowerAccount: 'maple-shop' }, { accountId: 'maple-shop', bank: 'cedar' }],
    ['CORE_CURRENCY_MISMATCH', { minimumAmount: { amount: '1', currency: 'EUR' } }, { currency: 'EUR', other: 'CNY' }],
  ])('is refused with %s and names %j', async (code, change, params) => {
    expect(await refuse('requestLoan', { ...request, ...change })).toEqual({ code, params, writes: 0 });
  });

  test.each([
    { amount: CNY(1_000), minimumAmount: CNY(1_000) },
    { minimumAmount: CNY(1_000) },
    { amount: CNY(100_000_000) },
    { instalments: 36 },
    { instalments: 1 },
    { highestRate: '0.24' },
    { highestRate: '0.01' },
  ])('may stand at the bounds of its product: %j', async (change) => {
    expect(await operate('requestLoan', { ...request, ...change })).toMatchObject({ status: 'OPEN' });
  });

  test('names what stands against an offer', async () => {
    const bid = (more: object = {}) => refuse('offerFunding', { ...offer('O1', 'cedar-ann', 1), ...more });
    expect((await bid()).params).toEqual({ requestId: 'Q1' });
    await operate('requestLoan', request);
    expect((await bid({ lenderAccount: 'cedar-shop' })).params).toEqual({ accountId: 'cedar-shop' });
    const euros = await bid({ amount: { amount: '1', currency: 'EUR' } });
    expect(euros).toMatchObject({ code: 'CORE_CURRENCY_MISMATCH', params: { currency: 'EUR', other: 'CNY' } });
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ann' });
    const frozen = { accountId: 'cedar-ann', accountStatus: 'FROZEN' };
    expect(await bid()).toMatchObject({ code: 'LENDING_ACCOUNT_NOT_OPEN', params: frozen });
    const missing = await refuse('withdrawOffer', { requestId: 'Q1', offerId: 'O9' });
    expect(missing.params).toEqual({ requestId: 'Q1', offerId: 'O9' });
    passDays(world, 5);
    const { expiresAt } = request;
    expect((await bid()).params).toEqual({ requestId: 'Q1', expiresAt });
  });
});

describe('a loan', () => {
  const repay = (repaymentId: string, amount: number, more: object = {}) =>
    operate('repayLoan', { repaymentId, loanId: 'L1', amount: CNY(amount), ...more });

  test('is born with its money and told', async () => {
    world = await loanWorld({ disbursementFee: { rate: '0.01' } });
    const { events, postings } = entryOf();
    const told = { loanId: 'L1', ...TOLD, principal: CNY(100_000), annualRate: '0.12' };
    expect(events).toEqual([{ type: 'LoanDisbursed', data: told }]);
    expect(postings).toEqual([
      leg('cedar-ann', 'D', 50_000),
      leg('cedar-ben', 'D', 30_000),
      leg('cedar-cat', 'D', 20_000),
      leg('cedar-shop', 'C', 99_000),
      leg('cedar.loan-fees', 'C', 1_000),
      ...own('principal', 'funding', 100_000),
    ]);
  });

  test('repaid tells how, and books every part', async () => {
    world = await loanWorld({ instalmentFee: { amount: CNY(50) } });
    passDays(world, 31);
    const repaid = await repay('R1', 17_305);
    expect(repaid).toEqual({
      repaymentId: 'R1',
      loanId: 'L1',
      status: 'ACTIVE',
      amount: CNY(17_305),
      valueDate: '2026-02-05',
      allocation: { penalty: '0', fee: '50', interest: '1000', principal: '16255' },
      lenders: [
        { lenderAccount: 'cedar-ann', amount: '8628' },
        { lenderAccount: 'cedar-ben', amount: '5176' },
        { lenderAccount: 'cedar-cat', amount: '3451' },
      ],
      corrections: [],
      balance: CNY(83_745),
    });
    const { events, postings } = entryOf();
    const told = { loanId: 'L1', repaymentId: 'R1', amount: CNY(17_305), balance: CNY(83_745), corrections: 0 };
    expect(events).toEqual([{ type: 'LoanRepaid', data: told }]);
    expect(postings).toEqual([
      leg('cedar-shop', 'D', 17_305),
      leg('cedar-ann', 'C', 8_628),
      leg('cedar-ben', 'C', 5_176),
      leg('cedar-cat', 'C', 3_451),
      leg('cedar.loan-fees', 'C', 50),
      ...own('funding', 'principal', 16_255),
      ...own('interest-receivable', 'interest-due', 1_000),
      ...own('interest-due', 'interest-receivable', 1_000),
    ]);
  });

  test('repaid whole is closed, and closed for everything', async () => {
    world = await loanWorld();
    expect((await repay('R1', 100_000)).status).toBe('CLOSED');
    expect(eventsOf().map(({ type }: { type: string }) => type)).toEqual(['LoanRepaid', 'LoanClosed']);
    expect(eventsOf()[1]).toEqual({ type: 'LoanClosed', data: { loanId: 'L1' } });
    const closed = { code: 'LENDING_LOAN_CLOSED', params: { loanId: 'L1' }, writes: 0 };
    expect(await refuse('repayLoan', { repaymentId: 'R2', loanId: 'L1', amount: CNY(1) })).toEqual(closed);
    expect(await refuse('writeOffLoan', { writeOffId: 'W1', loanId: 'L1' })).toEqual(closed);
    expect(await refuse('changeLoanRate', { changeId: 'C1', loanId: 'L1' })).toEqual(closed);
    const none = { code: 'LENDING_LOAN_NOT_FOUND', params: { loanId: 'L2' }, writes: 0 };
    expect(await refuse('writeOffLoan', { writeOffId: 'W1', loanId: 'L2' })).toEqual(none);
  });

  test('is not repaid beyond what it owes', async () => {
    world = await loanWorld();
    await world.fund('cedar-shop', CNY(10));
    const much = await refuse('repayLoan', { repaymentId: 'R1', loanId: 'L1', amount: CNY(100_001) });
    const params = { loanId: 'L1', payoff: '100000', amount: '100001' };
    expect(much).toEqual({ code: 'LENDING_LOAN_OVERPAID', params, writes: 0 });
  });

  test('accrued is told with its page and count', async () => {
    world = await loanWorld();
    passDays(world, 15);
    await operate('accrueLoans', { accrualDate: '2026-01-20', page: 1 });
    expect(eventsOf()).toEqual([{ type: 'LoansAccrued', data: { accrualDate: '2026-01-20', page: 1, loans: 1 } }]);
    expect(entryOf().postings).toEqual(own('interest-receivable', 'interest-due', 500));
    await operate('accrueLoans', { accrualDate: '2026-01-19', page: 1 });
    expect(eventsOf()).toEqual([]);
    expect(entryOf().postings).toEqual([]);
    const ahead = await refuse('accrueLoans', { accrualDate: '2026-01-21', page: 1 });
    expect(ahead.params).toEqual({ accrualDate: '2026-01-21', today: '2026-01-20' });
  });

  test('of a fixed rate keeps it, one of a floating rate tells its change', async () => {
    world = await loanWorld();
    const change = { changeId: 'C1', loanId: 'L1' };
    expect((await refuse('changeLoanRate', change)).params).toEqual({ loanId: 'L1' });
    const fixing = { rateId: 'LPR-1Y', fixingDate: '2026-01-02', annualRate: '0.03' };
    world = await loanWorld({ referenceRateId: 'LPR-1Y' }, (fresh) =>
      fresh.accept('consortium', 'lending:setReferenceRate', fixing),
    );
    expect(await operate('changeLoanRate', change)).toEqual({ ...change, annualRate: '0.15' });
    expect(eventsOf()).toEqual([{ type: 'LoanRateChanged', data: { loanId: 'L1', annualRate: '0.15' } }]);
    expect(entryOf().postings).toEqual([]);
  });

  test('restructured tells its new plan', async () => {
    world = await loanWorld();
    passDays(world, 10);
    const terms = { annualRate: '0.06', frequency: { every: 1, unit: 'month' }, instalments: 2 };
    const done = await operate('restructureLoan', {
      restructuringId: 'N1',
      loanId: 'L1',
      firstDueDate: '2026-02-28',
      ...terms,
    });
    const dueDates = ['2026-02-28', '2026-03-28'];
    const carried = { penalty: '0', fee: '0', interest: '333', principal: '0' };
    expect(done).toEqual({ restructuringId: 'N1', loanId: 'L1', dueDates, carried });
    expect(eventsOf()).toEqual([{ type: 'LoanRestructured', data: { loanId: 'L1', annualRate: '0.06', dueDates } }]);
  });

  test('restructured keeps the end of a month and the calendar of its product', async () => {
    const terms = { restructuringId: 'N1', loanId: 'L1', annualRate: '0.06', frequency: { every: 1, unit: 'month' } };
    world = await loanWorld({ endOfMonth: true });
    const ends = await operate('restructureLoan', { ...terms, instalments: 2, firstDueDate: '2026-02-28' });
    expect(ends.dueDates).toEqual(['2026-02-28', '2026-03-31']);
  });

  test('written off and recovered tells both', async () => {
    world = await loanWorld();
    passDays(world, 31 + 180);
    const { payoff } = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    await operate('writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    expect(eventsOf()).toEqual([{ type: 'LoanWrittenOff', data: { loanId: 'L1', writtenOff: payoff } }]);
    // Nothing was accrued, so no income is taken back.
    expect(entryOf().postings).toEqual(own('written-off', 'principal', 100_000));
    const off = { code: 'LENDING_LOAN_WRITTEN_OFF', params: { loanId: 'L1' }, writes: 0 };
    expect(await refuse('writeOffLoan', { writeOffId: 'W2', loanId: 'L1' })).toEqual(off);

    const recover = { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-ann', amount: CNY(10) };
    const recovered = await operate('recoverLoan', recover);
    expect(recovered).toEqual({
      recoveryId: 'V1',
      loanId: 'L1',
      amount: CNY(10),
      balance: CNY(99_990),
      lenders: [
        { lenderAccount: 'cedar-ann', amount: '5' },
        { lenderAccount: 'cedar-ben', amount: '3' },
        { lenderAccount: 'cedar-cat', amount: '2' },
      ],
    });
    const told = { loanId: 'L1', recoveryId: 'V1', amount: CNY(10), balance: CNY(99_990) };
    expect(eventsOf()).toEqual([{ type: 'LoanRecovered', data: told }]);
    expect(entryOf().postings).toEqual([
      leg('cedar-ann', 'D', 10),
      leg('cedar-ann', 'C', 5),
      leg('cedar-ben', 'C', 3),
      leg('cedar-cat', 'C', 2),
      ...own('funding', 'written-off', 10),
    ]);
    const euros = { ...recover, recoveryId: 'V2', amount: { amount: '1', currency: 'EUR' } };
    await world.open('cedar-eve', { funds: 10n, currency: 'EUR' });
    const mismatch = { code: 'CORE_CURRENCY_MISMATCH', params: { currency: 'EUR', other: 'CNY' }, writes: 0 };
    expect(await refuse('recoverLoan', { ...euros, debtorAccount: 'cedar-eve' })).toEqual(mismatch);
    const poor = { ...recover, recoveryId: 'V2', amount: CNY(99_999_999) };
    expect((await refuse('recoverLoan', poor)).code).toBe('LENDING_INSUFFICIENT_FUNDS');
  });

  test('is not recovered while it runs', async () => {
    world = await loanWorld();
    const recover = { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-ann', amount: CNY(10) };
    const params = { loanId: 'L1' };
    expect(await refuse('recoverLoan', recover)).toEqual({ code: 'LENDING_LOAN_NOT_WRITTEN_OFF', params, writes: 0 });
    expect((await refuse('recoverLoan', { ...recover, amount: CNY(0) })).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
  });

  test('secured tells what secures it, and when that ends', async () => {
    world = await loanWorld();
    const kept = { securityId: 'G1', kind: 'guarantee', documentDigest: 'ab'.repeat(32), value: CNY(9) };
    const security = { loanId: 'L1', ...kept, guarantorAccount: 'cedar-ann' };
    const recorded = await operate('recordSecurity', security);
    expect(recorded).toEqual({ ...security, recordedAt: expect.stringMatching(/^2026-01-05T/) });
    const told = { loanId: 'L1', securityId: 'G1', kind: 'guarantee', value: CNY(9) };
    expect(eventsOf()).toEqual([{ type: 'SecurityRecorded', data: told }]);
    await operate('recordSecurity', { ...security, securityId: 'G2' });
    const released = await operate('releaseSecurity', { loanId: 'L1', securityId: 'G1' });
    expect(released).toMatchObject({ ...security, releasedAt: expect.any(String) });
    expect(eventsOf()).toEqual([{ type: 'SecurityReleased', data: { loanId: 'L1', securityId: 'G1' } }]);
    const { securities } = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    expect(securities.map((each: { releasedAt?: string }) => each.releasedAt !== undefined)).toEqual([true, false]);
    const params = { loanId: 'L1', securityId: 'G3' };
    const missing = await refuse('releaseSecurity', params);
    expect(missing).toEqual({ code: 'LENDING_SECURITY_NOT_FOUND', params, writes: 0 });
    expect((await refuse('recordSecurity', { ...security, securityId: 'G4', value: CNY(0) })).code).toBe(
      'CORE_AMOUNT_NOT_POSITIVE',
    );
  });
});

describe('a sale of a share', () => {
  const sale = {
    saleId: 'S1',
    loanId: 'L1',
    sellerAccount: 'cedar-ann',
    principal: CNY(20_000),
    price: CNY(20_100),
    expiresAt: '2026-01-06T00:00:00Z',
  };
  const buy = { purchaseId: 'P1', saleId: 'S1', buyerAccount: 'cedar-ben' };

  beforeEach(async () => {
    world = await loanWorld();
  });

  test('is told when offered and when bought', async () => {
    const row = { ...sale, principal: '20000' };
    expect(await operate('offerShare', sale)).toEqual({ ...row, status: 'OFFERED' });
    const { expiresAt: _, ...told } = sale;
    expect(eventsOf()).toEqual([{ type: 'ShareOffered', data: told }]);
    expect(await operate('buyShare', buy)).toEqual({ ...row, buyerAccount: 'cedar-ben', status: 'SOLD' });
    const { events, postings } = entryOf();
    expect(events).toEqual([{ type: 'ShareSold', data: { ...told, principal: '20000', buyerAccount: 'cedar-ben' } }]);
    expect(postings).toEqual([leg('cedar-ben', 'D', 20_100), leg('cedar-ann', 'C', 20_100)]);
  });

  test('names what stands against it', async () => {
    const sell = (more: object) => refuse('offerShare', { ...sale, ...more });
    expect((await sell({ principal: CNY(0) })).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
    expect((await sell({ price: CNY(0) })).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
    expect((await sell({ price: { amount: '1', currency: 'EUR' } })).code).toBe('CORE_CURRENCY_MISMATCH');
    expect((await sell({ loanId: 'L2' })).params).toEqual({ loanId: 'L2' });
    expect((await sell({ sellerAccount: 'cedar-shop' })).params).toMatchObject({ held: '0' });
    const past = await sell({ expiresAt: '2026-01-05T00:00:00Z' });
    expect(past.params).toMatchObject({
      expiresAt: '2026-01-05T00:00:00Z',
      now: expect.stringMatching(/^2026-01-05T/),
    });
    expect((await refuse('buyShare', buy)).params).toEqual({ saleId: 'S1' });
    await operate('offerShare', sale);
    expect((await refuse('buyShare', { ...buy, buyerAccount: 'cedar-ann' })).params).toEqual({
      accountId: 'cedar-ann',
    });
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ann' });
    const frozen = { accountId: 'cedar-ann', accountStatus: 'FROZEN' };
    expect(await refuse('buyShare', buy)).toMatchObject({ code: 'LENDING_ACCOUNT_NOT_OPEN', params: frozen });
  });

  test('to a new lender gives them a share, and one who sells all has none', async () => {
    await world.open('cedar-dan', { funds: 100_000n });
    await operate('offerShare', { ...sale, principal: CNY(50_000) });
    await operate('buyShare', { ...buy, buyerAccount: 'cedar-dan' });
    const { shares } = await world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    expect(shares).toEqual([
      { lenderAccount: 'cedar-ben', principal: '30000' },
      { lenderAccount: 'cedar-cat', principal: '20000' },
      { lenderAccount: 'cedar-dan', principal: '50000' },
    ]);
  });
});
