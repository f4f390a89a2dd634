import { product } from '@tangram/chaincode/testing/lending-world.ts';
import { accrueDuePages } from '../services/loan-accrual.ts';
import { endExpiredRequests } from '../services/loan-request-expiry.ts';
import { customer, type MemoryApi, openBooks, regulator, startMemoryApi } from '../testing/memory-api.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });
const DAY = 86_400_000;

/** Alice lends, Bob borrows, Carl at cedar lends too; each has an account with 100.00. */
describe('a loan through REST', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'centralbank']);
    await openBooks(api, ['cedar']);
    await post('/v1/accounts', { accountId: 'cedar-carl', name: 'carl', currency: 'CNY', customerId: 'C-carl' });
    await post('/v1/accounts/cedar-carl/deposits', { depositId: 'D-carl', amount: CNY('10000') });
  });
  afterAll(() => api.stop());

  const post = (path: string, body: unknown = {}, as = {}) => api.call({ method: 'POST', path, body, as });
  const get = (path: string, as = {}) => api.call({ path, as });
  const [alice, bob, carl] = ['alice', 'bob', 'carl'].map((name) => customer(`C-${name}`)) as [object, object, object];
  const soon = () => new Date(api.gateways.fabric.milliseconds + 3_600_000).toISOString();
  const ask = (requestId: string) => ({
    ...{ requestId, borrowerAccount: 'cedar-bob', productId: 'SME', productVersion: 1, amount: CNY('10000') },
    ...{ highestRate: '0.12', instalments: 6, matching: 'lowestRateFirst', expiresAt: soon() },
  });

  test('begins with a product of the consortium, set at the central bank', async () => {
    const set = { method: 'POST', path: '/v1/loan-products', body: product } as const;
    expect(await api.call({ ...set, bank: 'centralbank' })).toMatchObject({ status: 201, body: { productId: 'SME' } });
    expect(await api.call(set)).toMatchObject({ status: 404, body: { code: 'API_NOT_AT_THIS_GATEWAY' } });
    expect((await get('/v1/loan-products/SME/versions/1')).body).toEqual(product);
    expect(await get('/v1/loan-products/SME/versions/2')).toMatchObject({
      status: 404,
      body: { code: 'LENDING_PRODUCT_NOT_FOUND' },
    });
  });

  test('is asked for by its borrower and funded by several lenders', async () => {
    expect(await post('/v1/loan-requests', ask('Q1'), alice)).toMatchObject({ status: 403 });
    expect(await post('/v1/loan-requests', ask('Q1'), bob)).toMatchObject({ status: 201, body: { status: 'OPEN' } });
    const offers = '/v1/loan-requests/Q1/offers';
    const offer = (offerId: string, lenderAccount: string, amount: string, leastRate: string) => ({
      ...{ offerId, lenderAccount, amount: CNY(amount), leastRate },
    });
    expect(await post(offers, offer('O1', 'cedar-alice', '7000', '0.10'), carl)).toMatchObject({ status: 403 });
    expect(await post(offers, offer('O1', 'cedar-alice', '7000', '0.10'), alice)).toMatchObject({ status: 201 });
    expect(await post(offers, offer('O2', 'cedar-carl', '6000', '0.08'), carl)).toMatchObject({ status: 201 });
    expect((await get('/v1/accounts/cedar-alice', alice)).body).toMatchObject({ booked: '10000', available: '3000' });

    expect((await get('/v1/loan-requests/Q1', bob)).body.offers).toHaveLength(2);
    expect((await get('/v1/loan-requests/Q1', alice)).body.offers).toMatchObject([{ offerId: 'O1' }]);
    const foreign = await post('/v1/loan-requests/Q1/offers/O2/withdraw', {}, alice);
    expect(foreign).toMatchObject({ status: 404, body: { code: 'LENDING_OFFER_NOT_FOUND' } });
  });

  test('is disbursed in one commit, and told to those whom it concerns', async () => {
    const disbursed = await post('/v1/loan-requests/Q1/disburse', { loanId: 'L1' }, bob);
    expect(disbursed).toMatchObject({
      status: 201,
      body: {
        loanId: 'L1',
        annualRate: '0.10',
        paidOut: CNY('10000'),
        shares: [{ principal: '4000' }, { principal: '6000' }],
      },
    });
    expect((await get('/v1/accounts/cedar-bob', bob)).body.booked).toBe('20000');
    for (const as of [bob, alice, carl, {}, regulator]) {
      expect((await get('/v1/loans/L1', as)).body).toMatchObject({ status: 'ACTIVE', balance: CNY('10000') });
    }
    expect((await get('/v1/loans/L1', bob)).body.shares).toHaveLength(2);
    expect((await get('/v1/loans/L1', alice)).body.shares).toEqual([
      { lenderAccount: 'cedar-alice', principal: '4000' },
    ]);
    expect(await get('/v1/loans/L1', customer('C-nobody'))).toMatchObject({ status: 404 });
    expect((await get('/v1/loans/L1?asOf=2024-01-01', bob)).body.code).toBe('LENDING_VALUE_DATE_OUTSIDE');
  });

  test('is told as events to the customers whom it names', async () => {
    const events = await api.gateways.of('cedar').readModel.listEvents(undefined, 1_000);
    const accountsOf = (wanted: string) => events.filter(({ type }) => type === wanted).map(({ accounts }) => accounts);
    expect(accountsOf('LoanRequested')).toEqual([['cedar-bob']]);
    expect(accountsOf('FundingOffered')).toEqual([['cedar-alice'], ['cedar-carl']]);
    expect(accountsOf('LoanDisbursed')).toEqual([['cedar-bob']]);
  });

  test('is repaid to the lenders, once for an id, and dated back by staff only', async () => {
    const body = { repaymentId: 'R1', amount: CNY('3000') };
    const repaid = await post('/v1/loans/L1/repayments', body, bob);
    expect(repaid).toMatchObject({
      status: 201,
      body: { balance: CNY('7000'), lenders: [{ amount: '1200' }, { amount: '1800' }], corrections: [] },
    });
    expect((await post('/v1/loans/L1/repayments', body, bob)).headers['idempotent-replayed']).toBe('true');
    api.gateways.fabric.milliseconds += DAY;
    const valueDate = repaid.body.valueDate;
    const dated = { repaymentId: 'R2', amount: CNY('500'), valueDate };
    expect(await post('/v1/loans/L1/repayments', dated, bob)).toMatchObject({ status: 403 });
    expect(await post('/v1/loans/L1/repayments', dated)).toMatchObject({ status: 201, body: { valueDate } });
    expect((await get('/v1/loans/L1', bob)).body.entries).toMatchObject([{ id: 'R1' }, { id: 'R2' }]);
  });

  test('changes hands by shares, against payment', async () => {
    const sale = {
      ...{ saleId: 'S1', sellerAccount: 'cedar-alice', principal: CNY('1000'), price: CNY('1010') },
      expiresAt: soon(),
    };
    expect(await post('/v1/loans/L1/share-sales', sale, carl)).toMatchObject({ status: 403 });
    expect(await post('/v1/loans/L1/share-sales', sale, alice)).toMatchObject({ status: 201 });
    const purchase = { purchaseId: 'P1', buyerAccount: 'cedar-carl' };
    expect(await post('/v1/share-sales/S1/purchases', purchase, carl)).toMatchObject({ body: { status: 'SOLD' } });
    expect((await get('/v1/share-sales/S1', bob)).body).toMatchObject({ buyerAccount: 'cedar-carl' });
  });

  test('is accrued, secured and restructured by staff', async () => {
    const { asOf } = (await get('/v1/loans/L1')).body;
    expect(await post('/v1/loan-accruals', { accrualDate: asOf, page: 1 }, bob)).toMatchObject({ status: 403 });
    expect(await post('/v1/loan-accruals', { accrualDate: asOf, page: 1 })).toMatchObject({ status: 200 });
    const security = { securityId: 'G1', kind: 'guarantee', documentDigest: 'a'.repeat(64), value: CNY('5000') };
    expect(await post('/v1/loans/L1/securities', security)).toMatchObject({ status: 201 });
    expect(await post('/v1/loans/L1/security-releases', { securityId: 'G1' })).toMatchObject({ status: 201 });
    expect(await post('/v1/loans/L1/write-offs', { writeOffId: 'W1' })).toMatchObject({
      status: 422,
      body: { code: 'LENDING_NOT_YET_CHARGED_OFF' },
    });
    const change = await post('/v1/loans/L1/rate-changes', { changeId: 'C1' });
    expect(change.body.code).toBe('LENDING_RATE_IS_FIXED');
    const recovery = { recoveryId: 'V1', debtorAccount: 'cedar-bob', amount: CNY('1') };
    expect((await post('/v1/loans/L1/recoveries', recovery, bob)).body.code).toBe('LENDING_LOAN_NOT_WRITTEN_OFF');
    const firstDueDate = new Date(Date.parse(asOf) + 40 * DAY).toISOString().slice(0, 10);
    const terms = { restructuringId: 'N1', annualRate: '0.09', frequency: { every: 1, unit: 'month' }, instalments: 3 };
    const restructured = await post('/v1/loans/L1/restructurings', { ...terms, firstDueDate });
    expect(restructured).toMatchObject({ status: 201, body: { loanId: 'L1' } });
  });

  test('that nobody funds gives everybody their money back', async () => {
    await post('/v1/loan-requests', ask('Q2'), bob);
    const offer = { offerId: 'O9', lenderAccount: 'cedar-carl', amount: CNY('100'), leastRate: '0.01' };
    await post('/v1/loan-requests/Q2/offers', offer, carl);
    const before = (await get('/v1/accounts/cedar-carl', carl)).body.available;
    api.gateways.fabric.milliseconds += DAY;
    const { operations, queries } = api.gateways.of('cedar');
    await endExpiredRequests({ operations, queries, onProblem: (message) => expect(message).toBeUndefined() });
    expect((await get('/v1/loan-requests/Q2', bob)).body).toMatchObject({ status: 'EXPIRED' });
    const after = (await get('/v1/accounts/cedar-carl', carl)).body.available;
    expect(BigInt(after) - BigInt(before)).toBe(100n);
    expect(await post('/v1/loan-requests/Q2/cancel', {}, bob)).toMatchObject({ status: 422 });
  });

  test('is listed page by page to those whom it concerns', async () => {
    const ids = async (path: string, as = {}) => (await get(path, as)).body.items.map((item: any) => item.loanId);
    for (const as of [bob, alice, carl, {}, regulator]) expect(await ids('/v1/loans', as)).toEqual(['L1']);
    expect(await ids('/v1/loans', customer('C-nobody'))).toEqual([]);
    expect(await ids('/v1/loans?status=CLOSED')).toEqual([]);
    expect(await ids('/v1/loans?accountId=cedar-carl&bucket=current', carl)).toEqual(['L1']);
    expect(await get('/v1/loans?accountId=cedar-carl', bob)).toMatchObject({ status: 403 });
    const [item] = (await get('/v1/loans')).body.items;
    const { balance, principal, annualRate } = (await get('/v1/loans/L1')).body;
    expect(item).toMatchObject({ status: 'ACTIVE', balance, principal, annualRate, bucket: 'current', lenders: 2 });

    const asked = async (path: string, as = {}) => (await get(path, as)).body.items.map((each: any) => each.requestId);
    await post('/v1/loan-requests', ask('Q3'), bob);
    expect(await asked('/v1/loan-requests', bob)).toEqual(['Q3', 'Q2', 'Q1']);
    expect(await asked('/v1/loan-requests?status=EXPIRED')).toEqual(['Q2']);
    expect(await asked('/v1/loan-requests', alice)).toEqual(['Q3']);
    expect(await asked('/v1/loan-requests?borrowerAccount=cedar-alice')).toEqual([]);
    const first = (await get('/v1/loan-requests?limit=2')).body;
    expect(first.items).toHaveLength(2);
    expect(await asked(`/v1/loan-requests?limit=2&cursor=${first.nextCursor}`)).toEqual(['Q1']);
    const foreign = await get(`/v1/loans?cursor=${first.nextCursor}`);
    expect(foreign).toMatchObject({ status: 400, body: { code: 'API_CURSOR_INVALID' } });
  });

  test('follows the calendar of the consortium', async () => {
    const body = { calendarId: 'CN', version: 1, weekend: ['saturday', 'sunday'], holidays: ['2026-02-17'] };
    const set = { method: 'POST', path: '/v1/loan-calendars', bank: 'centralbank' } as const;
    expect(await api.call({ ...set, body })).toMatchObject({ status: 201, body });
    expect((await get('/v1/loan-calendars/CN')).body).toEqual(body);
    expect(await get('/v1/loan-calendars/US')).toMatchObject({
      status: 404,
      body: { code: 'LENDING_CALENDAR_NOT_FOUND' },
    });
  });

  test('is offered under a mandate, which its lender gives and ends', async () => {
    const named = { productId: 'SME', productVersion: 1 };
    const mandate = { mandateId: 'M1', lenderAccount: 'cedar-alice', ...named, most: CNY('500'), leastRate: '0.05' };
    expect(await post('/v1/loan-mandates', mandate, carl)).toMatchObject({ status: 403 });
    expect(await post('/v1/loan-mandates', mandate, alice)).toMatchObject({ status: 201, body: { isSigned: false } });
    const listed = async (as = {}) => (await get('/v1/loan-products/SME/versions/1/mandates', as)).body.mandates;
    expect([(await listed()).length, (await listed(alice)).length, (await listed(carl)).length]).toEqual([1, 1, 0]);
    expect(await post('/v1/loan-mandates/M1/end', named, carl)).toMatchObject({ status: 403 });
    expect(await post('/v1/loan-mandates/M1/end', named, alice)).toMatchObject({ status: 200 });
    const again = await post('/v1/loan-mandates/M9/end', named, alice);
    expect(again).toMatchObject({ status: 404, body: { code: 'LENDING_MANDATE_NOT_FOUND' } });
    expect(await listed()).toEqual([]);
  });

  test('is accrued by the gateway every day, once, whichever gateway does it', async () => {
    api.gateways.fabric.milliseconds += DAY;
    const { operations, queries } = api.gateways.of('cedar');
    const { signal } = new AbortController();
    const submitted: number[] = [];
    const counted: typeof operations = {
      ...operations,
      submit: (list) => {
        submitted.push(list.length);
        return operations.submit(list);
      },
    };
    const today = new Date(api.gateways.fabric.milliseconds).toISOString().slice(0, 10);
    const two = [counted, counted].map((each) => accrueDuePages({ operations: each, queries, signal }));
    expect(await Promise.all(two)).toEqual([today, today]);
    expect(submitted).toEqual([1, 1]);
    expect((await get('/v1/loans')).body.items[0]).toMatchObject({ accrualDate: today });
    // Both asked, and the ledger booked it once; a third finds nothing left.
    expect(await accrueDuePages({ operations: counted, queries, signal })).toBe(today);
    expect(submitted).toEqual([1, 1]);
  });

  test('fixes reference rates at the central bank', async () => {
    const body = { rateId: 'LPR-1Y', fixingDate: '2026-01-20', annualRate: '0.03' };
    const fixed = await api.call({ bank: 'centralbank', method: 'POST', path: '/v1/reference-rates', body });
    expect(fixed).toMatchObject({ status: 201, body });
  });
});
