/** An exact ratio of whole numbers; the denominator is above zero. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Product of two ratios. */
export const multiply = (one: Fraction, other: Fraction): Fraction => ({
  numerator: one.numerator * other.numerator,
  denominator: one.denominator * other.denominator,
});

/** The smaller of two counts. */
export function smaller(one: bigint, other: bigint): bigint {
  if (one < other) return one;
  return other;
}

/** Reads a decimal such as 0.094822 exactly; the text is digits with at most one point. */
export function parseDecimal(text: string): Fraction {
  const [whole = '0', decimals = ''] = text.split('.');
  return { numerator: BigInt(whole + decimals), denominator: 10n ** BigInt(decimals.length) };
}

/** Writes a whole number of 10^-scale, at least zero, as a decimal. */
export function formatDecimal(scaled: bigint, scale: number): string {
  const digits = scaled.toString().padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Writes a count of 10^-12 as a rate with as few decimals as it needs. */
export function formatRate(scaled: bigint): string {
  return formatDecimal(scaled, 12).replace(/\.?0+$/, '');
}
