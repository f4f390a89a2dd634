import { type Static, Type } from 'typebox';
import { errors } from './core-errors.ts';
import { MINOR_UNIT_EXPONENTS } from './currencies.ts';

/** An amount in memory: a count of the currency's minor unit. */
export interface Amount {
  readonly amount: bigint;
  readonly currency: string;
}

/** An amount on the wire and on the ledger. */
export const AmountSchema = Type.Object(
  {
    amount: Type.String({ wire: 'amount', pattern: '^(0|[1-9][0-9]{0,29})$', description: 'Count of minor units.' }),
    currency: Type.String({ wire: 'currency', pattern: '^[A-Z]{3}$', description: 'ISO 4217 code.' }),
  },
  { additionalProperties: false },
);
export type AmountJson = Static<typeof AmountSchema>;

const DIGITS = /^(0|[1-9][0-9]{0,29})$/;

/** Digits after the decimal point. Refuses: CORE_CURRENCY_UNKNOWN. */
export function minorUnitExponent(currency: string): number {
  const exponent = MINOR_UNIT_EXPONENTS.get(currency);
  if (exponent === undefined) throw errors.CURRENCY_UNKNOWN({ currency });
  return exponent;
}

/** Reads an amount of zero or more. Refuses, in order: AMOUNT_INVALID, CURRENCY_UNKNOWN. */
export function parseAmount(json: AmountJson): Amount {
  if (!DIGITS.test(json.amount)) throw errors.AMOUNT_INVALID();
  minorUnitExponent(json.currency);
  return { amount: BigInt(json.amount), currency: json.currency };
}

/** Reads an amount above zero. Refuses, in order: AMOUNT_INVALID, CURRENCY_UNKNOWN, AMOUNT_NOT_POSITIVE. */
export function parsePositiveAmount(json: AmountJson): Amount {
  const amount = parseAmount(json);
  if (amount.amount === 0n) throw errors.AMOUNT_NOT_POSITIVE();
  return amount;
}

/** Writes an amount for the wire and the ledger. */
export function formatAmount(amount: Amount): AmountJson {
  return { amount: amount.amount.toString(), currency: amount.currency };
}

/** Refuses: CURRENCY_MISMATCH. */
export function assertSameCurrency(one: Amount, other: Amount): void {
  if (one.currency !== other.currency) {
    throw errors.CURRENCY_MISMATCH({ currency: one.currency, other: other.currency });
  }
}

/** Refuses: CURRENCY_MISMATCH. */
export function addAmounts(one: Amount, other: Amount): Amount {
  assertSameCurrency(one, other);
  return { amount: one.amount + other.amount, currency: one.currency };
}

/** May be negative. Refuses: CURRENCY_MISMATCH. */
export function subtractAmounts(one: Amount, other: Amount): Amount {
  assertSameCurrency(one, other);
  return { amount: one.amount - other.amount, currency: one.currency };
}

/** Splits a total of zero or more by weights of zero or more, not all zero; the shares sum to the total exactly. */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((left, right) => left + right, 0n);
  if (total < 0n || sum <= 0n || weights.some((weight) => weight < 0n)) {
    throw new RangeError('allocation needs a total and weights of zero or more');
  }
  // Floor every share, then hand out spare units in declared order: rounding each share could sum to more.
  const shares = weights.map((weight) => (total * weight) / sum);
  let spare = total - shares.reduce((left, right) => left + right, 0n);
  return shares.map((share, index) => {
    if (spare === 0n || weights[index] === 0n) return share;
    spare -= 1n;
    return share + 1n;
  });
}
