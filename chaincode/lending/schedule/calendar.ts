import { errors } from '../errors.ts';
import { civilDate, type Day, dayOfWeek, formatDate } from './dates.ts';

export const ROLL_CONVENTIONS = ['unadjusted', 'following', 'modifiedFollowing', 'preceding'] as const;
export type RollConvention = (typeof ROLL_CONVENTIONS)[number];

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** Which days are not for business. */
export interface Calendar {
  /** 0 Monday to 6 Sunday. */
  readonly weekend: ReadonlySet<number>;
  readonly holidays: ReadonlySet<Day>;
  /** Days of a weekend that are worked all the same, as before long holidays in China (调休). */
  readonly workingDays: ReadonlySet<Day>;
}

/** True on a day for business; a holiday wins over a working day. */
export const isBusinessDay = (calendar: Calendar, day: Day): boolean =>
  !calendar.holidays.has(day) && (calendar.workingDays.has(day) || !calendar.weekend.has(dayOfWeek(day)));

const FURTHEST = 60;

/** Moves a day to a business day. Refuses: CALENDAR_WITHOUT_BUSINESS_DAYS. */
export function roll(day: Day, convention: RollConvention, calendar: Calendar): Day {
  if (convention === 'unadjusted') return day;
  if (convention === 'preceding') return nearest(day, -1, calendar);
  const following = nearest(day, 1, calendar);
  const leavesMonth = civilDate(following).month !== civilDate(day).month;
  return convention === 'modifiedFollowing' && leavesMonth ? nearest(day, -1, calendar) : following;
}

function nearest(day: Day, step: 1 | -1, calendar: Calendar): Day {
  for (let distance = 0; distance <= FURTHEST; distance += 1) {
    const candidate = day + distance * step;
    if (isBusinessDay(calendar, candidate)) return candidate;
  }
  throw errors.CALENDAR_WITHOUT_BUSINESS_DAYS({ days: FURTHEST, date: formatDate(day) });
}
