import { errors } from '../errors.ts';

/** A day as the count of days since 1970-01-01, in the proleptic Gregorian calendar. */
export type Day = number;

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
}

const FIRST_YEAR = 1900;
const LAST_YEAR = 2999;

/** The last day that a loan may fall due. */
export const LATEST_DATE = `${LAST_YEAR}-12-31`;

/** Reads YYYY-MM-DD. Refuses: DATE_INVALID. */
export function parseDate(text: string): Day {
  const [, year, month, dayOfMonth] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text) ?? [];
  if (year === undefined || month === undefined || dayOfMonth === undefined) throw errors.DATE_INVALID({ date: text });
  const date = { year: digits(year), month: digits(month), dayOfMonth: digits(dayOfMonth) };
  const isDay =
    date.year >= FIRST_YEAR &&
    date.year <= LAST_YEAR &&
    date.month >= 1 &&
    date.month <= 12 &&
    date.dayOfMonth >= 1 &&
    date.dayOfMonth <= daysInMonth(date.year, date.month);
  if (!isDay) throw errors.DATE_INVALID({ date: text });
  return dayOf(date);
}

const digits = (text: string) => Number.parseInt(text, 10);

/** Writes YYYY-MM-DD. Refuses: TERM_TOO_LONG beyond the calendar's end. */
export function formatDate(day: Day): string {
  const { year, month, dayOfMonth } = civilDate(day);
  if (year > LAST_YEAR) throw errors.TERM_TOO_LONG({ latest: LATEST_DATE });
  return `${year}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
}

const twoDigits = (count: number) => String(count).padStart(2, '0');

/** True in years of 366 days. */
export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** 28 to 31. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Years begin in March here, so that the leap day is the last of its year: 400 years are 146,097 days.
const DAYS_OF_400_YEARS = 146_097;
const DAYS_BEFORE_1970 = 719_468;

/** The day of a date that exists. */
export function dayOf({ year, month, dayOfMonth }: CivilDate): Day {
  const marchYear = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + dayOfMonth - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - DAYS_BEFORE_1970;
}

/** The date of a day. */
export function civilDate(day: Day): CivilDate {
  const shifted = day + DAYS_BEFORE_1970;
  const era = Math.floor(shifted / DAYS_OF_400_YEARS);
  const dayOfEra = shifted - era * DAYS_OF_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth };
}

/** True on the last day of a month. */
export function isEndOfMonth(day: Day): boolean {
  const { year, month, dayOfMonth } = civilDate(day);
  return dayOfMonth === daysInMonth(year, month);
}

/** The same day of the month so many months later, or that month's last day where it is shorter. */
export function addMonths(day: Day, months: number): Day {
  const { year, month, dayOfMonth } = civilDate(day);
  const monthIndex = year * 12 + month - 1 + months;
  const target = { year: Math.floor(monthIndex / 12), month: (((monthIndex % 12) + 12) % 12) + 1 };
  return dayOf({ ...target, dayOfMonth: Math.min(dayOfMonth, daysInMonth(target.year, target.month)) });
}

/** The last day of the day's month. */
export function endOfMonth(day: Day): Day {
  const { year, month } = civilDate(day);
  return dayOf({ year, month, dayOfMonth: daysInMonth(year, month) });
}

/** 0 on Monday to 6 on Sunday. */
export const dayOfWeek = (day: Day): number => (((day + 3) % 7) + 7) % 7;
