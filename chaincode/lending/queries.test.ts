import { refusalOf } from '../core/memory-ledger.ts';
import { lendingWorld, loanWorld, offer, passDays, product, request } from '../testing/lending-world.ts';
import { newSigner } from '../testing/signer.ts';
import { CNY, type World } from '../testing/world.ts';

let world: World;
const query = (name: string, input: object, lane = 'cedar') =>
  world.ledger.query(lane, `lending:${name}`, input as never);
const repay = (repaymentId: string, amount: number, more: object = {}) =>
  world.accept('cedar', 'lending:repayLoan', { repaymentId, loanId: 'L1', amount: CNY(amount), ...more });

describe('what is not there', () => {
  beforeEach(async () => {
    world = await lendingWorld();
  });

  test.each([
    ['getLoan', { loanId: 'L9' }, 'cedar', 'LENDING_LOAN_NOT_FOUND', { loanId: 'L9' }],
    ['getLoanLineage', { loanId: 'L9' }, 'cedar', 'LENDING_LOAN_NOT_FOUND', { loanId: 'L9' }],
    ['getLoanRequest', { requestId: 'Q9' }, 'cedar', 'LENDING_REQUEST_NOT_FOUND', { requestId: 'Q9' }],
    ['getShareSale', { saleId: 'S9' }, 'cedar', 'LENDING_SALE_NOT_FOUND', { saleId: 'S9' }],
    [
      'getProduct',
      { productId: 'SME', version: 9 },
      'consortium',
      'LENDING_PRODUCT_NOT_FOUND',
      { productId: 'SME', version: 9 },
    ],
  ])('%s refuses by its name', async (name, input, lane, code, params) => {
    expect(await refusalOf(query(name, input, lane))).toEqual({ code, params });
  });

  test('leaves an empty list of mandates', async () => {
    const none = await query('listMandates', { productId: 'SME', version: 1 });
    expect(none).toEqual({ productId: 'SME', productVersion: 1, mandates: [] });
    const mandate = { mandateId: 'M1', lenderAccount: 'cedar-ann', most: CNY(800), leastRate: '0.11' };
    const given = { ...mandate, productId: 'SME', productVersion: 1 };
    await world.accept('cedar', 'lending:setMandate', given);
    const { mandates } = await query('listMandates', { productId: 'SME', version: 1 });
    expect(mandates).toEqual([{ ...mandate, most: '800', isSigned: false }]);
  });

  test('expired requests are listed a hundred at a time', async () => {
    for (let shop = 0; shop < 6; shop += 1) await world.open(`cedar-shop-${shop}`);
    for (let number = 100; number <= 200; number += 1) {
      const asked = { requestId: `Q${number}`, borrowerAccount: `cedar-shop-${number % 6}` };
      await world.accept('cedar', 'lending:requestLoan', { ...request, ...asked });
    }
    await world.accept('cedar', 'lending:requestLoan', { ...request, expiresAt: '2026-02-10T00:00:00Z' });
    expect(await query('listExpiredRequests', {})).toEqual({ expired: [] });
    passDays(world, 5);
    const { expired } = await query('listExpiredRequests', {});
    expect(expired).toEqual(Array.from({ length: 100 }, (_, index) => `Q${100 + index}`));
  });
});

describe('a loan’s statement', () => {
  test('lists what happened until a day, by the days on which it counts', async () => {
    world = await loanWorld();
    passDays(world, 31);
    await repay('R1', 17_255);
    passDays(world, 10);
    await repay('R2', 5_000);
    await repay('R0', 1_000, { valueDate: '2026-01-20' });
    const { entries } = await query('getLoan', { loanId: 'L1' });
    expect(entries.map(({ id, date }: { id: string; date: string }) => [id, date])).toEqual([
      ['R0', '2026-01-20'],
      ['R1', '2026-02-05'],
      ['R2', '2026-02-15'],
    ]);
    // The principal that was paid early bears no interest from its day on.
    expect(entries[0]).toEqual({
      kind: 'repayment',
      id: 'R0',
      date: '2026-01-20',
      bookedAt: expect.stringMatching(/^2026-02-15T/),
      amount: '1000',
      allocation: { penalty: '0', fee: '0', interest: '500', principal: '500' },
      balance: '99500',
    });
    const earlier = await query('getLoan', { loanId: 'L1', asOf: '2026-02-05' });
    expect(earlier.entries.map(({ id }: { id: string }) => id)).toEqual(['R0', 'R1']);
    expect(earlier).toMatchObject({ asOf: '2026-02-05', productId: 'SME', productVersion: 1, recovered: '0' });
    expect(earlier).not.toHaveProperty('product');
    expect(earlier).not.toHaveProperty('events');
    const before = { loanId: 'L1', asOf: '2026-01-04' };
    expect(await refusalOf(query('getLoan', before))).toEqual({
      code: 'LENDING_VALUE_DATE_OUTSIDE',
      params: { valueDate: '2026-01-04', earliest: '2026-01-05', today: '2026-02-15' },
    });
  });

  test('tells a write-off without an amount', async () => {
    world = await loanWorld();
    passDays(world, 31 + 180);
    await repay('R1', 1_000);
    await world.accept('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    const { entries, status, isNonAccrual, bucket } = await query('getLoan', { loanId: 'L1' });
    expect([status, isNonAccrual, bucket]).toEqual(['WRITTEN_OFF', true, '151-180']);
    expect(entries[0]).toHaveProperty('allocation');
    expect(Object.keys(entries[1]).sort()).toEqual(['balance', 'bookedAt', 'date', 'id', 'kind']);
    world = await loanWorld();
    passDays(world, 31 + 180);
    await world.accept('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    expect((await query('getLoan', { loanId: 'L1' })).entries).toMatchObject([{ kind: 'writeOff', balance: '100000' }]);
  });

  test('leads back to what the loan rests on', async () => {
    world = await loanWorld();
    const lineage = await query('getLoanLineage', { loanId: 'L1' });
    const transaction = expect.stringMatching(/^.{8,}$/);
    expect(lineage).toEqual({ loanId: 'L1', requestId: 'Q1', disbursedBy: transaction, requestedBy: transaction });
    expect(lineage.disbursedBy).not.toBe(lineage.requestedBy);
  });
});

describe('corrections', () => {
  test('name the repayments that are spent in another way, and no other', async () => {
    world = await loanWorld();
    passDays(world, 31);
    await repay('R1', 17_255);
    passDays(world, 28);
    await repay('R2', 17_255);
    passDays(world, 1);
    const { corrections } = await repay('R0', 5_000, { valueDate: '2026-02-20' });
    expect(corrections.map(({ repaymentId }: { repaymentId: string }) => repaymentId)).toEqual(['R2']);
    // 50.00 that came half a month earlier bore no interest since.
    expect(corrections[0].before).toMatchObject({ interest: '837', principal: '16418' });
    expect(BigInt(corrections[0].after.interest)).toBeLessThan(837n);
  });
});

describe('a request that was funded', () => {
  test('names its loan, and waits for open accounts of those who take part', async () => {
    world = await lendingWorld();
    await world.accept('cedar', 'lending:requestLoan', { ...request, matching: 'lowestRateFirst' });
    await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ann', 100_000));
    await world.accept('cedar', 'lending:offerFunding', offer('O2', 'cedar-ben', 100_000, { leastRate: '0.11' }));
    const disburse = { loanId: 'L1', requestId: 'Q1' };
    const freeze = (accountId: string) => world.accept('cedar', 'accounts:freezeAccount', { accountId });
    const thaw = (accountId: string) => world.accept('cedar', 'accounts:unfreezeAccount', { accountId });
    for (const accountId of ['cedar-shop', 'cedar-ann']) {
      await freeze(accountId);
      const refusal = await world.refuse('cedar', 'lending:disburseLoan', disburse);
      const params = { accountId, accountStatus: 'FROZEN' };
      expect(refusal).toEqual({ code: 'LENDING_ACCOUNT_NOT_OPEN', params, writes: 0 });
      await thaw(accountId);
    }
    // Nothing is taken of the dearer offer, so its lender may be frozen; the money is free all the same.
    await freeze('cedar-ben');
    await world.accept('cedar', 'lending:disburseLoan', disburse);
    const row = await query('getLoanRequest', { requestId: 'Q1' });
    expect(row).toMatchObject({ status: 'FUNDED', loanId: 'L1' });
    expect(row.offers.map(({ status }: { status: string }) => status)).toEqual(['TAKEN', 'RELEASED']);
    expect(await world.balances('cedar-ben')).toEqual([100_000n, 100_000n]);
  });

  test('passes over offers that were withdrawn', async () => {
    world = await lendingWorld();
    await world.accept('cedar', 'lending:requestLoan', request);
    await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ann', 100_000));
    await world.accept('cedar', 'lending:withdrawOffer', { requestId: 'Q1', offerId: 'O1' });
    await world.accept('cedar', 'lending:offerFunding', offer('O2', 'cedar-ben', 100_000));
    const { shares } = await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    expect(shares).toEqual([{ lenderAccount: 'cedar-ben', principal: '100000' }]);
    const { offers } = await query('getLoanRequest', { requestId: 'Q1' });
    expect(offers.map(({ status }: { status: string }) => status)).toEqual(['WITHDRAWN', 'TAKEN']);
  });
});

describe('a recovery from an account with keys', () => {
  test('is signed by its holder', async () => {
    world = await loanWorld({ chargeOffDays: 1 });
    passDays(world, 40);
    await world.accept('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    const signer = newSigner('Ed25519');
    const keys = { changeId: 'k1', accountId: 'cedar-ann', keys: [signer.key] };
    await world.accept('cedar', 'accounts:setSigningKeys', keys);
    const recover = { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-ann', amount: CNY(10) };
    const refused = async (more: object) =>
      (await world.refuse('cedar', 'lending:recoverLoan', { ...recover, ...more })).code;
    expect(await refused({})).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const lines = ['recoveryId=V1', 'loanId=L1', 'debtorAccount=cedar-ann', 'amount=10', 'currency=CNY'];
    const signature = signer.sign(['operation=lending:recoverLoan', ...lines]);
    expect(await refused({ amount: CNY(11), signature })).toBe('ACCOUNTS_SIGNATURE_INVALID');
    await world.accept('cedar', 'lending:recoverLoan', { ...recover, signature });
  });
});

test('a product is what was set', async () => {
  world = await lendingWorld();
  expect(await query('getProduct', { productId: 'SME', version: 1 }, 'consortium')).toEqual(product);
});
