import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { calendarOf } from './schedule/build-schedule.ts';
import type { CalendarTerms } from './schedule/schemas.ts';
import type { CalendarReference } from './schemas.ts';
import type { LoanCalendar, LoanProduct } from './servicing/product-schemas.ts';
import { calendars } from './store.ts';

/**
 * Puts a calendar's next version in force, as when a year's holidays are announced. Loans keep the due dates that they
 * were born with. Refuses, in order: DATE_INVALID, CALENDAR_VERSION_PAST.
 */
export function setCalendar(ledger: Ledger, request: LoanCalendar): LoanCalendar {
  const { calendarId, version } = request;
  calendarOf(request);
  const latest = calendars.find(ledger, calendarId)?.version ?? 0;
  if (version <= latest) throw errors.CALENDAR_VERSION_PAST({ calendarId, latest, version });

  calendars.put(ledger, request);
  ledger.emit('LoanCalendarSet', { calendarId, version });
  return request;
}

/** A calendar's latest version. Refuses: CALENDAR_NOT_FOUND. */
export function getCalendar(ledger: Ledger, { calendarId }: CalendarReference): LoanCalendar {
  const calendar = calendars.find(ledger, calendarId);
  if (calendar === undefined) throw errors.CALENDAR_NOT_FOUND({ calendarId });
  return calendar;
}

/** The consortium's calendar of a product, as schedules take it; undefined where due dates stay unadjusted. */
export function calendarTermsOf(ledger: Ledger, { calendarId }: LoanProduct): CalendarTerms | undefined {
  if (calendarId === undefined) return undefined;
  const [calendar] = calendars.findFrom(ledger, 'consortium', [[calendarId]]);
  if (calendar === undefined) throw new Error(`calendar ${calendarId} of an admitted product is missing`);
  const { calendarId: _id, version: _version, ...terms } = calendar;
  return terms;
}
