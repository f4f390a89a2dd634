import { moveShare } from '../funding/shares.ts';
import { parseDate } from '../schedule/dates.ts';
import { advance } from './advance.ts';
import { type LoanEvent, type LoanState, type LoanTerms, WATERFALL_STEPS } from './loan.ts';
import { balloonOf } from './loan-record.ts';
import { overdueOf, owedAfterWriteOff, payoffOf } from './owed.ts';
import { openLoan } from './plan.ts';
import { linesOn } from './projection.ts';
import { replay } from './replay.ts';

const day = parseDate;

/** 300.00 of equal principal over three months at 12 % 30/360. */
const terms: LoanTerms = {
  principal: 30_000n,
  annualRate: '0.12',
  dayCount: '30/360',
  method: 'equalPrincipal',
  disbursement: day('2024-01-01'),
  dueDates: ['2024-02-01', '2024-03-01', '2024-04-01'].map(day),
  graceInstalments: 0,
  balloon: 0n,
  instalmentFee: 50n,
  penaltyRate: '0.06',
  penaltyGraceDays: 3,
  prepayment: 'shortenTerm',
  waterfall: WATERFALL_STEPS,
};
const at = (date: string, events: readonly LoanEvent[] = [], change: Partial<LoanTerms> = {}) =>
  replay({ ...terms, ...change }, events, day(date));
const pay = (id: string, date: string, amount: bigint): LoanEvent => ({
  kind: 'repayment',
  id,
  date: day(date),
  amount,
});

describe('time', () => {
  test('never goes back', () => {
    const state = advance(openLoan(terms), day('2024-01-10'));
    expect(() => advance(state, day('2024-01-09'))).toThrow('days never go back');
    expect(advance(state, day('2024-01-10'))).toEqual(state);
  });

  test('of a loan that was written off passes without interest, fees to come or penalty within grace', () => {
    const off: LoanEvent = { kind: 'writeOff', date: day('2024-02-03') };
    const owed = { penalty: 0n, fee: 50n, interest: 320n, principal: 30_000n };
    expect(payoffOf(at('2024-02-03', [off]))).toEqual(owed);
    const later = at('2024-06-01', [off]);
    expect(payoffOf(later)).toEqual(owed);
    expect([later.at, later.isWrittenOff]).toEqual([day('2024-06-01'), true]);
  });

  test('after grace a write-off keeps the penalty', () => {
    const off: LoanEvent = { kind: 'writeOff', date: day('2024-02-05') };
    // 6 % a year on 103.00 for four days.
    expect(payoffOf(at('2024-06-01', [off])).penalty).toBe(7n);
    expect(payoffOf(at('2024-06-01', [{ ...off, date: day('2024-02-04') }])).penalty).toBe(0n);
  });
});

describe('equal principal', () => {
  test('falls due in equal parts, with the fee', () => {
    expect(overdueOf(at('2024-02-01'))).toEqual({ penalty: 0n, fee: 50n, interest: 300n, principal: 10_000n });
    expect(openLoan(terms).level).toBe(10_000n);
  });

  test('paid in advance keeps its parts and drops the last', () => {
    const state = at('2024-02-01', [pay('R', '2024-02-01', 10_350n + 15_000n)]);
    expect(state.lines.map(({ principal, fee }) => [principal, fee])).toEqual([
      [10_000n, 50n],
      [5_000n, 50n],
    ]);
    expect(state.balance).toBe(5_000n);
  });

  test('paid in advance by less keeps the size of a part, and the last is what is left', () => {
    const state = at('2024-02-01', [pay('R', '2024-02-01', 10_350n + 5_000n)]);
    expect(state.lines.map(({ principal }) => principal)).toEqual([10_000n, 10_000n, 5_000n]);
  });

  test('paid in advance before anything was due lowers all that is to come', () => {
    const state = at('2024-01-16', [pay('R', '2024-01-16', 6_150n)], { prepayment: 'lowerInstalment' });
    expect(state.lines.map(({ principal }) => principal)).toEqual([8_000n, 8_000n, 8_000n]);
    expect(overdueOf(advance(state, day('2024-02-01'))).interest).toBe(120n);
  });
});

describe('interest', () => {
  const owed = (disbursement: string, dueDates: readonly string[], change: Partial<LoanTerms> = {}) => {
    const dated = { disbursement: day(disbursement), dueDates: dueDates.map(day) };
    return overdueOf(at(dueDates[0]!, [], { ...dated, ...change })).interest;
  };

  test('by ACT/ACT is of 365 or 366 days, as the year has', () => {
    const large = { principal: 3_000_000n, dayCount: 'ACT/ACT' } as const;
    expect(owed('2023-01-01', ['2023-02-01', '2023-03-01'], large)).toBe(30_575n);
    expect(owed('2024-01-01', ['2024-02-01', '2024-03-01'], large)).toBe(30_492n);
  });

  test('by 30E/360-ISDA makes the end of February a 30th, unless the loan ends on it', () => {
    const isda = { dayCount: '30E/360-ISDA' } as const;
    expect(owed('2024-01-31', ['2024-02-29', '2024-03-31'], isda)).toBe(300n);
    expect(owed('2024-01-31', ['2024-02-29'], isda)).toBe(290n);
  });
});

describe('penalty by 30E/360-ISDA after a loan that ended with February', () => {
  const penalty = (maturity: string, date: string) =>
    overdueOf(
      at(date, [], {
        ...{ principal: 36_000_000n, annualRate: '0', penaltyGraceDays: 0, dayCount: '30E/360-ISDA' },
        ...{ disbursement: day(maturity) - 31, dueDates: [day(maturity)] },
      }),
    ).penalty;

  test.each([
    ['2023-02-28', '2023-02-28', 0n],
    ['2023-02-28', '2023-03-01', 6_000n],
    ['2023-02-28', '2023-03-31', 180_000n],
    ['2024-02-29', '2024-03-01', 6_000n],
    // Not the month's last day, so that the 30-day month goes on: 28, 29 and 30 February.
    ['2024-02-28', '2024-02-29', 12_000n],
    ['2024-02-28', '2024-03-01', 18_000n],
    ['2023-02-27', '2023-03-01', 24_000n],
  ])('from %s to %s is %i: 60.00 a day', (maturity, date, amount) => {
    expect(penalty(maturity, date)).toBe(amount);
  });
});

describe('a recovery', () => {
  test('of more than the principal counts against the rest', () => {
    const off: LoanEvent = { kind: 'writeOff', date: day('2024-02-03') };
    const back: LoanEvent = { kind: 'recovery', id: 'V', date: day('2024-03-01'), amount: 30_100n };
    const state = at('2024-03-01', [off, back]);
    expect([state.balance, state.recovered]).toEqual([0n, 30_100n]);
  });
});

describe('what is owed after a write-off', () => {
  test('is all that was, less what came in since', () => {
    const paid = pay('R', '2024-02-01', 10_350n);
    const off: LoanEvent = { kind: 'writeOff', date: day('2024-03-02') };
    const back = (id: string, amount: bigint): LoanEvent => ({
      kind: 'recovery',
      id,
      date: day('2024-03-02'),
      amount,
    });
    // A month's interest on 200.00, a day's on the same, and the fee of the second instalment.
    const owed = 20_000n + 200n + 7n + 50n;
    expect(owedAfterWriteOff(at('2024-03-02', [paid, off]))).toBe(owed);
    expect(owedAfterWriteOff(at('2024-03-02', [paid, off, back('V1', 5_000n)]))).toBe(owed - 5_000n);
    const more = [back('V1', 5_000n), back('V2', 15_100n)];
    expect(owedAfterWriteOff(at('2024-03-02', [paid, off, ...more]))).toBe(owed - 20_100n);
  });
});

describe('the lines of a loan', () => {
  const views = (state: LoanState) => linesOn(state).map(({ due, amounts, unpaid }) => [due, amounts, unpaid]);
  const amounts = (principal: bigint, interest: bigint, fee = 50n) => ({ penalty: 0n, fee, interest, principal });
  const [first, second, third] = terms.dueDates;

  test('on a due date show what is due as unpaid, and those to come as if it were paid', () => {
    const expected = [
      [first, amounts(10_000n, 300n), amounts(10_000n, 300n)],
      [second, amounts(10_000n, 200n), amounts(10_000n, 200n)],
      [third, amounts(10_000n, 100n), amounts(10_000n, 100n)],
    ];
    expect(views(at('2024-02-01'))).toEqual(expected);
    expect(views(at('2024-01-20'))).toEqual(expected);
    const paid = at('2024-02-01', [pay('R', '2024-02-01', 10_350n)]);
    expect(views(paid)).toEqual(expected.with(0, [first, amounts(10_000n, 300n), amounts(0n, 0n, 0n)]));
  });

  test('show to come what is left after a payment in part', () => {
    const state = at('2024-02-10', [pay('R', '2024-02-01', 5_350n)]);
    const [due, next] = linesOn(state);
    expect(due?.unpaid.principal).toBe(5_000n);
    // 1 % on 250.00 for nine days, and on 200.00 once the rest is paid.
    expect(next?.amounts.interest).toBe(75n + 140n);
  });
});

describe('a prepayment within a period whose interest is more than an instalment', () => {
  test('shortens the term, and that instalment repays nothing', () => {
    const dueDates = ['2029-01-01', '2029-02-01', '2029-03-01'].map(day);
    const state = at('2024-02-01', [pay('R', '2024-02-01', 300n + 1_000n)], { method: 'annuity', dueDates });
    // 59 months of 1 % on 290.00 are 171.10.
    expect(state.level).toBe(16_159n);
    expect(state.lines.map(({ principal }) => principal)).toEqual([0n, 15_869n, 13_131n]);
  });
});

describe('a prepayment during grace', () => {
  const dueDates = ['2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01', '2024-06-01'].map(day);
  const plan = (change: Partial<LoanTerms>, events: readonly LoanEvent[], date = '2024-01-16') =>
    at(date, events, { dueDates, graceInstalments: 2, instalmentFee: 0n, ...change }).lines.map(
      ({ principal }) => principal,
    );
  // Half a month's interest, and 120.00 of principal.
  const early = pay('R', '2024-01-16', 150n + 12_000n);

  test.each([
    ['lowerInstalment', [0n, 0n, 6_000n, 6_000n, 6_000n]],
    ['shortenTerm', [0n, 0n, 10_000n, 8_000n]],
    ['payLastFirst', [0n, 0n, 10_000n, 8_000n]],
  ] as const)('leaves it, by %s', (prepayment, principals) => {
    expect(plan({ prepayment }, [early])).toEqual(principals);
    expect(plan({ prepayment }, [pay('R', '2024-02-01', 300n + 12_000n)], '2024-02-01')).toEqual(principals);
  });

  test.each([
    ['lowerInstalment', [0n, 0n, 5_940n, 5_999n, 6_061n]],
    ['shortenTerm', [0n, 0n, 10_021n, 7_979n]],
    ['payLastFirst', [0n, 0n, 9_901n, 8_099n]],
  ] as const)('leaves that of an annuity, by %s', (prepayment, principals) => {
    expect(plan({ prepayment, method: 'annuity' }, [early])).toEqual(principals);
  });

  test('leaves that of a balloon, by shortenTerm', () => {
    const change = { prepayment: 'shortenTerm', method: 'balloon', balloon: 9_000n } as const;
    expect(plan(change, [early])).toEqual([0n, 0n, 7_050n, 7_120n, 3_830n]);
  });

  test('pays no principal before the last instalment where only that one repays', () => {
    const change = { prepayment: 'shortenTerm', graceInstalments: 4 } as const;
    expect(plan(change, [early])).toEqual([0n, 0n, 0n, 0n, 18_000n]);
  });

  test('by all principal leaves the running instalment alone', () => {
    expect(plan({}, [pay('R', '2024-01-16', 30_150n)])).toEqual([0n]);
  });

  test('counts no instalment that has passed, and none once it is over', () => {
    // With penalties of 0.01 and 0.02 on the interest of the first.
    const second = pay('R', '2024-02-16', 451n + 12_000n);
    expect(plan({}, [second], '2024-02-16')).toEqual([0n, 0n, 10_000n, 8_000n]);
    const third = pay('R', '2024-03-01', 602n + 12_000n);
    expect(plan({}, [third], '2024-03-01')).toEqual([0n, 0n, 10_000n, 8_000n]);
    const paid = [pay('R1', '2024-02-01', 300n), pay('R2', '2024-03-01', 300n)];
    const later = pay('R3', '2024-04-01', 300n + 10_000n + 5_000n);
    expect(plan({}, [...paid, later], '2024-04-01')).toEqual([0n, 0n, 10_000n, 10_000n, 5_000n]);
  });
});

describe('the level of a loan', () => {
  test('is that of the instalments which repay', () => {
    expect(openLoan({ ...terms, method: 'interestOnly' }).level).toBe(0n);
    expect(openLoan({ ...terms, graceInstalments: 1 }).level).toBe(15_000n);
    expect(openLoan({ ...terms, method: 'annuity' }).level).toBe(10_201n);
    expect(openLoan({ ...terms, method: 'annuity', graceInstalments: 1 }).level).toBe(15_225n);
    expect(openLoan({ ...terms, method: 'balloon', balloon: 30_000n }).level).toBe(300n);
  });
});

describe('balloonOf', () => {
  test('is a share of the principal, floored, and never more than it', () => {
    expect(balloonOf(1_001n, { numerator: 3n, denominator: 10n })).toBe(300n);
    expect(balloonOf(1_000n, { numerator: 12n, denominator: 10n })).toBe(1_000n);
  });
});

describe('a rate change', () => {
  test('once the last period runs changes nothing', () => {
    const change: LoanEvent = { kind: 'rateChange', date: day('2024-03-02'), annualRate: '0.24' };
    expect(at('2024-03-02', [change]).lines).toEqual(at('2024-03-02').lines);
    const first: LoanEvent = { ...change, date: day('2024-03-01') };
    expect(at('2024-03-01', [first]).lines.at(-1)?.rate).toBe(240_000_000_000n);
  });
});

describe('moveShare', () => {
  const shares = [
    { lenderAccount: 'a', principal: 5n },
    { lenderAccount: 'b', principal: 0n },
  ];

  test('drops a seller of everything, and nobody else', () => {
    expect(moveShare(shares, { seller: 'a', buyer: 'c', principal: 5n })).toEqual([
      { lenderAccount: 'b', principal: 0n },
      { lenderAccount: 'c', principal: 5n },
    ]);
    expect(moveShare(shares, { seller: 'a', buyer: 'b', principal: 2n })).toEqual([
      { lenderAccount: 'a', principal: 3n },
      { lenderAccount: 'b', principal: 2n },
    ]);
    expect(moveShare(shares, { seller: 'c', buyer: 'a', principal: 1n })).toBeUndefined();
    expect(moveShare(shares, { seller: 'a', buyer: 'b', principal: 6n })).toBeUndefined();
  });
});
