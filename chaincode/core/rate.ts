import { errors } from './core-errors.ts';

/** A ratio of whole numbers above zero: units of the quote currency for one unit of the base currency. */
export interface Rate {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A rate on the wire: `value` times ten to the power of minus `scale`. */
export interface ScaledRate {
  readonly value: string;
  readonly scale: number;
}

/** Every rounding names its mode: interest half-even, fixed-send FX floor, fixed-receive FX ceil. */
export type Rounding = 'half-even' | 'floor' | 'ceil';

const MAX_SCALE = 18;

/** Refuses: RATE_INVALID. */
export function rateOf(numerator: bigint, denominator: bigint): Rate {
  if (numerator <= 0n || denominator <= 0n) throw errors.RATE_INVALID();
  return { numerator, denominator };
}

/** Refuses: RATE_INVALID. */
export function parseRate(rate: ScaledRate): Rate {
  const scaleIsFit = Number.isInteger(rate.scale) && rate.scale >= 0 && rate.scale <= MAX_SCALE;
  if (!/^[1-9][0-9]{0,29}$/.test(rate.value) || !scaleIsFit) throw errors.RATE_INVALID();
  return { numerator: BigInt(rate.value), denominator: 10n ** BigInt(rate.scale) };
}

/** Divides whole numbers, negative ones too; the divisor is above zero. */
export function divide(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  if (divisor <= 0n) throw new RangeError('the divisor must be above zero');
  const truncated = dividend / divisor;
  const remainder = dividend % divisor;
  const floor = remainder < 0n ? truncated - 1n : truncated;
  if (remainder === 0n || rounding === 'floor') return floor;
  if (rounding === 'ceil') return floor + 1n;
  const twice = 2n * (dividend - floor * divisor);
  if (twice === divisor) return floor % 2n === 0n ? floor : floor + 1n;
  return twice < divisor ? floor : floor + 1n;
}

/** Amount times rate, rounded once. */
export function applyRate(amount: bigint, rate: Rate, rounding: Rounding): bigint {
  return divide(amount * rate.numerator, rate.denominator, rounding);
}

/** Amount divided by rate, rounded once. */
export function applyInverseRate(amount: bigint, rate: Rate, rounding: Rounding): bigint {
  return divide(amount * rate.denominator, rate.numerator, rounding);
}
