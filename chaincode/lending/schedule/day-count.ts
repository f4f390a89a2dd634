import { civilDate, type Day, dayOf, daysInMonth, isLeapYear } from './dates.ts';
import type { Fraction } from './fraction.ts';

/** Day count conventions by these names. ACT/ACT is ACT/ACT ISDA: days split by leap year. */
export const DAY_COUNTS = ['ACT/360', 'ACT/364', 'ACT/365F', 'ACT/ACT', '30/360', '30E/360', '30E/360-ISDA'] as const;
export type DayCount = (typeof DAY_COUNTS)[number];

/** Half-open: the first day counts, the last does not. */
export interface Period {
  readonly start: Day;
  readonly end: Day;
  /** The loan's last due date: 30E/360-ISDA does not stretch its February. */
  readonly maturity: Day;
}

/** The part of a year that a period is, exactly. */
export function yearFraction(dayCount: DayCount, period: Period): Fraction {
  switch (dayCount) {
    case 'ACT/360':
      return over(period.end - period.start, 360n);
    case 'ACT/364':
      return over(period.end - period.start, 364n);
    case 'ACT/365F':
      return over(period.end - period.start, 365n);
    case 'ACT/ACT':
      return actualActual(period);
    default:
      return over(thirtyDayMonths(dayCount, period), 360n);
  }
}

const over = (days: number, year: bigint): Fraction => ({ numerator: BigInt(days), denominator: year });

/** 2006 ISDA Definitions 4.16(b): days in leap years over 366, the others over 365. */
function actualActual({ start, end }: Period): Fraction {
  let leapDays = 0;
  let from = start;
  while (from < end) {
    const { year } = civilDate(from);
    const to = Math.min(end, dayOf({ year: year + 1, month: 1, dayOfMonth: 1 }));
    if (isLeapYear(year)) leapDays += to - from;
    from = to;
  }
  const otherDays = end - start - leapDays;
  if (leapDays === 0) return over(otherDays, 365n);
  if (otherDays === 0) return over(leapDays, 366n);
  return { numerator: BigInt(otherDays) * 366n + BigInt(leapDays) * 365n, denominator: 365n * 366n };
}

/** 2006 ISDA Definitions 4.16(f) to (h): every month has 30 days, and the conventions differ in its last days. */
function thirtyDayMonths(dayCount: '30/360' | '30E/360' | '30E/360-ISDA', { start, end, maturity }: Period): number {
  const one = civilDate(start);
  const two = civilDate(end);
  let first = Math.min(one.dayOfMonth, 30);
  let last = two.dayOfMonth;
  if (dayCount === '30/360') {
    if (first === 30) last = Math.min(last, 30);
  } else {
    last = Math.min(last, 30);
  }
  if (dayCount === '30E/360-ISDA') {
    if (one.dayOfMonth === daysInMonth(one.year, one.month)) first = 30;
    const isEndOfFebruary = two.month === 2 && two.dayOfMonth === daysInMonth(two.year, two.month);
    // Penalty begins at maturity: a period from there to itself is empty.
    if (isEndOfFebruary && (end !== maturity || start === maturity)) last = 30;
  }
  return 360 * (two.year - one.year) + 30 * (two.month - one.month) + last - first;
}
