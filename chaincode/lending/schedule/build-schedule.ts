import { type Amount, assertSameCurrency, formatAmount, parseAmount, parsePositiveAmount } from '../../core/money.ts';
import { errors } from '../errors.ts';
import { amortise, type Instalment, interestOf, type LoanPeriod } from './amortise.ts';
import { type Calendar, WEEKDAYS } from './calendar.ts';
import { type Day, formatDate, parseDate } from './dates.ts';
import { yearFraction } from './day-count.ts';
import { dueDates } from './due-dates.ts';
import { effectiveAnnualRate } from './effective-rate.ts';
import { multiply, parseDecimal } from './fraction.ts';
import type { CalendarTerms, FeeRule, InstalmentView, SchedulePreview, SchedulePreviewRequest } from './schemas.ts';

type Terms = SchedulePreviewRequest;

/** Everything that a schedule says, in memory. */
export interface Schedule {
  readonly currency: string;
  readonly disbursement: Day;
  readonly instalments: readonly Instalment[];
  readonly instalmentFee: bigint;
  readonly disbursementFee: bigint;
}

/**
 * Works out a loan's schedule from its terms alone. Refuses, in order: CORE_AMOUNT_INVALID, CORE_CURRENCY_UNKNOWN,
 * CORE_AMOUNT_NOT_POSITIVE, CORE_CURRENCY_MISMATCH, BALLOON_MISSING, BALLOON_NOT_APPLICABLE, BALLOON_EXCEEDS_PRINCIPAL,
 * GRACE_TOO_LONG, DATE_INVALID, those of dueDates, FEE_EXCEEDS_PRINCIPAL.
 */
export function buildSchedule(terms: Terms): Schedule {
  const principal = parsePositiveAmount(terms.principal);
  const balloon = balloonOf(terms, principal);
  const graceInstalments = terms.graceInstalments ?? 0;
  if (graceInstalments >= terms.instalments) {
    throw errors.GRACE_TOO_LONG({ graceInstalments, instalments: terms.instalments });
  }
  const disbursement = parseDate(terms.disbursementDate);
  const days = dueDatesOf(terms, disbursement);

  const periods = periodsOf(terms, disbursement, days);
  const { method } = terms;
  const instalments = amortise({ principal: principal.amount, method, periods, graceInstalments, balloon });

  const instalmentFee = feeOf(terms.instalmentFee, principal);
  const disbursementFee = feeOf(terms.disbursementFee, principal);
  if (disbursementFee >= principal.amount) {
    const amounts = { fee: disbursementFee.toString(), principal: principal.amount.toString() };
    throw errors.FEE_EXCEEDS_PRINCIPAL(amounts);
  }
  return { currency: principal.currency, disbursement, instalments, instalmentFee, disbursementFee };
}

/** Refuses, in order: BALLOON_MISSING, BALLOON_NOT_APPLICABLE, CORE_CURRENCY_MISMATCH, BALLOON_EXCEEDS_PRINCIPAL. */
function balloonOf({ method, balloon }: Terms, principal: Amount): bigint {
  if (method === 'balloon' && balloon === undefined) throw errors.BALLOON_MISSING();
  if (balloon === undefined) return 0n;
  if (method !== 'balloon') throw errors.BALLOON_NOT_APPLICABLE({ method });
  const left = parseAmount(balloon);
  assertSameCurrency(left, principal);
  if (left.amount > principal.amount) {
    const amounts = { balloon: balloon.amount, principal: principal.amount.toString() };
    throw errors.BALLOON_EXCEEDS_PRINCIPAL(amounts);
  }
  return left.amount;
}

function dueDatesOf(terms: Terms, disbursement: Day): Day[] {
  return dueDates({
    disbursement,
    firstDue: parseDate(terms.firstDueDate),
    ...terms.frequency,
    instalments: terms.instalments,
    keepsEndOfMonth: terms.endOfMonth ?? false,
    calendar: terms.calendar === undefined ? undefined : calendarOf(terms.calendar),
    rollConvention: terms.rollConvention ?? 'following',
  });
}

/** Reads a calendar. Refuses: DATE_INVALID. */
export function calendarOf({ weekend, holidays = [], workingDays = [] }: CalendarTerms): Calendar {
  return {
    weekend: new Set(weekend.map((name) => WEEKDAYS.indexOf(name))),
    holidays: new Set(holidays.map(parseDate)),
    workingDays: new Set(workingDays.map(parseDate)),
  };
}

/** The periods between due dates, each with the part of a balance that is its interest. */
function periodsOf({ annualRate, dayCount }: Terms, disbursement: Day, days: readonly Day[]): LoanPeriod[] {
  const rate = parseDecimal(annualRate);
  const maturity = days[days.length - 1]!;
  return days.map((due, index) => {
    const start = index === 0 ? disbursement : days[index - 1]!;
    return { due, rate: multiply(rate, yearFraction(dayCount, { start, end: due, maturity })) };
  });
}

function feeOf(rule: FeeRule | undefined, principal: Amount): bigint {
  if (rule === undefined) return 0n;
  if ('rate' in rule) return interestOf(principal.amount, parseDecimal(rule.rate));
  const fee = parseAmount(rule.amount);
  assertSameCurrency(fee, principal);
  return fee.amount;
}

/** A schedule as a client sees it, with what the loan costs a year. Refuses what buildSchedule refuses. */
export function previewSchedule(terms: Terms): SchedulePreview {
  const schedule = buildSchedule(terms);
  const { currency, instalments, instalmentFee, disbursementFee } = schedule;
  const json = (amount: bigint) => formatAmount({ amount, currency });
  const sum = (of: (instalment: Instalment) => bigint) => instalments.reduce((total, each) => total + of(each), 0n);

  const principal = sum((each) => each.principal);
  const paidOut = principal - disbursementFee;
  const flows = instalments.map((each) => ({
    days: each.due - schedule.disbursement,
    amount: each.principal + each.interest + instalmentFee,
  }));
  return {
    instalments: instalments.map((each): InstalmentView => {
      const fee = instalmentFee === 0n ? {} : { fee: json(instalmentFee) };
      const total = json(each.principal + each.interest + instalmentFee);
      const { due, principal: part, interest, balance } = each;
      return {
        dueDate: formatDate(due),
        principal: json(part),
        interest: json(interest),
        ...fee,
        total,
        balance: json(balance),
      };
    }),
    totals: {
      principal: json(principal),
      interest: json(sum((each) => each.interest)),
      fees: json(disbursementFee + instalmentFee * BigInt(instalments.length)),
      paidOut: json(paidOut),
    },
    effectiveAnnualRate: effectiveAnnualRate(paidOut, flows),
  };
}
