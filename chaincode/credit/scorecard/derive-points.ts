import { divide } from '../../core/rate.ts';
import { LN2, naturalLog } from './fixed-log.ts';
import type { ScorecardModel } from './model.ts';

const NANO = 10n ** 9n;

/**
 * Points of a band: pointsToDoubleOdds / ln 2 times coefficient times weight of evidence, rounded half-even once. A
 * coefficient and a weight of 10^-9 each multiply to 10^-18, the unit of LN2, so nothing else is rounded.
 */
export function pointsOf(pointsToDoubleOdds: number, coefficient: number, weightOfEvidence: number): number {
  const product = BigInt(pointsToDoubleOdds) * BigInt(coefficient) * BigInt(weightOfEvidence);
  return toSafeInteger(divide(product, LN2, 'half-even'));
}

/** Points that every applicant has: score at the odds of the scaling, moved by the intercept; rounded half-even once. */
export function basePointsOf({ scaling, intercept }: Pick<ScorecardModel, 'scaling' | 'intercept'>): number {
  const { score, odds, pointsToDoubleOdds } = scaling;
  const distance = BigInt(intercept) * NANO - naturalLog(BigInt(odds.good), BigInt(odds.bad));
  const points = divide(BigInt(score) * LN2 + BigInt(pointsToDoubleOdds) * distance, LN2, 'half-even');
  return toSafeInteger(points);
}

function toSafeInteger(points: bigint): number {
  const integer = Number.parseInt(points.toString(), 10);
  if (!Number.isSafeInteger(integer)) throw new RangeError('points beyond any schema');
  return integer;
}
