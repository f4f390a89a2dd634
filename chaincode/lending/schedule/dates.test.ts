import fc from 'fast-check';
import {
  addMonths,
  civilDate,
  dayOf,
  dayOfWeek,
  daysInMonth,
  endOfMonth,
  formatDate,
  isEndOfMonth,
  isLeapYear,
  parseDate,
} from './dates.ts';

const refusalOf = (act: () => unknown) => {
  try {
    act();
    return undefined;
  } catch (error) {
    const { code, params } = error as { code?: string; params?: object };
    return { code, params };
  }
};

describe('parseDate', () => {
  test('counts days as the platform’s own calendar does, and formatDate writes them back', () => {
    const days = fc.integer({ min: parseDate('1900-01-01'), max: parseDate('2999-12-31') });
    fc.assert(
      fc.property(days, (day) => {
        const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
        expect(parseDate(text)).toBe(day);
        expect(formatDate(day)).toBe(text);
        expect(dayOf(civilDate(day))).toBe(day);
        expect(dayOfWeek(day)).toBe((new Date(day * 86_400_000).getUTCDay() + 6) % 7);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '2024-01-00',
    '1899-12-31',
    '3000-01-01',
    '2024-1-1',
    '12024-01-01',
    '2024-01-011',
    '2024-01',
    '',
  ])('refuses %p', (text) => {
    expect(refusalOf(() => parseDate(text))).toEqual({ code: 'LENDING_DATE_INVALID', params: { date: text } });
  });
});

describe('formatDate', () => {
  test('refuses a day beyond the calendar', () => {
    const params = { latest: '2999-12-31' };
    const refusal = refusalOf(() => formatDate(parseDate('2999-12-31') + 1));
    expect(refusal).toEqual({ code: 'LENDING_TERM_TOO_LONG', params });
  });
});

describe('civilDate', () => {
  test.each([
    ['2000-02-29', 11_016],
    ['2000-03-01', 11_017],
    ['2400-02-29', 157_113],
    ['1900-02-28', -25_509],
    ['2100-02-28', 47_540],
    ['2100-03-01', 47_541],
  ])('of %s, where a century or four end, is its own', (text, day) => {
    expect(parseDate(text)).toBe(day);
    expect(formatDate(day)).toBe(text);
  });
});

describe('months', () => {
  test.each([
    [2000, true, 29],
    [1900, false, 28],
    [2024, true, 29],
    [2023, false, 28],
  ])('of %i: leap year %p, February of %i days', (year, isLeap, days) => {
    expect(isLeapYear(year)).toBe(isLeap);
    expect(daysInMonth(year, 2)).toBe(days);
  });

  test.each([
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2024-01-31', 3, '2024-04-30'],
    ['2024-11-15', 2, '2025-01-15'],
    ['2024-12-31', 12, '2025-12-31'],
    ['2024-03-31', -1, '2024-02-29'],
  ])('%s and %i months is %s', (from, months, to) => {
    expect(formatDate(addMonths(parseDate(from), months))).toBe(to);
  });

  test('end of the month is its last day', () => {
    expect(formatDate(endOfMonth(parseDate('2024-02-03')))).toBe('2024-02-29');
    expect(isEndOfMonth(parseDate('2024-02-29'))).toBe(true);
    expect(isEndOfMonth(parseDate('2024-02-28'))).toBe(false);
  });
});
