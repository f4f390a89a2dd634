import type { ErrorRow } from '../../core/errors.ts';

/** Why a schedule cannot be worked out. */
export const scheduleErrorRows = {
  DATE_INVALID: {
    status: 400,
    outcome: 'refused',
    retry: 'after-change',
    text: '{date} is not a day of the years 1900 to 2999.',
    fix: 'Send a date of the calendar as YYYY-MM-DD.',
  },
  FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The first due date {firstDueDate} is not after the disbursement on {disbursementDate}.',
    fix: 'Send a first due date after the day of disbursement.',
  },
  TERM_TOO_LONG: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The last instalment would fall due after {latest}.',
    fix: 'Ask for fewer instalments or a shorter period.',
  },
  CALENDAR_WITHOUT_BUSINESS_DAYS: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The calendar has no business day within {days} days of {date}.',
    fix: 'Leave some day of the week for business.',
  },
  DUE_DATES_COLLIDE: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'Two instalments would fall due on {dueDate} once moved to business days, or one before the disbursement.',
    fix: 'Use a longer period, another roll convention or no calendar.',
  },
  GRACE_TOO_LONG: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'Grace on principal covers {graceInstalments} of {instalments} instalments, so none would repay.',
    fix: 'Leave at least one instalment for the principal.',
  },
  BALLOON_MISSING: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'Method balloon needs the amount that is left for the last due date.',
    fix: 'Send balloon.',
  },
  BALLOON_NOT_APPLICABLE: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'Method {method} leaves no balloon.',
    fix: 'Leave balloon out, or use method balloon.',
  },
  BALLOON_EXCEEDS_PRINCIPAL: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'A balloon of {balloon} is more than the principal of {principal}.',
    fix: 'Send a balloon of at most the principal.',
  },
  FEE_EXCEEDS_PRINCIPAL: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The fee of {fee} at disbursement leaves nothing of the principal of {principal}.',
    fix: 'Lower the fee.',
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;
