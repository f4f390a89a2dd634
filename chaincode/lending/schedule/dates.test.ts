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

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
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
    '',
  ])('refuses %p', (text) => {
    expect(codeOf(() => parseDate(text))).toBe('LENDING_DATE_INVALID');
  });
});

describe('formatDate', () => {
  test('refuses a day beyond the calendar', () => {
    expect(codeOf(() => formatDate(parseDate('2999-12-31') + 1))).toBe('LENDING_TERM_TOO_LONG');
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
