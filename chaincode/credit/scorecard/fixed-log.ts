import { divide } from '../../core/rate.ts';

/** Logarithms are whole numbers of this unit, 10^-18: the product of two figures in 10^-9 has it too. */
export const LOG_UNITS = 10n ** 18n;

const GUARD = 10n ** 12n;
const WORKING = LOG_UNITS * GUARD;

/** 2 atanh(p/q) in working units, by its series; p/q is at most 1/3, so that each term is a ninth of the last. */
function twiceArtanh(p: bigint, q: bigint): bigint {
  const square = q * q;
  let power = (2n * p * WORKING) / q;
  let sum = 0n;
  for (let odd = 1n; power !== 0n; odd += 2n) {
    sum += power / odd;
    power = (power * p * p) / square;
  }
  return sum;
}

const LN2_WORKING = twiceArtanh(1n, 3n);

/** ln 2 in LOG_UNITS. */
export const LN2 = divide(LN2_WORKING, GUARD, 'half-even');

/** ln(numerator / denominator) in LOG_UNITS, both above zero: integers only, so it is the same on every machine. */
export function naturalLog(numerator: bigint, denominator: bigint): bigint {
  if (numerator <= 0n || denominator <= 0n) throw new RangeError('a logarithm needs a ratio above zero');
  let [above, below, doublings] = [numerator, denominator, 0n];
  while (above >= 2n * below) {
    below *= 2n;
    doublings += 1n;
  }
  while (above < below) {
    above *= 2n;
    doublings -= 1n;
  }
  const fraction = twiceArtanh(above - below, above + below);
  return divide(doublings * LN2_WORKING + fraction, GUARD, 'half-even');
}
