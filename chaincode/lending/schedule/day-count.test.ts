import fc from 'fast-check';
import { parseDate } from './dates.ts';
import { DAY_COUNTS, type DayCount, yearFraction } from './day-count.ts';

const fractionOf = (dayCount: DayCount, [start, end, maturity = end]: readonly string[]) => {
  const days = { start: parseDate(start!), end: parseDate(end!), maturity: parseDate(maturity!) };
  return yearFraction(dayCount, days);
};
const daysOf = (dayCount: DayCount, dates: readonly string[]) => {
  const { numerator, denominator } = fractionOf(dayCount, dates);
  expect(denominator).toBe(360n);
  return Number(numerator);
};

// ISDA, "30/360 Day Count Conventions", worked examples of 22 December 2008 (www.isda.org), as QuantLib tests them.
describe('ISDA examples', () => {
  test.each([
    ['2006-08-20', '2007-02-20', 180],
    ['2007-02-20', '2007-08-20', 180],
    ['2007-08-20', '2008-02-20', 180],
    ['2008-02-20', '2008-08-20', 180],
    ['2008-08-20', '2009-02-20', 180],
    ['2009-02-20', '2009-08-20', 180],
    ['2006-08-31', '2007-02-28', 178],
    ['2007-02-28', '2007-08-31', 183],
    ['2007-08-31', '2008-02-29', 179],
    ['2008-02-29', '2008-08-31', 182],
    ['2008-08-31', '2009-02-28', 178],
    ['2009-02-28', '2009-08-31', 183],
    ['2006-01-31', '2006-02-28', 28],
    ['2006-01-30', '2006-02-28', 28],
    ['2006-02-28', '2006-03-03', 5],
    ['2006-02-14', '2006-02-28', 14],
    ['2006-09-30', '2006-10-31', 30],
    ['2006-10-31', '2006-11-28', 28],
    ['2007-08-31', '2008-02-28', 178],
    ['2008-02-28', '2008-08-28', 180],
    ['2008-02-28', '2008-08-30', 182],
    ['2008-02-28', '2008-08-31', 183],
    ['2007-02-26', '2008-02-28', 362],
    ['2007-02-26', '2008-02-29', 363],
    ['2008-02-29', '2009-02-28', 359],
    ['2008-02-28', '2008-03-30', 32],
    ['2008-02-28', '2008-03-31', 33],
  ])('30/360 counts %s to %s as %i days', (start, end, days) => {
    expect(daysOf('30/360', [start, end])).toBe(days);
  });

  test.each([
    ['2006-08-20', '2007-02-20', 180],
    ['2007-02-20', '2007-08-20', 180],
    ['2007-08-20', '2008-02-20', 180],
    ['2008-02-20', '2008-08-20', 180],
    ['2008-08-20', '2009-02-20', 180],
    ['2009-02-20', '2009-08-20', 180],
    ['2006-02-28', '2006-08-31', 182],
    ['2006-08-31', '2007-02-28', 178],
    ['2007-02-28', '2007-08-31', 182],
    ['2007-08-31', '2008-02-29', 179],
    ['2008-02-29', '2008-08-31', 181],
    ['2008-08-31', '2009-02-28', 178],
    ['2009-02-28', '2009-08-31', 182],
    ['2009-08-31', '2010-02-28', 178],
    ['2010-02-28', '2010-08-31', 182],
    ['2010-08-31', '2011-02-28', 178],
    ['2011-02-28', '2011-08-31', 182],
    ['2011-08-31', '2012-02-29', 179],
    ['2006-01-31', '2006-02-28', 28],
    ['2006-01-30', '2006-02-28', 28],
    ['2006-02-28', '2006-03-03', 5],
    ['2006-02-14', '2006-02-28', 14],
    ['2006-09-30', '2006-10-31', 30],
    ['2006-10-31', '2006-11-28', 28],
    ['2007-08-31', '2008-02-28', 178],
    ['2008-02-28', '2008-08-28', 180],
    ['2008-02-28', '2008-08-30', 182],
    ['2008-02-28', '2008-08-31', 182],
    ['2007-02-26', '2008-02-28', 362],
    ['2007-02-26', '2008-02-29', 363],
    ['2008-02-29', '2009-02-28', 359],
    ['2008-02-28', '2008-03-30', 32],
    ['2008-02-28', '2008-03-31', 32],
  ])('30E/360 counts %s to %s as %i days', (start, end, days) => {
    expect(daysOf('30E/360', [start, end])).toBe(days);
  });

  test.each([
    ['2006-08-20', '2007-02-20', 180],
    ['2007-02-20', '2007-08-20', 180],
    ['2007-08-20', '2008-02-20', 180],
    ['2008-02-20', '2008-08-20', 180],
    ['2008-08-20', '2009-02-20', 180],
    ['2009-02-20', '2009-08-20', 180],
  ])('30E/360-ISDA counts %s to %s as %i days, with maturity 2009-08-20', (start, end, days) => {
    expect(daysOf('30E/360-ISDA', [start, end, '2009-08-20'])).toBe(days);
  });

  test.each([
    ['2006-02-28', '2006-08-31', 180],
    ['2006-08-31', '2007-02-28', 180],
    ['2007-02-28', '2007-08-31', 180],
    ['2007-08-31', '2008-02-29', 180],
    ['2008-02-29', '2008-08-31', 180],
    ['2008-08-31', '2009-02-28', 180],
    ['2009-02-28', '2009-08-31', 180],
    ['2009-08-31', '2010-02-28', 180],
    ['2010-02-28', '2010-08-31', 180],
    ['2010-08-31', '2011-02-28', 180],
    ['2011-02-28', '2011-08-31', 180],
    ['2011-08-31', '2012-02-29', 179],
  ])('30E/360-ISDA counts %s to %s as %i days, with maturity 2012-02-29', (start, end, days) => {
    expect(daysOf('30E/360-ISDA', [start, end, '2012-02-29'])).toBe(days);
  });

  test.each([
    ['2006-01-31', '2006-02-28', 30],
    ['2006-01-30', '2006-02-28', 30],
    ['2006-02-28', '2006-03-03', 3],
    ['2006-02-14', '2006-02-28', 16],
    ['2006-09-30', '2006-10-31', 30],
    ['2006-10-31', '2006-11-28', 28],
    ['2007-08-31', '2008-02-28', 178],
    ['2008-02-28', '2008-08-28', 180],
    ['2008-02-28', '2008-08-30', 182],
    ['2008-02-28', '2008-08-31', 182],
    ['2007-02-28', '2008-02-28', 358],
    ['2007-02-28', '2008-02-29', 359],
    ['2008-02-29', '2009-02-28', 360],
    ['2008-02-29', '2008-03-30', 30],
    ['2008-02-29', '2008-03-31', 30],
  ])('30E/360-ISDA counts %s to %s as %i days, with maturity 2008-02-29', (start, end, days) => {
    expect(daysOf('30E/360-ISDA', [start, end, '2008-02-29'])).toBe(days);
  });

  // No example of ISDA's: a period of no days is 0 days long, at maturity too.
  test.each(['2007-02-28', '2008-02-29', '2008-02-28', '2008-01-31', '2008-01-30'])(
    '30E/360-ISDA counts nothing from maturity %s to itself',
    (maturity) => {
      expect(daysOf('30E/360-ISDA', [maturity, maturity, maturity])).toBe(0);
    },
  );
});

// ISDA, "EMU and market conventions: recent developments" (1998), examples of actual/actual, as QuantLib tests them.
describe('ACT/ACT', () => {
  test.each([
    ['2003-11-01', '2004-05-01', 0.497724380567],
    ['1999-02-01', '1999-07-01', 0.41095890411],
    ['1999-07-01', '2000-07-01', 1.0013773486],
    ['2002-08-15', '2003-07-15', 0.915068493151],
    ['2003-07-15', '2004-01-15', 0.504004790778],
    ['1999-07-30', '2000-01-30', 0.503892506924],
    ['2000-01-30', '2000-06-30', 0.415300546448],
  ])('is %s to %s as %d of a year', (start, end, expected) => {
    const { numerator, denominator } = fractionOf('ACT/ACT', [start, end]);
    expect(Number(numerator) / Number(denominator)).toBeCloseTo(expected, 10);
  });

  // OpenGamma Strata, DayCountTest.
  test.each([
    ['2011-12-28', '2012-02-28', 4n * 366n + 58n * 365n],
    ['2011-12-28', '2012-02-29', 4n * 366n + 59n * 365n],
    ['2011-12-28', '2016-03-01', 4n * 366n + 60n * 365n + 4n * 365n * 366n],
  ])('splits %s to %s by leap year', (start, end, numerator) => {
    const fraction = fractionOf('ACT/ACT', [start, end]);
    expect(fraction.numerator * 365n * 366n).toBe(numerator * fraction.denominator);
  });
});

describe('actual days', () => {
  // OpenGamma Strata, DayCountTest.
  test.each([
    ['ACT/360', '2011-12-28', '2012-03-01', 64n, 360n],
    ['ACT/364', '2011-12-28', '2012-02-29', 63n, 364n],
    ['ACT/364', '2011-12-28', '2016-02-28', 1523n, 364n],
    ['ACT/365F', '2011-12-28', '2012-02-28', 62n, 365n],
    ['ACT/365F', '2012-02-28', '2012-03-28', 29n, 365n],
  ] as const)('%s counts %s to %s as %i over %i', (dayCount, start, end, numerator, denominator) => {
    expect(fractionOf(dayCount, [start, end])).toEqual({ numerator, denominator });
  });
});

describe('every day count', () => {
  const day = fc.integer({ min: parseDate('1990-01-01'), max: parseDate('2090-12-31') });

  test('is nothing for no days, never less than nothing and about a year for a year', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 4000 }), fc.constantFrom(...DAY_COUNTS), (start, length, dayCount) => {
        const { numerator, denominator } = yearFraction(dayCount, { start, end: start + length, maturity: -1 });
        const days = (Number(numerator) / Number(denominator)) * 365;
        if (length === 0) expect(Math.abs(days)).toBeLessThan(3);
        else expect(days).toBeGreaterThanOrEqual(-3);
        expect(Math.abs(days - length)).toBeLessThanOrEqual(4 + length / 60);
      }),
    );
  });

  test('of actual days adds up over a cut of the period', () => {
    fc.assert(
      fc.property(
        day,
        fc.tuple(fc.nat(1000), fc.nat(1000)),
        fc.constantFrom<DayCount>('ACT/360', 'ACT/364', 'ACT/365F', 'ACT/ACT'),
        (start, [first, second], dayCount) => {
          const of = (from: number, end: number) => yearFraction(dayCount, { start: from, end, maturity: end });
          const [one, other, whole] = [
            of(start, start + first),
            of(start + first, start + first + second),
            of(start, start + first + second),
          ];
          const sum = one.numerator * other.denominator + other.numerator * one.denominator;
          expect(sum * whole.denominator).toBe(whole.numerator * one.denominator * other.denominator);
        },
      ),
    );
  });
});
