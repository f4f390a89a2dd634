import type { Method } from '../schedule/amortise.ts';
import type { Day } from '../schedule/dates.ts';
import { type DayCount, yearFraction } from '../schedule/day-count.ts';
import { type Fraction, parseDecimal } from '../schedule/fraction.ts';

export const COMPONENTS = ['penalty', 'fee', 'interest', 'principal'] as const;
export type Component = (typeof COMPONENTS)[number];
export type Time = 'pastDue' | 'due' | 'inAdvance';

/** The steps of a repayment's order; this order is the usual one. */
export const WATERFALL_STEPS = [
  'pastDue.penalty',
  'pastDue.fee',
  'pastDue.interest',
  'pastDue.principal',
  'due.penalty',
  'due.fee',
  'due.interest',
  'due.principal',
  'inAdvance.penalty',
  'inAdvance.fee',
  'inAdvance.interest',
  'inAdvance.principal',
] as const;
export type WaterfallStep = (typeof WATERFALL_STEPS)[number];

export const PREPAYMENT_RULES = ['lowerInstalment', 'shortenTerm', 'payLastFirst'] as const;
export type PrepaymentRule = (typeof PREPAYMENT_RULES)[number];

export type Amounts = Readonly<Record<Component, bigint>>;
export const NOTHING: Amounts = { penalty: 0n, fee: 0n, interest: 0n, principal: 0n };

/** What a loan was agreed to be on the day of its disbursement. */
export interface LoanTerms {
  readonly principal: bigint;
  readonly annualRate: string;
  readonly dayCount: DayCount;
  readonly method: Method;
  readonly disbursement: Day;
  readonly dueDates: readonly Day[];
  readonly graceInstalments: number;
  readonly balloon: bigint;
  readonly instalmentFee: bigint;
  /** Yearly, on what is overdue of principal and interest, on top of the interest. */
  readonly penaltyRate: string;
  /** Paid within so many days of its due date, an instalment bears no penalty; later it bears it from the due date. */
  readonly penaltyGraceDays: number;
  readonly prepayment: PrepaymentRule;
  readonly waterfall: readonly WaterfallStep[];
}

/** What happened to a loan, by the day from which it counts. */
export type LoanEvent =
  | { readonly kind: 'repayment'; readonly id: string; readonly date: Day; readonly amount: bigint }
  | { readonly kind: 'rateChange'; readonly date: Day; readonly annualRate: string }
  | {
      readonly kind: 'restructuring';
      readonly date: Day;
      readonly annualRate: string;
      readonly dueDates: readonly Day[];
    }
  | { readonly kind: 'writeOff'; readonly date: Day }
  | { readonly kind: 'recovery'; readonly id: string; readonly date: Day; readonly amount: bigint };

/** One instalment while time passes. Interest and penalty are exact sums over `scaleOf` until they are read. */
export interface Line {
  readonly start: Day;
  readonly due: Day;
  readonly rate: bigint;
  readonly principal: bigint;
  readonly fee: bigint;
  /** Brought over by a restructuring. */
  readonly carried: Amounts;
  readonly accrued: bigint;
  readonly penalty: bigint;
  readonly paid: Amounts;
}

export interface LoanState {
  readonly at: Day;
  readonly terms: LoanTerms;
  /** Principal that is not repaid, due or not. */
  readonly balance: bigint;
  readonly lines: readonly Line[];
  /** Total of a level instalment, or principal of an equal one: what a shortened term keeps. */
  readonly level: bigint;
  readonly isWrittenOff: boolean;
  readonly paid: Amounts;
  readonly recovered: bigint;
  /** Paid beyond all that the loan owed. */
  readonly surplus: bigint;
  /** How the last repayment was spent, and those before it: a list, because a copy each would cost a square of them. */
  readonly allocations: Allocation | undefined;
}

export interface Allocation {
  readonly id: string;
  readonly spent: Amounts;
  readonly before: Allocation | undefined;
}

/** How each repayment was spent, by its id, in the order of their days. */
export function allocationsOf({ allocations }: LoanState): Map<string, Amounts> {
  const list: [string, Amounts][] = [];
  for (let each = allocations; each !== undefined; each = each.before) list.push([each.id, each.spent]);
  return new Map(list.reverse());
}

const RATE_SCALE = 10n ** 12n;

/** A yearly rate as a count of 10^-12: annual rates have at most twelve decimals. */
export function scaledRate(annualRate: string): bigint {
  const { numerator, denominator } = parseDecimal(annualRate);
  return (numerator * RATE_SCALE) / denominator;
}

const YEAR_DAYS: Readonly<Record<DayCount, bigint>> = {
  'ACT/360': 360n,
  'ACT/364': 364n,
  'ACT/365F': 365n,
  'ACT/ACT': 365n * 366n,
  '30/360': 360n,
  '30E/360': 360n,
  '30E/360-ISDA': 360n,
};

/** What exact interest is divided by: amounts times 10^-12 rates times days of this day count. */
export const scaleOf = (dayCount: DayCount): bigint => RATE_SCALE * YEAR_DAYS[dayCount];

/** Days between two dates as the day count sees them from the period's first day, so that parts add up to the whole. */
export function countedDays(terms: LoanTerms, start: Day, part: { readonly from: Day; readonly to: Day }): bigint {
  const maturity = terms.dueDates[terms.dueDates.length - 1]!;
  const until = (end: Day): bigint => {
    const { numerator, denominator } = yearFraction(terms.dayCount, { start, end, maturity });
    return numerator * (YEAR_DAYS[terms.dayCount] / denominator);
  };
  return until(part.to) - until(part.from);
}

/** The rate of a whole or of the rest of a period, as amortise wants it. */
export function periodRate(terms: LoanTerms, rate: bigint, part: { readonly from: Day; readonly to: Day }): Fraction {
  return { numerator: rate * countedDays(terms, part.from, part), denominator: scaleOf(terms.dayCount) };
}
