import { divide } from '../../core/rate.ts';
import type { Day } from './dates.ts';
import { type Fraction, smaller } from './fraction.ts';

export const METHODS = ['annuity', 'equalPrincipal', 'interestOnly', 'balloon'] as const;
export type Method = (typeof METHODS)[number];

/** One period of a loan: what falls due at its end, and the part of the balance that is its interest. */
export interface LoanPeriod {
  readonly due: Day;
  readonly rate: Fraction;
}

export interface Amortisation {
  readonly principal: bigint;
  readonly method: Method;
  readonly periods: readonly LoanPeriod[];
  /** First instalments that pay interest only. */
  readonly graceInstalments: number;
  /** What the last instalment pays on top; zero but for method balloon. */
  readonly balloon: bigint;
}

export interface Instalment {
  readonly due: Day;
  readonly principal: bigint;
  readonly interest: bigint;
  /** After the instalment. */
  readonly balance: bigint;
}

/** Interest of a balance over a period, half-even to the minor unit. */
export const interestOf = (balance: bigint, rate: Fraction): bigint =>
  divide(balance * rate.numerator, rate.denominator, 'half-even');

/**
 * The instalments of a loan. Interest is balance times the period's rate, half-even; the last instalment takes what
 * remains, so principals sum to the principal exactly. Interest is always paid in full: a first period whose interest
 * is more than the level instalment repays no principal, and the instalments after it are level among themselves.
 */
export function amortise(loan: Amortisation): Instalment[] {
  const { periods, principal } = loan;
  const { grace, portionOf } = principalPlan(loan);
  let balance = principal;
  return periods.map(({ due, rate }, index) => {
    const interest = interestOf(balance, rate);
    const isLast = index === periods.length - 1;
    const portion = isLast ? balance : index < grace ? 0n : portionOf(interest);
    const paid = smaller(portion, balance);
    balance -= paid;
    return { due, principal: paid, interest, balance };
  });
}

interface PrincipalPlan {
  /** Instalments at the beginning that repay nothing. */
  readonly grace: number;
  /** How much principal an instalment repays, given its interest. */
  portionOf(interest: bigint): bigint;
}

function principalPlan({ principal, method, balloon, periods, graceInstalments }: Amortisation): PrincipalPlan {
  if (method === 'interestOnly') return { grace: periods.length, portionOf: () => 0n };
  if (method === 'equalPrincipal') {
    const portion = principal / BigInt(periods.length - graceInstalments);
    return { grace: graceInstalments, portionOf: () => portion };
  }
  const rates = periods.map(({ rate }) => rate);
  let grace = graceInstalments;
  let level = levelInstalment(principal, balloon, rates.slice(grace));
  while (grace < periods.length - 1 && level < interestOf(principal, rates[grace]!)) {
    grace += 1;
    level = levelInstalment(principal, balloon, rates.slice(grace));
  }
  return { grace, portionOf: (interest) => (level > interest ? level - interest : 0n) };
}

/**
 * The level instalment of an annuity whose periods may differ: with F_1 = 1 and F_k = F_(k-1) (1 + r_k) + 1 it is
 * (P (1 + r_1) ... (1 + r_n) - B) / F_n, exact until it is rounded once, half-even.
 */
export function levelInstalment(principal: bigint, balloon: bigint, rates: readonly Fraction[]): bigint {
  // F = sum / scale; growth / (firstDenominator * scale) is the product of all 1 + r.
  let sum = 0n;
  let scale = 1n;
  let growth = 1n;
  let firstDenominator = 1n;
  for (const [index, { numerator, denominator }] of rates.entries()) {
    growth *= denominator + numerator;
    if (index === 0) {
      sum = 1n;
      firstDenominator = denominator;
      continue;
    }
    scale *= denominator;
    sum = sum * (denominator + numerator) + scale;
  }
  return divide(principal * growth - balloon * firstDenominator * scale, firstDenominator * sum, 'half-even');
}
