import { MINOR_UNIT_EXPONENTS } from '@tangram/chaincode/core/currencies.ts';
import { errors } from './errors.ts';

const DECIMAL = /^\+?(\d*)(?:\.(\d*))?$/;

/**
 * Minor units of a decimal amount that the schema has checked: `12.5` CNY is 1250. Zeros beyond the currency's
 * decimals are harmless. Refuses, in order: CURRENCY_UNKNOWN, AMOUNT_TOO_PRECISE.
 */
export function minorUnitsOf(decimal: string, currency: string, path: string): string {
  const exponent = exponentOf(currency);
  const [, whole = '', fraction = ''] = DECIMAL.exec(decimal)!;
  if (!/^0*$/.test(fraction.slice(exponent))) throw errors.AMOUNT_TOO_PRECISE({ path, currency });
  return BigInt(`${whole}${fraction.slice(0, exponent).padEnd(exponent, '0')}` || '0').toString();
}

/** The decimal form of minor units: 1250 CNY is `12.50`. Refuses: CURRENCY_UNKNOWN. */
export function decimalOf(minorUnits: string, currency: string): string {
  const exponent = exponentOf(currency);
  if (exponent === 0) return minorUnits;
  const digits = minorUnits.padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

function exponentOf(currency: string): number {
  const exponent = MINOR_UNIT_EXPONENTS.get(currency);
  if (exponent === undefined) throw errors.CURRENCY_UNKNOWN({ currency });
  return exponent;
}

const SCALE = 17;

/** A control sum's exact value, whatever currencies it mixes: xs:decimal has 17 decimals at most. */
export function exactDecimal(decimal: string): bigint {
  const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(decimal)!;
  const value = BigInt(`${whole}${fraction.padEnd(SCALE, '0')}` || '0');
  return sign === '-' ? -value : value;
}

/** Writes an exact value without trailing zeros. */
export function formatExactDecimal(value: bigint): string {
  const digits = value.toString().padStart(SCALE + 1, '0');
  return `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`.replace(/\.?0+$/, '');
}
