import fc from 'fast-check';
import { METHODS } from './amortise.ts';
import { previewSchedule } from './build-schedule.ts';
import { formatDate, parseDate } from './dates.ts';
import { DAY_COUNTS } from './day-count.ts';
import type { SchedulePreviewRequest } from './schemas.ts';

const USD = (amount: string) => ({ amount, currency: 'USD' });

const hundred: SchedulePreviewRequest = {
  principal: USD('10000'),
  annualRate: '0.094822',
  dayCount: '30/360',
  frequency: { every: 1, unit: 'month' },
  instalments: 6,
  disbursementDate: '2024-01-01',
  firstDueDate: '2024-02-01',
  method: 'annuity',
};

const rowsOf = (request: SchedulePreviewRequest) =>
  previewSchedule(request).instalments.map(({ dueDate, principal, interest, total, balance }) =>
    [dueDate, principal.amount, interest.amount, total.amount, balance.amount].join(' '),
  );

const refusalOf = (request: SchedulePreviewRequest) => {
  try {
    previewSchedule(request);
    return undefined;
  } catch (error) {
    const { code, params } = error as { code: string; params: object };
    return { code, params };
  }
};

// Apache Fineract, ProgressiveEMICalculatorTest: emi, interest, principal and balance of each period.
describe('published schedules', () => {
  test.each<[string, Partial<SchedulePreviewRequest>, string[]]>([
    [
      'disbursedAmt100_dayInYears360_daysInMonth30_repayEvery1Month',
      {},
      [
        '2024-02-01 1634 79 1713 8366',
        '2024-03-01 1647 66 1713 6719',
        '2024-04-01 1660 53 1713 5059',
        '2024-05-01 1673 40 1713 3386',
        '2024-06-01 1686 27 1713 1700',
        '2024-07-01 1700 13 1713 0',
      ],
    ],
    [
      'emiAdjustment_newCalculatedEmiNotBetterThanOriginal',
      { annualRate: '0.15678', dayCount: 'ACT/365F' },
      [
        '2024-02-01 1610 133 1743 8390',
        '2024-03-01 1638 105 1743 6752',
        '2024-04-01 1653 90 1743 5099',
        '2024-05-01 1677 66 1743 3422',
        '2024-06-01 1697 46 1743 1725',
        '2024-07-01 1725 22 1747 0',
      ],
    ],
    [
      'disbursedAmt100_dayInYearsActual_daysInMonthActual_repayEvery1Month',
      { dayCount: 'ACT/ACT', disbursementDate: '2023-12-12', firstDueDate: '2024-01-12' },
      [
        '2024-01-12 1633 80 1713 8367',
        '2024-02-12 1646 67 1713 6721',
        '2024-03-12 1663 50 1713 5058',
        '2024-04-12 1672 41 1713 3386',
        '2024-05-12 1687 26 1713 1699',
        '2024-06-12 1699 14 1713 0',
      ],
    ],
    [
      'disbursedAmt100_dayInYears364_daysInMonthActual_repayEvery1Week',
      { dayCount: 'ACT/364', frequency: { every: 1, unit: 'week' }, firstDueDate: '2024-01-08' },
      [
        '2024-01-08 1659 18 1677 8341',
        '2024-01-15 1662 15 1677 6679',
        '2024-01-22 1665 12 1677 5014',
        '2024-01-29 1668 9 1677 3346',
        '2024-02-05 1671 6 1677 1675',
        '2024-02-12 1675 3 1678 0',
      ],
    ],
    [
      'disbursedAmt100_dayInYears364_daysInMonthActual_repayEvery2Week',
      { dayCount: 'ACT/364', frequency: { every: 2, unit: 'week' }, firstDueDate: '2024-01-15', instalments: 3 },
      // The exact level is 33.5767...; Fineract then tries one cent less, we round once and stop.
      ['2024-01-15 3322 36 3358 6678', '2024-01-29 3334 24 3358 3344', '2024-02-12 3344 12 3356 0'],
    ],
    [
      'disbursedAmt100_dayInYears360_daysInMonthDoesntMatter_repayEvery15Days',
      { dayCount: 'ACT/360', frequency: { every: 15, unit: 'day' }, firstDueDate: '2024-01-16' },
      [
        '2024-01-16 1650 40 1690 8350',
        '2024-01-31 1657 33 1690 6693',
        '2024-02-15 1664 26 1690 5029',
        '2024-03-01 1670 20 1690 3359',
        '2024-03-16 1677 13 1690 1682',
        '2024-03-31 1682 7 1689 0',
      ],
    ],
    [
      'disbursedAmt1000_NoInterest_repayEvery1Month',
      { principal: USD('100000'), annualRate: '0', dayCount: 'ACT/ACT', instalments: 4 },
      [
        '2024-02-01 25000 0 25000 75000',
        '2024-03-01 25000 0 25000 50000',
        '2024-04-01 25000 0 25000 25000',
        '2024-05-01 25000 0 25000 0',
      ],
    ],
  ])('%s', (_source, change, rows) => {
    expect(rowsOf({ ...hundred, ...change })).toEqual(rows);
  });

  // The same source, changeInterestRate from the second period on: what is left is an annuity at the new rate.
  test('reschedule_interest_on0201_4per', () => {
    const rest = { ...hundred, principal: USD('8357'), annualRate: '0.04', instalments: 5 };
    expect(rowsOf({ ...rest, disbursementDate: '2024-02-01', firstDueDate: '2024-03-01' })).toEqual([
      '2024-03-01 1660 28 1688 6697',
      '2024-04-01 1666 22 1688 5031',
      '2024-05-01 1671 17 1688 3360',
      '2024-06-01 1677 11 1688 1683',
      '2024-07-01 1683 6 1689 0',
    ]);
  });
});

describe('methods', () => {
  const year = { ...hundred, principal: USD('100000'), annualRate: '0.12', instalments: 3 };

  test.each<[string, Partial<SchedulePreviewRequest>, string[]]>([
    [
      'equalPrincipal floors each part and gives the last the rest',
      { method: 'equalPrincipal' },
      ['2024-02-01 33333 1000 34333 66667', '2024-03-01 33333 667 34000 33334', '2024-04-01 33334 333 33667 0'],
    ],
    [
      'equalPrincipal after grace spreads over what is left',
      { method: 'equalPrincipal', graceInstalments: 1 },
      ['2024-02-01 0 1000 1000 100000', '2024-03-01 50000 1000 51000 50000', '2024-04-01 50000 500 50500 0'],
    ],
    [
      'interestOnly repays at the end',
      { method: 'interestOnly' },
      ['2024-02-01 0 1000 1000 100000', '2024-03-01 0 1000 1000 100000', '2024-04-01 100000 1000 101000 0'],
    ],
    [
      // (100000 * 1.01^3 - 40000) / (1 + 1.01 + 1.01^2) = 20401.327..., and 0.01 * 79598.51 at the end.
      'balloon leaves its amount for the last instalment',
      { method: 'balloon', balloon: USD('40000') },
      ['2024-02-01 19801 1000 20801 80199', '2024-03-01 19999 802 20801 60200', '2024-04-01 60200 602 60802 0'],
    ],
    [
      'grace pays interest only, then the rest is an annuity',
      { graceInstalments: 1 },
      ['2024-02-01 0 1000 1000 100000', '2024-03-01 49751 1000 50751 50249', '2024-04-01 50249 502 50751 0'],
    ],
  ])('%s', (_rule, change, rows) => {
    expect(rowsOf({ ...year, ...change })).toEqual(rows);
  });

  test('a balloon of all the principal is interest only, one of nothing an annuity', () => {
    expect(rowsOf({ ...year, method: 'balloon', balloon: USD('100000') })).toEqual(
      rowsOf({ ...year, method: 'interestOnly' }),
    );
    expect(rowsOf({ ...year, method: 'balloon', balloon: USD('0') })).toEqual(rowsOf(year));
  });

  test('a first period whose interest is more than the instalment repays nothing, and the balance does not grow', () => {
    const late = { ...year, firstDueDate: '2034-01-01' };
    expect(rowsOf(late)).toEqual([
      '2034-01-01 0 120000 120000 100000',
      '2034-02-01 49751 1000 50751 50249',
      '2034-03-01 50249 502 50751 0',
    ]);
  });

  test('interest counts to a due date as moved by the calendar', () => {
    const weekends = { ...year, dayCount: 'ACT/360', instalments: 2, disbursementDate: '2024-05-01' } as const;
    const moved = rowsOf({ ...weekends, firstDueDate: '2024-06-01', calendar: { weekend: ['saturday', 'sunday'] } });
    // 33 days to Monday 3 June, 28 more to 1 July.
    expect(moved.map((row) => row.split(' ')[0])).toEqual(['2024-06-03', '2024-07-01']);
    expect(moved[0]?.split(' ')[2]).toBe('1100');
  });

  test('due dates keep the end of a month, and move against the calendar, only where the terms say so', () => {
    const datesOf = (change: Partial<SchedulePreviewRequest>) =>
      rowsOf({ ...year, disbursementDate: '2024-02-01', ...change }).map((row) => row.split(' ')[0]);
    const february = { firstDueDate: '2024-02-29' };
    expect(datesOf(february)).toEqual(['2024-02-29', '2024-03-29', '2024-04-29']);
    expect(datesOf({ ...february, endOfMonth: true })).toEqual(['2024-02-29', '2024-03-31', '2024-04-30']);
    const calendar = { weekend: ['saturday' as const, 'sunday' as const] };
    const june = { firstDueDate: '2024-06-01', instalments: 1, calendar };
    expect(datesOf(june)).toEqual(['2024-06-03']);
    expect(datesOf({ ...june, rollConvention: 'preceding' })).toEqual(['2024-05-31']);
  });

  test('30E/360-ISDA takes the last due date as maturity', () => {
    const ends = { ...year, dayCount: '30E/360-ISDA', instalments: 2, disbursementDate: '2023-12-31' } as const;
    const rows = rowsOf({ ...ends, firstDueDate: '2024-01-31', endOfMonth: true });
    // 30 days, then 29 to the 29th of February: 29/360 of 12 % of 502.57 is 4.858.
    expect(rows).toEqual(['2024-01-31 49743 1000 50743 50257', '2024-02-29 50257 486 50743 0']);
  });
});

describe('fees and cost', () => {
  test('fees stand apart and count in the effective rate', () => {
    const plain = previewSchedule(hundred);
    const dear = previewSchedule({
      ...hundred,
      disbursementFee: { rate: '0.01' },
      instalmentFee: { amount: USD('5') },
    });

    expect(plain.instalments[0]).not.toHaveProperty('fee');
    expect(dear.instalments[0]).toMatchObject({ fee: USD('5'), interest: USD('79'), total: USD('1718') });
    expect(plain.totals).toEqual({
      principal: USD('10000'),
      interest: USD('278'),
      fees: USD('0'),
      paidOut: USD('10000'),
    });
    expect(dear.totals).toMatchObject({ fees: USD('130'), paidOut: USD('9900') });
    expect(plain.effectiveAnnualRate).toBe('0.099198');
    expect(Number(dear.effectiveAnnualRate)).toBeGreaterThan(0.13);
  });
});

describe('refusals', () => {
  test.each<[Partial<SchedulePreviewRequest>, string, object]>([
    [{ principal: USD('0') }, 'CORE_AMOUNT_NOT_POSITIVE', {}],
    [{ principal: { amount: '1', currency: 'XAU' } }, 'CORE_CURRENCY_UNKNOWN', { currency: 'XAU' }],
    [{ method: 'balloon' }, 'LENDING_BALLOON_MISSING', {}],
    [{ balloon: USD('1') }, 'LENDING_BALLOON_NOT_APPLICABLE', { method: 'annuity' }],
    [
      { method: 'balloon', balloon: USD('10001') },
      'LENDING_BALLOON_EXCEEDS_PRINCIPAL',
      { balloon: '10001', principal: '10000' },
    ],
    [
      { method: 'balloon', balloon: { amount: '1', currency: 'EUR' } },
      'CORE_CURRENCY_MISMATCH',
      { currency: 'EUR', other: 'USD' },
    ],
    [{ graceInstalments: 6 }, 'LENDING_GRACE_TOO_LONG', { graceInstalments: 6, instalments: 6 }],
    [{ disbursementDate: '2023-02-29' }, 'LENDING_DATE_INVALID', { date: '2023-02-29' }],
    [
      { firstDueDate: '2024-01-01' },
      'LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT',
      { firstDueDate: '2024-01-01', disbursementDate: '2024-01-01' },
    ],
    [{ disbursementFee: { rate: '1' } }, 'LENDING_FEE_EXCEEDS_PRINCIPAL', { fee: '10000', principal: '10000' }],
    [
      { instalmentFee: { amount: { amount: '1', currency: 'EUR' } } },
      'CORE_CURRENCY_MISMATCH',
      { currency: 'EUR', other: 'USD' },
    ],
  ])('%j is %s', (change, code, params) => {
    expect(refusalOf({ ...hundred, ...change })).toEqual({ code, params });
  });
});

describe('every schedule', () => {
  const requests = fc
    .record({
      amount: fc.bigInt({ min: 1n, max: 10n ** 12n }),
      annualRate: fc.nat(400_000).map((millionths) => `0.${String(millionths).padStart(6, '0')}`),
      dayCount: fc.constantFrom(...DAY_COUNTS),
      every: fc.integer({ min: 1, max: 6 }),
      unit: fc.constantFrom('day', 'week', 'month'),
      instalments: fc.integer({ min: 1, max: 60 }),
      disbursement: fc.integer({ min: parseDate('2020-01-01'), max: parseDate('2030-12-31') }),
      first: fc.integer({ min: 1, max: 200 }),
      method: fc.constantFrom(...METHODS),
      grace: fc.nat(3),
      endOfMonth: fc.boolean(),
    })
    .map(({ amount, every, unit, disbursement, first, grace, ...rest }): SchedulePreviewRequest => {
      const balloon = rest.method === 'balloon' ? { balloon: USD((amount / 3n).toString()) } : {};
      return {
        ...rest,
        ...balloon,
        principal: USD(amount.toString()),
        frequency: { every, unit: unit as 'day' },
        disbursementDate: formatDate(disbursement),
        firstDueDate: formatDate(disbursement + first),
        graceInstalments: Math.min(grace, rest.instalments - 1),
      };
    });

  test('repays the principal exactly, never grows its balance and has ascending due dates', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { instalments } = previewSchedule(request);
        let balance = BigInt(request.principal.amount);
        let before = request.disbursementDate;
        for (const each of instalments) {
          const [principal, interest] = [BigInt(each.principal.amount), BigInt(each.interest.amount)];
          expect(principal >= 0n && interest >= 0n).toBe(true);
          expect(BigInt(each.total.amount)).toBe(principal + interest);
          balance -= principal;
          expect(BigInt(each.balance.amount)).toBe(balance);
          expect(each.dueDate > before).toBe(true);
          before = each.dueDate;
        }
        expect(balance).toBe(0n);
        expect(instalments.length).toBe(request.instalments);
      }),
      { numRuns: 300 },
    );
  });

  test('of an annuity is level to within rounding, but for the last instalment', () => {
    // Years of a high rate compound the half unit of rounding into many: keep to what is lent to small firms.
    const level = requests
      .filter(({ principal, annualRate }) => BigInt(principal.amount) > 100_000n && Number(annualRate) < 0.3)
      .map((request) => ({ ...request, frequency: { ...request.frequency, every: 1 } }));
    fc.assert(
      fc.property(level, (request) => {
        const annuity = { ...request, method: 'annuity' as const, balloon: undefined, graceInstalments: 0 };
        const { balloon: _none, ...plain } = annuity;
        const { instalments } = previewSchedule(plain);
        const repaying = instalments.slice(0, -1).filter(({ principal }) => principal.amount !== '0');
        const totals = repaying.map(({ total }) => BigInt(total.amount));
        expect(new Set(totals).size).toBeLessThanOrEqual(1);
        // Rounding leaves at most half a unit for each instalment and each interest, compounded.
        const last = BigInt(instalments.at(-1)?.total.amount ?? 0);
        if (repaying.length === instalments.length - 1 && totals[0] !== undefined) {
          expect(last - totals[0] < 100n && totals[0] - last < 100n).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
