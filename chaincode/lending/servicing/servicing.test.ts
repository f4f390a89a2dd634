import fc from 'fast-check';
import { previewSchedule } from '../schedule/build-schedule.ts';
import { formatDate, parseDate } from '../schedule/dates.ts';
import { bucketOf } from './delinquency.ts';
import { allocationsOf, type LoanEvent, type LoanTerms, PREPAYMENT_RULES, WATERFALL_STEPS } from './loan.ts';
import { daysPastDue, overdueOf, payoffOf, totalOf } from './owed.ts';
import { openLoan } from './plan.ts';
import { replay } from './replay.ts';

const day = parseDate;
const dues = ['2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01', '2024-06-01', '2024-07-01'].map(day);

/** 1,000.00 over six months at 12 % 30/360: 172.55 each, the first interest 10.00. */
const terms: LoanTerms = {
  principal: 100_000n,
  annualRate: '0.12',
  dayCount: '30/360',
  method: 'annuity',
  disbursement: day('2024-01-01'),
  dueDates: dues,
  graceInstalments: 0,
  balloon: 0n,
  instalmentFee: 0n,
  penaltyRate: '0.06',
  penaltyGraceDays: 3,
  prepayment: 'lowerInstalment',
  waterfall: WATERFALL_STEPS,
};
const pay = (id: string, date: string, amount: bigint): LoanEvent => ({
  kind: 'repayment',
  id,
  date: day(date),
  amount,
});
const at = (events: LoanEvent[], date: string, change: Partial<LoanTerms> = {}) =>
  replay({ ...terms, ...change }, events, day(date));

describe('a loan', () => {
  test('begins with the plan of its schedule', () => {
    const preview = previewSchedule({
      principal: { amount: '100000', currency: 'CNY' },
      annualRate: '0.12',
      dayCount: '30/360',
      frequency: { every: 1, unit: 'month' },
      instalments: 6,
      disbursementDate: '2024-01-01',
      firstDueDate: '2024-02-01',
      method: 'annuity',
    });
    const { lines, level } = openLoan(terms);
    expect(lines.map(({ principal }) => principal.toString())).toEqual(
      preview.instalments.map(({ principal }) => principal.amount),
    );
    expect(level).toBe(17_255n);
  });

  test('paid on time owes exactly its schedule, and nothing at the end', () => {
    const events = dues.slice(0, 5).map((date, index) => pay(`R${index}`, formatDate(date), 17_255n));
    const last = at(events, '2024-07-01');
    expect(overdueOf(last)).toEqual({ penalty: 0n, fee: 0n, interest: 171n, principal: 17_082n });
    const closed = at([...events, pay('R5', '2024-07-01', 17_253n)], '2024-07-01');
    expect([closed.balance, totalOf(payoffOf(closed)), closed.surplus]).toEqual([0n, 0n, 0n]);
    expect(closed.paid).toEqual({ penalty: 0n, fee: 0n, interest: 3_528n, principal: 100_000n });
  });

  test('accrues day by day what the period’s interest comes to', () => {
    const of = (date: string) => payoffOf(at([], date)).interest;
    expect(of('2024-01-01')).toBe(0n);
    expect(of('2024-01-16')).toBe(500n);
    expect(of('2024-02-01')).toBe(1_000n);
    expect(of('2024-02-02')).toBe(1_033n);
  });

  test('paid too much keeps the surplus apart', () => {
    const all = totalOf(payoffOf(at([], '2024-01-16')));
    const closed = at([pay('R', '2024-01-16', all + 7n)], '2024-07-01');
    expect([closed.balance, closed.surplus, totalOf(payoffOf(closed))]).toEqual([0n, 7n, 0n]);
  });
});

describe('waterfall', () => {
  const late = '2024-03-11';

  test('pays past due before due before in advance, oldest first, penalty before interest before principal', () => {
    const owed = overdueOf(at([], late));
    // Both instalments are late: 6 % on what each owes for 40 and 10 days of 30/360.
    expect(owed.interest).toBe(2_000n);
    expect(owed.principal).toBe(16_255n + 16_418n);
    expect(owed.penalty).toBe(115n + 29n);
    const allocations = allocationsOf(at([pay('R', late, 10_000n)], late));
    // The running period's interest is in advance, so what is left of 100.00 repays principal of the first instalment.
    expect(allocations.get('R')).toEqual({ penalty: 144n, fee: 0n, interest: 2_000n, principal: 7_856n });
  });

  test('is told for each repayment, in the order of their days', () => {
    const allocations = allocationsOf(at([pay('R2', late, 10_000n), pay('R1', '2024-02-01', 5_000n)], late));
    expect([...allocations].map(([id, spent]) => [id, totalOf(spent)])).toEqual([
      ['R1', 5_000n],
      ['R2', 10_000n],
    ]);
  });

  test('follows the product’s order', () => {
    const principalFirst = [...WATERFALL_STEPS].reverse();
    const allocations = allocationsOf(at([pay('R', late, 10_000n)], late, { waterfall: principalFirst }));
    expect(allocations.get('R')).toEqual({ penalty: 0n, fee: 0n, interest: 0n, principal: 10_000n });
  });

  test('charges fees with their due dates', () => {
    const charged = at([], '2024-02-01', { instalmentFee: 50n });
    expect(overdueOf(charged).fee).toBe(50n);
    expect(overdueOf(at([], '2024-01-31', { instalmentFee: 50n })).fee).toBe(0n);
  });
});

describe('penalty', () => {
  test.each([
    ['2024-02-01', 0n],
    ['2024-02-04', 0n],
    ['2024-02-05', 12n],
    ['2024-03-01', 86n],
  ])('on %s is %i: none within grace, from the due date after it', (date, penalty) => {
    expect(overdueOf(at([], date)).penalty).toBe(penalty);
  });

  const owedLater = (events: LoanEvent[], date = '2024-02-29', change: Partial<LoanTerms> = {}) => {
    const state = at(events, date, change);
    return [totalOf(overdueOf(state)), daysPastDue(state)];
  };

  test.each([
    ['2024-02-01', 0n, 0],
    ['2024-02-03', 0n, 0],
    ['2024-02-04', 0n, 0],
    ['2024-02-05', 12n, 28],
  ])('of an instalment paid on %s leaves %i later: nothing if that was within grace', (date, left, days) => {
    expect(owedLater([pay('R', date, 17_255n)])).toEqual([left, days]);
  });

  test('is on all of it from the due date where a unit was left after grace', () => {
    // 6 % a year on 172.55 for two days, and the unit.
    expect(owedLater([pay('R', '2024-02-03', 17_254n)])).toEqual([6n + 1n, 28]);
    expect(owedLater([pay('R1', '2024-02-03', 17_000n), pay('R2', '2024-02-04', 255n)])).toEqual([0n, 0]);
    expect(owedLater([pay('R1', '2024-02-03', 17_000n), pay('R2', '2024-02-05', 255n)])).toEqual([6n, 28]);
  });

  test('is none where a payment that is booked later counts within grace', () => {
    const late = pay('R2', '2024-02-10', 17_281n);
    const penalties = (...events: LoanEvent[]) =>
      [...allocationsOf(at(events, '2024-02-29')).values()].map(({ penalty }) => penalty);
    expect(penalties(late)).toEqual([26n]);
    expect(penalties(late, pay('R1', '2024-02-04', 17_255n))).toEqual([0n, 0n]);
    expect(penalties(late, pay('R1', '2024-02-05', 17_255n))).toEqual([12n, 0n]);
  });

  test('without grace is of every day', () => {
    expect(owedLater([pay('R', '2024-02-01', 17_255n)], '2024-02-29', { penaltyGraceDays: 0 })).toEqual([0n, 0]);
    expect(owedLater([pay('R', '2024-02-02', 17_255n)], '2024-02-29', { penaltyGraceDays: 0 })).toEqual([3n, 28]);
  });

  test('of a restructured instalment that is paid within grace is none', () => {
    const change: LoanEvent = {
      kind: 'restructuring',
      date: day('2024-03-10'),
      annualRate: '0.06',
      dueDates: ['2024-04-10', '2024-05-10'].map(day),
    };
    const owed = totalOf(overdueOf(at([change], '2024-04-10')));
    const paidOn = (date: string) => owedLater([change, pay('R', date, owed)], '2024-05-01');
    expect(paidOn('2024-04-13')).toEqual([0n, 0]);
    expect(paidOn('2024-04-14')).not.toEqual([0n, 0]);
  });

  test('paid within grace ends the loan with the last instalment', () => {
    const events = dues.slice(0, 5).map((date, index) => pay(`R${index}`, formatDate(date), 17_255n));
    const { interest, principal } = payoffOf(at(events, '2024-07-04'));
    const last = pay('R5', '2024-07-04', interest + principal);
    for (const date of ['2024-07-04', '2024-07-05', '2024-12-31']) {
      const state = at([...events, last], date);
      expect([date, totalOf(payoffOf(state)), state.surplus]).toEqual([date, 0n, 0n]);
    }
  });
});

describe('days past due', () => {
  test.each([
    ['2024-02-01', 0],
    ['2024-02-02', 1],
    ['2024-03-02', 30],
    ['2024-08-01', 182],
  ])('on %s are %i', (date, days) => {
    expect(daysPastDue(at([], date))).toBe(days);
  });

  test('run from the oldest instalment that is not paid in full', () => {
    expect(daysPastDue(at([pay('R', '2024-02-01', 17_255n)], '2024-03-11'))).toBe(10);
    expect(daysPastDue(at([pay('R', '2024-02-01', 17_254n)], '2024-03-11'))).toBe(39);
  });

  test.each([
    [0, 'current'],
    [1, '1-3'],
    [3, '1-3'],
    [4, '4-30'],
    [30, '4-30'],
    [31, '31-60'],
    [61, '61-90'],
    [91, '91-120'],
    [121, '121-150'],
    [151, '151-180'],
    [181, '181-240'],
    [240, '181-240'],
    [241, '241+'],
    [4000, '241+'],
  ])('of %i are bucket %s', (days, bucket) => {
    expect(bucketOf(days)).toBe(bucket);
  });
});

describe('prepayment', () => {
  const half = [pay('R', '2024-02-01', 17_255n + 40_000n)];
  const plan = (change: Partial<LoanTerms>) =>
    at(half, '2024-02-01', change)
      .lines.slice(1)
      .map(({ principal }) => principal);

  test('lowers the instalment: the rest is a new loan over the same due dates', () => {
    const rest = previewSchedule({
      principal: { amount: '43745', currency: 'CNY' },
      annualRate: '0.12',
      dayCount: '30/360',
      frequency: { every: 1, unit: 'month' },
      instalments: 5,
      disbursementDate: '2024-02-01',
      firstDueDate: '2024-03-01',
      method: 'annuity',
    });
    expect(plan({}).map(String)).toEqual(rest.instalments.map(({ principal }) => principal.amount));
  });

  test('shortens the term: the instalment stays', () => {
    expect(plan({ prepayment: 'shortenTerm' })).toEqual([16_818n, 16_986n, 9_941n]);
  });

  test('pays the last instalments first: the next ones stay', () => {
    expect(plan({ prepayment: 'payLastFirst' })).toEqual([16_418n, 16_582n, 10_745n]);
  });

  test('of all principal leaves the interest of the running period alone', () => {
    const waterfall = [
      'inAdvance.principal',
      ...WATERFALL_STEPS.filter((step) => step !== 'inAdvance.principal'),
    ] as const;
    const paid = at([pay('R', '2024-01-16', 100_000n)], '2024-02-01', { waterfall, instalmentFee: 9n });
    expect(payoffOf(paid)).toEqual({ penalty: 0n, fee: 0n, interest: 500n, principal: 0n });
    expect(paid.lines.length).toBe(1);
  });
});

describe('floating rate', () => {
  // Apache Fineract, reschedule_interest_on0201_4per: from 7 % to 4 % with the second period.
  test('holds from the next period on, and the rest is an annuity at it', () => {
    const loan = { ...terms, principal: 10_000n, annualRate: '0.07' };
    const change: LoanEvent = { kind: 'rateChange', date: day('2024-01-20'), annualRate: '0.04' };
    const state = replay(loan, [change], day('2024-01-20'));
    expect(state.lines.map(({ principal }) => principal)).toEqual([1_643n, 1_660n, 1_666n, 1_671n, 1_677n, 1_683n]);
    expect(state.level).toBe(1_688n);
    expect(payoffOf(replay(loan, [change, pay('R', '2024-02-01', 1_701n)], day('2024-03-01'))).interest).toBe(28n);
  });
});

describe('restructuring', () => {
  test('spreads the principal anew and carries what was owed to the first due date', () => {
    const newDues = ['2024-04-10', '2024-05-10'].map(day);
    const change: LoanEvent = { kind: 'restructuring', date: day('2024-03-10'), annualRate: '0.06', dueDates: newDues };
    const before = payoffOf(at([], '2024-03-10'));
    const after = at([change], '2024-03-10');
    expect(daysPastDue(after)).toBe(0);
    expect(after.lines.map(({ due }) => due)).toEqual(newDues);
    expect(totalOf(payoffOf(after))).toBe(totalOf(before));
    expect(overdueOf(at([change], '2024-04-10')).interest).toBe(before.interest + 500n);
    expect(after.lines.reduce((sum, { principal }) => sum + principal, 0n)).toBe(100_000n);
  });
});

describe('write-off and recovery', () => {
  test('stops accrual; what comes later counts against principal', () => {
    const off: LoanEvent = { kind: 'writeOff', date: day('2024-09-01') };
    const back: LoanEvent = { kind: 'recovery', id: 'V', date: day('2025-01-01'), amount: 30_000n };
    const written = at([off], '2024-09-01');
    expect(totalOf(payoffOf(at([off], '2025-09-01')))).toBe(totalOf(payoffOf(written)));
    const recovered = at([off, back], '2025-09-01');
    expect([recovered.balance, recovered.recovered]).toEqual([70_000n, 30_000n]);
  });
});

describe('every loan', () => {
  const payments = fc.array(fc.tuple(fc.integer({ min: 0, max: 250 }), fc.bigInt({ min: 1n, max: 40_000n })), {
    maxLength: 10,
  });
  const variants = fc.record({
    method: fc.constantFrom('annuity', 'equalPrincipal', 'interestOnly', 'balloon'),
    prepayment: fc.constantFrom(...PREPAYMENT_RULES),
    dayCount: fc.constantFrom('30/360', 'ACT/ACT', 'ACT/365F', '30E/360-ISDA'),
    waterfall: fc.shuffledSubarray([...WATERFALL_STEPS], { minLength: 12 }),
    instalmentFee: fc.constantFrom(0n, 25n),
    balloon: fc.constant(30_000n),
  });
  const eventsOf = (list: readonly (readonly [number, bigint])[]): LoanEvent[] =>
    list.map(([after, amount], index) => ({
      kind: 'repayment',
      id: `R${index}`,
      date: terms.disbursement + after,
      amount,
    }));
  const loanOf = (variant: object): LoanTerms => ({ ...terms, ...variant }) as LoanTerms;
  const end = terms.disbursement + 260;

  test('spends every unit that is paid, and principal paid and left make the loan', () => {
    fc.assert(
      fc.property(variants, payments, (variant, list) => {
        const state = replay(loanOf(variant), eventsOf(list), end);
        const paid = list.reduce((sum, [, amount]) => sum + amount, 0n);
        expect(totalOf(state.paid) + state.surplus).toBe(paid);
        expect(state.balance + state.paid.principal).toBe(terms.principal);
        const spent = [...allocationsOf(state).values()];
        expect(spent.reduce((sum, each) => sum + totalOf(each), 0n)).toBe(totalOf(state.paid));
        for (const each of [...spent, payoffOf(state), overdueOf(state)]) {
          expect(Object.values(each).every((amount) => amount >= 0n)).toBe(true);
        }
        if (state.surplus > 0n) expect(state.balance).toBe(0n);
      }),
      { numRuns: 300 },
    );
  });

  test('plans exactly the principal that is left', () => {
    fc.assert(
      fc.property(variants, payments, fc.nat(250), (variant, list, after) => {
        const state = replay(loanOf(variant), eventsOf(list), terms.disbursement + after);
        const planned = state.lines.reduce((sum, { principal, paid }) => sum + principal - paid.principal, 0n);
        expect(planned).toBe(state.balance);
      }),
      { numRuns: 300 },
    );
  });

  test('with a backdated payment equals one that was paid in order', () => {
    fc.assert(
      fc.property(variants, payments, (variant, list) => {
        const distinct = [...new Map(list.map((each) => [each[0], each])).values()];
        const events = eventsOf(distinct);
        const inOrder = [...events].sort((one, other) => one.date - other.date);
        const terms = loanOf(variant);
        expect(replay(terms, events, end)).toEqual(replay(terms, inOrder, end));
      }),
    );
  });

  test('is the same whether days are passed one by one or at once', () => {
    fc.assert(
      fc.property(variants, payments, fc.array(fc.nat(250), { maxLength: 20 }), (variant, list, stops) => {
        const events = eventsOf(list);
        // A payment of nothing is a stop on its day.
        const none = stops.map((after, index): LoanEvent => {
          return { kind: 'repayment', id: `N${index}`, date: terms.disbursement + after, amount: 0n };
        });
        const whole = replay(loanOf(variant), events, end);
        const stopped = replay(loanOf(variant), [...events, ...none], end);
        expect([stopped.balance, payoffOf(stopped), stopped.lines]).toEqual([
          whole.balance,
          payoffOf(whole),
          whole.lines,
        ]);
      }),
      { numRuns: 200 },
    );
  });
});
