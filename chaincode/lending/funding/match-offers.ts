import { allocate } from '../../core/money.ts';
import { smaller } from '../schedule/fraction.ts';
import { scaledRate } from '../servicing/loan.ts';

export const MATCHING_RULES = ['proRata', 'lowestRateFirst'] as const;
export type MatchingRule = (typeof MATCHING_RULES)[number];

/** What a lender would give, and the least yearly rate for it. */
export interface OfferTerms {
  readonly offerId: string;
  readonly amount: bigint;
  readonly leastRate: string;
}

export interface MatchRequest {
  readonly amount: bigint;
  /** Less than this is no loan. */
  readonly minimumAmount: bigint;
  readonly highestRate: string;
  readonly rule: MatchingRule;
}

export interface Match {
  readonly amount: bigint;
  readonly annualRate: string;
  /** Taken of each offer, in the order of the offers; zero of those that do not match. */
  readonly taken: readonly bigint[];
}

/**
 * Which offers fund a request, given in the order in which they were made. Only offers whose least rate is at most the
 * request's highest count. proRata: all of them in proportion to their amounts, at the highest rate. lowestRateFirst:
 * the cheapest first, earlier ones before later ones of the same rate, all at the rate of the dearest that is taken.
 * Undefined when less than the minimum comes together.
 */
export function matchOffers(request: MatchRequest, offers: readonly OfferTerms[]): Match | undefined {
  const limit = scaledRate(request.highestRate);
  const fit = offers.map(({ leastRate, amount }) => (scaledRate(leastRate) <= limit ? amount : 0n));
  const available = fit.reduce((sum, amount) => sum + amount, 0n);
  const amount = smaller(available, request.amount);
  if (amount < request.minimumAmount || amount === 0n) return undefined;
  if (request.rule === 'proRata') return { amount, annualRate: request.highestRate, taken: allocate(amount, fit) };

  const byRate = offers
    .map(({ leastRate }, index) => ({ index, leastRate, rate: scaledRate(leastRate) }))
    .sort((one, other) => (one.rate === other.rate ? one.index - other.index : one.rate < other.rate ? -1 : 1));
  const taken = offers.map(() => 0n);
  let left = amount;
  let annualRate = request.highestRate;
  for (const { index, leastRate } of byRate) {
    if (left === 0n) break;
    const part = smaller(fit[index]!, left);
    if (part === 0n) continue;
    taken[index] = part;
    left -= part;
    annualRate = leastRate;
  }
  return { amount, annualRate, taken };
}
