import { divide } from '../../core/rate.ts';
import type { Day } from './dates.ts';
import { formatDecimal } from './fraction.ts';

export interface Flow {
  /** Days after the disbursement. */
  readonly days: Day;
  readonly amount: bigint;
}

const SCALE = 6;
/** Fixed point: forty digits after the point leave the sixth right after thousands of products. */
const ONE = 10n ** 40n;

/**
 * The yearly rate, compounded over ACT/365 and given with six decimals (half-even), at which the flows are worth what
 * was paid out. Whole numbers only: the daily discount factor is bisected, so that every machine finds the same digits.
 */
export function effectiveAnnualRate(paidOut: bigint, flows: readonly Flow[]): string {
  // A loan that costs nothing has factor one; a dearer one discounts more, down to nothing.
  let low = 0n;
  let high = ONE;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (presentValue(flows, middle) > paidOut * ONE) high = middle;
    else low = middle;
  }
  const yearly = power(high, 365);
  // A factor so small that a year of it vanishes: the rate is beyond what six hundred digits would tell.
  if (yearly === 0n) return formatDecimal(0n, SCALE).replace(/^0/, '9'.repeat(12));
  return formatDecimal(divide((ONE - yearly) * 10n ** BigInt(SCALE), yearly, 'half-even'), SCALE);
}

function presentValue(flows: readonly Flow[], factor: bigint): bigint {
  let value = 0n;
  let discount = ONE;
  let at = 0;
  const steps = new Map<number, bigint>();
  for (const { days, amount } of flows) {
    const step = days - at;
    const cached = steps.get(step) ?? power(factor, step);
    steps.set(step, cached);
    discount = (discount * cached) / ONE;
    at = days;
    value += amount * discount;
  }
  return value;
}

function power(base: bigint, exponent: number): bigint {
  let result = ONE;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * square) / ONE;
    square = (square * square) / ONE;
  }
  return result;
}
