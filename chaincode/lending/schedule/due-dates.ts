import { errors } from '../errors.ts';
import { type Calendar, type RollConvention, roll } from './calendar.ts';
import { addMonths, type Day, endOfMonth, formatDate, isEndOfMonth, LATEST_DATE, parseDate } from './dates.ts';

export interface DuePlan {
  readonly disbursement: Day;
  readonly firstDue: Day;
  readonly every: number;
  readonly unit: 'day' | 'week' | 'month';
  readonly instalments: number;
  /** A first due date at the end of a month keeps all at the end of theirs. */
  readonly keepsEndOfMonth: boolean;
  readonly calendar?: Calendar | undefined;
  readonly rollConvention: RollConvention;
}

/**
 * The days on which instalments fall due, ascending. Each counts from the first due date, never from the one before, so
 * the 31st comes back after February; the first period may be short or long. Refuses, in order:
 * FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT, TERM_TOO_LONG, CALENDAR_WITHOUT_BUSINESS_DAYS, DUE_DATES_COLLIDE.
 */
export function dueDates(plan: DuePlan): Day[] {
  const { disbursement, firstDue, instalments, calendar } = plan;
  if (firstDue <= disbursement) {
    throw errors.FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT({
      firstDueDate: formatDate(firstDue),
      disbursementDate: formatDate(disbursement),
    });
  }
  const planned = Array.from({ length: instalments }, (_, index) => plannedDay(plan, index));
  // Two months before the end, so that rolling cannot leave the calendar.
  if (planned[instalments - 1]! > parseDate(LATEST_DATE) - 62) throw errors.TERM_TOO_LONG({ latest: LATEST_DATE });
  if (calendar === undefined) return planned;

  const days = planned.map((day) => roll(day, plan.rollConvention, calendar));
  let before = disbursement;
  for (const day of days) {
    if (day <= before) throw errors.DUE_DATES_COLLIDE({ dueDate: formatDate(day) });
    before = day;
  }
  return days;
}

function plannedDay({ firstDue, every, unit, keepsEndOfMonth }: DuePlan, index: number): Day {
  if (unit !== 'month') return firstDue + index * every * (unit === 'week' ? 7 : 1);
  const day = addMonths(firstDue, index * every);
  return keepsEndOfMonth && isEndOfMonth(firstDue) ? endOfMonth(day) : day;
}
