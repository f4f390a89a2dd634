import { createHash } from 'node:crypto';
import { loanAccounts, loanWorld, passDays } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  // Disbursed on 5 January 2026: 172.55 on the 5th of six months.
  world = await loanWorld();
});

const repay = (repaymentId: string, amount: number, more: object = {}) =>
  world
    .as('customer')
    .accept('cedar', 'lending:repayLoan', { repaymentId, loanId: 'L1', amount: CNY(amount), ...more });
const refuseRepay = (amount: number, more: object = {}) =>
  world.refuse('cedar', 'lending:repayLoan', { repaymentId: 'X', loanId: 'L1', amount: CNY(amount), ...more });
const loan = (more: object = {}) => world.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1', ...more });
const accrue = (accrualDate: string, page = 1) =>
  world.as('system').accept('cedar', 'lending:accrueLoans', { accrualDate, page });
const operate = (operation: string, request: object) => world.accept('cedar', `lending:${operation}`, request);

/** The claims stand as the loan does, and its lenders hold all of it. */
async function expectSound() {
  const { balance, shares, payoff, isNonAccrual, status } = await loan();
  const held = shares.reduce((sum: bigint, share: any) => sum + BigInt(share.principal), 0n);
  expect(held).toBe(BigInt(balance.amount));
  const accounts = loanAccounts(world);
  const isWrittenOff = status === 'WRITTEN_OFF';
  expect(accounts.principal).toBe(isWrittenOff ? 0n : BigInt(balance.amount));
  expect(accounts['written-off'] ?? 0n).toBe(isWrittenOff ? BigInt(balance.amount) : 0n);
  expect(accounts.funding).toBe(-BigInt(balance.amount));
  const earned = isNonAccrual ? 0n : BigInt(payoff.interest) + BigInt(payoff.penalty);
  expect(accounts['interest-receivable'] ?? 0n).toBe(earned);
  expect(accounts['interest-due'] ?? 0n).toBe(-earned);
}

describe('repayLoan', () => {
  test('pays the lenders by their shares, to the last unit', async () => {
    passDays(world, 31);
    const repaid = await repay('R1', 17_255);
    expect(repaid).toEqual({
      repaymentId: 'R1',
      loanId: 'L1',
      status: 'ACTIVE',
      amount: CNY(17_255),
      valueDate: '2026-02-05',
      allocation: { penalty: '0', fee: '0', interest: '1000', principal: '16255' },
      lenders: [
        { lenderAccount: 'cedar-ann', amount: '8628' },
        { lenderAccount: 'cedar-ben', amount: '5176' },
        { lenderAccount: 'cedar-cat', amount: '3451' },
      ],
      corrections: [],
      balance: CNY(83_745),
    });
    expect(await world.balances('cedar-ann')).toEqual([58_628n, 58_628n]);
    expect(await world.balances('cedar-shop')).toEqual([82_745n, 82_745n]);
    await expectSound();
  });

  test('closes a loan that is paid in advance, and takes no more', async () => {
    passDays(world, 15);
    const { payoff } = await loan();
    expect(payoff).toEqual({ penalty: '0', fee: '0', interest: '500', principal: '100000' });
    await world.fund('cedar-shop', CNY(5_000));
    expect(await refuseRepay(100_501)).toEqual({
      code: 'LENDING_LOAN_OVERPAID',
      params: { loanId: 'L1', payoff: '100500', amount: '100501' },
      writes: 0,
    });
    expect(await repay('R1', 100_500)).toMatchObject({ status: 'CLOSED', balance: CNY(0) });
    await expectSound();
    expect(await refuseRepay(1)).toMatchObject({ code: 'LENDING_LOAN_CLOSED', writes: 0 });
    passDays(world, 200);
    expect(await loan()).toMatchObject({ status: 'CLOSED', daysPastDue: 0 });
  });

  test('that is backdated corrects how later ones were spent', async () => {
    passDays(world, 69);
    await repay('R2', 20_000);
    const before = (await loan()).entries[0];
    // Both instalments were late; with the backdated payment the first was not.
    const backdated = await repay('R1', 17_255, { valueDate: '2026-02-05' });
    expect(backdated.allocation).toEqual({ penalty: '0', fee: '0', interest: '1000', principal: '16255' });
    expect(backdated.corrections).toEqual([
      { repaymentId: 'R2', before: before.allocation, after: (await loan()).entries[1].allocation },
    ]);
    expect((await loan()).entries.map(({ id }: any) => id)).toEqual(['R1', 'R2']);
    await expectSound();

    const inOrder = await loanWorld();
    passDays(inOrder, 31);
    await inOrder.accept('cedar', 'lending:repayLoan', { repaymentId: 'R1', loanId: 'L1', amount: CNY(17_255) });
    passDays(inOrder, 38);
    await inOrder.accept('cedar', 'lending:repayLoan', { repaymentId: 'R2', loanId: 'L1', amount: CNY(20_000) });
    const other = await inOrder.ledger.query('cedar', 'lending:getLoan', { loanId: 'L1' });
    const mine = await loan();
    for (const field of ['balance', 'payoff', 'overdue', 'paid', 'instalments']) {
      expect(mine[field]).toEqual(other[field]);
    }
    // Shares are split once more, so a unit may stand with another lender.
    for (const [index, { principal }] of mine.shares.entries()) {
      expect(Math.abs(Number(principal) - Number(other.shares[index].principal))).toBeLessThanOrEqual(1);
    }
  });

  test('within the grace of the last instalment closes the loan for good', async () => {
    await world.fund('cedar-shop', CNY(5_000));
    for (const [index, days] of [31, 28, 31, 30, 31].entries()) {
      passDays(world, days);
      await repay(`R${index}`, 17_255);
    }
    passDays(world, 30 + 3);
    const { payoff } = await loan();
    expect(payoff).toMatchObject({ penalty: '0', fee: '0' });
    expect(await repay('R5', Number(payoff.interest) + Number(payoff.principal))).toMatchObject({ status: 'CLOSED' });
    passDays(world, 200);
    const nothing = { penalty: '0', fee: '0', interest: '0', principal: '0' };
    expect(await loan()).toMatchObject({ status: 'CLOSED', payoff: nothing, daysPastDue: 0, isNonAccrual: false });
    await expectSound();
  });

  test('that turns out to be within grace takes back the penalty that was accrued', async () => {
    passDays(world, 31 + 10);
    await accrue('2026-02-15');
    expect((await loan()).overdue.penalty).toBe('29');
    await expectSound();
    await repay('R1', 17_255, { valueDate: '2026-02-08' });
    expect(await loan()).toMatchObject({ daysPastDue: 0, bucket: 'current', overdue: { penalty: '0' } });
    await expectSound();
  });

  test('gives the bank its fee alone', async () => {
    world = await loanWorld({ instalmentFee: { amount: CNY(50) } });
    passDays(world, 31);
    const { allocation, lenders } = await repay('R1', 17_305);
    expect(allocation).toMatchObject({ fee: '50', interest: '1000', principal: '16255' });
    expect(lenders.reduce((sum: bigint, { amount }: any) => sum + BigInt(amount), 0n)).toBe(17_255n);
    expect(loanAccounts(world).fees).toBe(-50n);
  });

  test('owes the part of a lender whose account is closed', async () => {
    await world.accept('cedar', 'lending:offerShare', {
      ...{ saleId: 'S1', loanId: 'L1', sellerAccount: 'cedar-cat', principal: CNY(20_000), price: CNY(1) },
      expiresAt: '2026-01-06T00:00:00Z',
    });
    await world.pay(['cedar-cat', 'cedar-ben'], 80_000);
    await world.accept('cedar', 'accounts:closeAccount', { accountId: 'cedar-cat' });
    passDays(world, 31);
    expect((await repay('R1', 17_255)).lenders[2]).toEqual({ lenderAccount: 'cedar-cat', amount: '3451' });
    expect(await world.balances('cedar-cat')).toEqual([0n, 0n]);
    expect(world.ledger.row('cedar', 'suspense/CNY')).toEqual({ currency: 'CNY', credits: '3451', items: 1 });
    await expectSound();
  });

  test('refuses in documented order', async () => {
    expect((await refuseRepay(0)).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
    expect((await refuseRepay(1, { loanId: 'L2' })).code).toBe('LENDING_LOAN_NOT_FOUND');
    expect(await refuseRepay(1, { amount: { amount: '1', currency: 'EUR' }, valueDate: '2026-02-30' })).toMatchObject({
      code: 'CORE_CURRENCY_MISMATCH',
      params: { currency: 'EUR', other: 'CNY' },
    });
    expect((await refuseRepay(1, { valueDate: '2026-02-30' })).code).toBe('LENDING_DATE_INVALID');
    for (const valueDate of ['2026-01-04', '2026-01-06']) {
      expect(await refuseRepay(1, { valueDate })).toEqual({
        code: 'LENDING_VALUE_DATE_OUTSIDE',
        params: { valueDate, earliest: '2026-01-05', today: '2026-01-05' },
        writes: 0,
      });
    }
    expect((await refuseRepay(100_001)).code).toBe('LENDING_INSUFFICIENT_FUNDS');
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-shop' });
    expect((await refuseRepay(1)).code).toBe('LENDING_ACCOUNT_NOT_OPEN');
  });
});

describe('share sale', () => {
  const offered = {
    saleId: 'S1',
    loanId: 'L1',
    sellerAccount: 'cedar-ann',
    principal: CNY(20_000),
    price: CNY(20_100),
  };
  const expiresAt = '2026-01-06T00:00:00Z';
  const offerShare = (more: object = {}) => operate('offerShare', { ...offered, expiresAt, ...more });
  const buy = { purchaseId: 'P1', saleId: 'S1', buyerAccount: 'cedar-ben' };
  const refuseBuy = (more: object = {}) => world.refuse('cedar', 'lending:buyShare', { ...buy, ...more });

  test('moves the share against its price in one commit', async () => {
    await offerShare();
    expect(await operate('buyShare', buy)).toMatchObject({ status: 'SOLD', buyerAccount: 'cedar-ben' });
    expect((await loan()).shares).toEqual([
      { lenderAccount: 'cedar-ann', principal: '30000' },
      { lenderAccount: 'cedar-ben', principal: '50000' },
      { lenderAccount: 'cedar-cat', principal: '20000' },
    ]);
    expect([await world.balances('cedar-ann'), await world.balances('cedar-ben')]).toEqual([
      [70_100n, 70_100n],
      [49_900n, 49_900n],
    ]);
    await expectSound();
    expect(await world.ledger.query('cedar', 'lending:getShareSale', { saleId: 'S1' })).toMatchObject({
      status: 'SOLD',
    });
    expect((await refuseBuy({ buyerAccount: 'cedar-cat' })).code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
  });

  test('refuses more than the seller holds, when offered and when bought', async () => {
    const much = { ...offered, principal: CNY(50_001), expiresAt };
    const refusal = await world.refuse('cedar', 'lending:offerShare', much);
    const params = { accountId: 'cedar-ann', held: '50000', loanId: 'L1', required: '50001' };
    expect(refusal).toEqual({ code: 'LENDING_SHARE_TOO_SMALL', params, writes: 0 });
    await offerShare({ principal: CNY(50_000) });
    await offerShare({ saleId: 'S2', principal: CNY(1), price: CNY(1) });
    await operate('buyShare', { ...buy, purchaseId: 'P2', saleId: 'S2' });
    expect(await refuseBuy()).toMatchObject({ code: 'LENDING_SHARE_TOO_SMALL', params: { held: '49999' }, writes: 0 });
  });

  test('refuses in documented order', async () => {
    expect(await refuseBuy()).toMatchObject({ code: 'LENDING_SALE_NOT_FOUND', writes: 0 });
    await offerShare({ price: CNY(100_001) });
    expect((await refuseBuy({ buyerAccount: 'cedar-ann' })).code).toBe('LENDING_SAME_ACCOUNT');
    expect((await refuseBuy({ buyerAccount: 'maple-zed' })).code).toBe('LENDING_ACCOUNT_NOT_HERE');
    expect((await refuseBuy()).code).toBe('LENDING_INSUFFICIENT_FUNDS');
    passDays(world, 1);
    expect(await refuseBuy()).toMatchObject({ code: 'LENDING_SALE_EXPIRED', params: { expiresAt } });
    await world.fund('cedar-shop', CNY(5_000));
    await offerShare({ saleId: 'S2', expiresAt: '2026-03-01T00:00:00Z' });
    const { payoff } = await loan();
    await repay('R1', Number(payoff.principal) + Number(payoff.interest));
    expect((await refuseBuy({ saleId: 'S2' })).code).toBe('LENDING_LOAN_CLOSED');
    const past = await world.refuse('cedar', 'lending:offerShare', { ...offered, saleId: 'S3', expiresAt });
    expect(past.code).toBe('LENDING_EXPIRY_PAST');
  });

  test('is sold once', async () => {
    await offerShare();
    await operate('buyShare', buy);
    expect((await world.send('cedar', 'lending:buyShare', buy)).outcome.outcome).toBe('replayed');
    const late = await refuseBuy({ purchaseId: 'P2', buyerAccount: 'cedar-cat' });
    expect(late).toEqual({ code: 'LENDING_SALE_NOT_OPEN', params: { saleId: 'S1' }, writes: 0 });
  });
});

describe('accrueLoans', () => {
  test('books what was earned, once for a day, and catches up with days that were missed', async () => {
    passDays(world, 15);
    expect(await accrue('2026-01-10')).toEqual({
      accrualDate: '2026-01-10',
      page: 1,
      loans: 1,
      accrued: [{ currency: 'CNY', amount: '167' }],
      buckets: [{ bucket: 'current', loans: 1 }],
    });
    expect(await accrue('2026-01-10')).toMatchObject({ loans: 0, accrued: [] });
    expect(await accrue('2026-01-09')).toMatchObject({ loans: 0, accrued: [] });
    expect(await accrue('2026-01-20')).toMatchObject({ accrued: [{ currency: 'CNY', amount: '333' }] });
    await expectSound();
  });

  test('ages what is late, and takes income back once it is 90 days', async () => {
    passDays(world, 31 + 89);
    expect((await accrue('2026-02-06')).buckets).toEqual([{ bucket: '1-3', loans: 1 }]);
    expect((await accrue('2026-05-05')).buckets).toEqual([{ bucket: '61-90', loans: 1 }]);
    await expectSound();
    expect(loanAccounts(world)['interest-receivable']).toBeGreaterThan(4_000n);
    passDays(world, 1);
    await accrue('2026-05-06');
    expect(await loan()).toMatchObject({ daysPastDue: 90, bucket: '61-90', isNonAccrual: true });
    expect(loanAccounts(world)['interest-receivable']).toBe(0n);
    await expectSound();
  });

  test('passes over loans that are repaid', async () => {
    await repay('R1', 100_000);
    passDays(world, 3);
    expect(await accrue('2026-01-08')).toMatchObject({ loans: 0 });
  });

  test('refuses a day to come and a page that is not there', async () => {
    const refuse = (accrualDate: string, page: number) =>
      world.refuse('cedar', 'lending:accrueLoans', { accrualDate, page });
    expect(await refuse('2026-01-06', 1)).toMatchObject({ code: 'LENDING_ACCRUAL_DATE_AHEAD', writes: 0 });
    expect(await refuse('2026-01-05', 2)).toEqual({
      code: 'LENDING_ACCRUAL_PAGE_NOT_FOUND',
      params: { page: 2, pages: 1 },
      writes: 0,
    });
    expect(await world.ledger.query('cedar', 'lending:getRegisterSize', {})).toEqual({ loans: 1, pages: 1 });
  });
});

describe('changeLoanRate', () => {
  const fixing = { rateId: 'LPR-1Y', fixingDate: '2026-01-02', annualRate: '0.03' };
  const change = { changeId: 'C1', loanId: 'L1' };

  test('gives a floating loan the reference rate of the day from its next period on', async () => {
    const prepare = (fresh: World) => fresh.accept('consortium', 'lending:setReferenceRate', fixing);
    world = await loanWorld({ referenceRateId: 'LPR-1Y' }, prepare);
    expect(await loan()).toMatchObject({ annualRate: '0.15', margin: '0.12' });
    await world.accept('consortium', 'lending:setReferenceRate', {
      ...fixing,
      fixingDate: '2026-01-20',
      annualRate: '0.02',
    });
    passDays(world, 15);
    expect((await operate('changeLoanRate', change)).annualRate).toBe('0.14');
    const { instalments } = await loan();
    // 15 % of 1,000.00 for a month, then 14 % of what is left.
    expect(instalments[0].due.interest).toBe('1250');
    expect(instalments[1].due.interest).toBe(
      String(Math.round(((100_000 - Number(instalments[0].due.principal)) * 0.14) / 12)),
    );
    await expectSound();
  });

  test('refuses a loan of a fixed rate', async () => {
    const fixed = await world.refuse('cedar', 'lending:changeLoanRate', change);
    expect(fixed).toMatchObject({ code: 'LENDING_RATE_IS_FIXED', writes: 0 });
  });
});

describe('restructureLoan', () => {
  const terms = { restructuringId: 'N1', loanId: 'L1', annualRate: '0.06', frequency: { every: 1, unit: 'month' } };

  test('spreads what is left over new due dates', async () => {
    passDays(world, 69);
    const before = await loan();
    const done = await operate('restructureLoan', { ...terms, instalments: 2, firstDueDate: '2026-04-15' });
    expect(done).toMatchObject({
      dueDates: ['2026-04-15', '2026-05-15'],
      carried: { interest: before.payoff.interest },
    });
    expect(await loan()).toMatchObject({ daysPastDue: 0, payoff: before.payoff, balance: before.balance });
    await expectSound();
    expect((await refuseRepay(1, { valueDate: '2026-03-14' })).code).toBe('LENDING_VALUE_DATE_OUTSIDE');
  });

  test('refuses due dates that have passed', async () => {
    const refusal = await world.refuse('cedar', 'lending:restructureLoan', {
      ...terms,
      instalments: 2,
      firstDueDate: '2026-01-05',
    });
    expect(refusal.code).toBe('LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT');
  });
});

describe('write-off and recovery', () => {
  const recover = { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-shop', amount: CNY(30_000) };

  test('keeps the claim, stops income and pays what comes in to the lenders', async () => {
    const early = await world.refuse('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    expect(early).toEqual({
      code: 'LENDING_NOT_YET_CHARGED_OFF',
      params: { loanId: 'L1', daysPastDue: 0, chargeOffDays: 180 },
      writes: 0,
    });
    expect((await world.refuse('cedar', 'lending:recoverLoan', recover)).code).toBe('LENDING_LOAN_NOT_WRITTEN_OFF');

    passDays(world, 31 + 180);
    const { payoff } = await loan();
    const written = await operate('writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    expect(written.writtenOff).toEqual(payoff);
    await expectSound();
    expect((await refuseRepay(1)).code).toBe('LENDING_LOAN_WRITTEN_OFF');

    passDays(world, 30);
    const recovered = await operate('recoverLoan', recover);
    expect(recovered).toMatchObject({
      balance: CNY(70_000),
      lenders: [{ amount: '15000' }, { amount: '9000' }, { amount: '6000' }],
    });
    expect(await loan()).toMatchObject({ status: 'WRITTEN_OFF', recovered: '30000', payoff: { principal: '70000' } });
    await expectSound();
  });

  test('takes no more than was owed', async () => {
    passDays(world, 31 + 180);
    await operate('writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    await world.fund('cedar-shop', CNY(100_000));
    const { payoff } = await loan();
    const owed = Object.values(payoff as Record<string, string>).reduce((sum, each) => sum + Number(each), 0);
    await operate('recoverLoan', { ...recover, amount: CNY(100_000) });
    const more = await world.refuse('cedar', 'lending:recoverLoan', {
      ...recover,
      recoveryId: 'V2',
      amount: CNY(owed - 99_999),
    });
    const params = { loanId: 'L1', payoff: String(owed - 100_000), amount: String(owed - 99_999) };
    expect(more).toEqual({ code: 'LENDING_LOAN_OVERPAID', params, writes: 0 });
    await expectSound();
    await operate('recoverLoan', { ...recover, recoveryId: 'V3', amount: CNY(owed - 100_000) });
    await expectSound();
    expect(await loan()).toMatchObject({ status: 'WRITTEN_OFF', balance: CNY(0) });
  });
});

describe('securities', () => {
  const security = {
    loanId: 'L1',
    securityId: 'G1',
    kind: 'guarantee',
    documentDigest: createHash('sha256').update('paper').digest('hex'),
    value: CNY(100_000),
    guarantorAccount: 'cedar-ann',
  };

  test('are recorded and released once', async () => {
    await operate('recordSecurity', security);
    expect((await loan()).securities).toMatchObject([{ securityId: 'G1', kind: 'guarantee' }]);
    const again = await world.refuse('cedar', 'lending:recordSecurity', { ...security, value: CNY(1) });
    expect(again.code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
    await operate('recordSecurity', { ...security, securityId: 'G2' });
    expect(await operate('releaseSecurity', { loanId: 'L1', securityId: 'G2' })).toMatchObject({ securityId: 'G2' });
    expect((await loan()).securities[0]).not.toHaveProperty('releasedAt');
    await operate('releaseSecurity', { loanId: 'L1', securityId: 'G1' });
    expect((await loan()).securities[0].releasedAt).toMatch(/^2026-01-05T/);
    const none = await world.refuse('cedar', 'lending:releaseSecurity', { loanId: 'L1', securityId: 'G3' });
    expect(none).toMatchObject({ code: 'LENDING_SECURITY_NOT_FOUND', writes: 0 });
  });
});

describe('getLoan', () => {
  test('tells what will be owed on a day to come', async () => {
    const later = await loan({ asOf: '2026-02-05' });
    expect(later).toMatchObject({ overdue: { interest: '1000', principal: '16255' }, asOf: '2026-02-05' });
    await expect(loan({ asOf: '2026-01-04' })).rejects.toMatchObject({ code: 'LENDING_VALUE_DATE_OUTSIDE' });
  });
});
