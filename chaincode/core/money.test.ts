import fc from 'fast-check';
import { MINOR_UNIT_EXPONENTS } from './currencies.ts';
import type { DomainError } from './errors.ts';
import {
  addAmounts,
  allocate,
  formatAmount,
  minorUnitExponent,
  parseAmount,
  parsePositiveAmount,
  subtractAmounts,
} from './money.ts';

const refusalOf = (act: () => unknown) => {
  try {
    act();
    return undefined;
  } catch (error) {
    const { code, params } = error as DomainError;
    return { code, params };
  }
};
const codeOf = (act: () => unknown) => refusalOf(act)?.code;

describe('minorUnitExponent', () => {
  test.each([
    { currency: 'CNY', exponent: 2 },
    { currency: 'JPY', exponent: 0 },
    { currency: 'KWD', exponent: 3 },
    { currency: 'CLF', exponent: 4 },
    { currency: 'UGX', exponent: 0 },
    { currency: 'MGA', exponent: 2 },
  ])('of $currency is $exponent', ({ currency, exponent }) => {
    expect(minorUnitExponent(currency)).toBe(exponent);
  });

  test.each(['XAU', 'XXX', 'XDR', 'XTS', 'ZZZ', 'cny', '', 'constructor'])('refuses %p', (currency) => {
    expect(codeOf(() => minorUnitExponent(currency))).toBe('CORE_CURRENCY_UNKNOWN');
  });

  test('names the currency that it does not know', () => {
    expect(refusalOf(() => minorUnitExponent('ZZZ'))?.params).toEqual({ currency: 'ZZZ' });
  });

  test('knows well-formed codes only', () => {
    for (const code of MINOR_UNIT_EXPONENTS.keys()) expect(code).toMatch(/^[A-Z]{3}$/);
    expect(MINOR_UNIT_EXPONENTS.size).toBeGreaterThan(150);
  });
});

describe('parseAmount', () => {
  test.each(['-1', '+1', '01', '1.0', '1e3', '', ' 1', '0x1', '1'.repeat(31), '１'])('refuses %p', (amount) => {
    expect(codeOf(() => parseAmount({ amount, currency: 'CNY' }))).toBe('CORE_AMOUNT_INVALID');
  });

  test('reads back what formatAmount writes, without losing a digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }), (amount) => {
        expect(parseAmount(formatAmount({ amount, currency: 'CNY' }))).toEqual({ amount, currency: 'CNY' });
      }),
    );
  });

  test('refuses a currency that nobody counts', () => {
    expect(codeOf(() => parseAmount({ amount: '1', currency: 'XAU' }))).toBe('CORE_CURRENCY_UNKNOWN');
  });

  test('of a positive amount refuses zero alone', () => {
    expect(codeOf(() => parsePositiveAmount({ amount: '0', currency: 'CNY' }))).toBe('CORE_AMOUNT_NOT_POSITIVE');
    expect(parsePositiveAmount({ amount: '1', currency: 'CNY' })).toEqual({ amount: 1n, currency: 'CNY' });
  });
});

describe('addAmounts and subtractAmounts', () => {
  const yuan = { amount: 5n, currency: 'CNY' };
  test('stay within one currency', () => {
    expect(addAmounts(yuan, yuan)).toEqual({ amount: 10n, currency: 'CNY' });
    expect(subtractAmounts(yuan, { amount: 7n, currency: 'CNY' })).toEqual({ amount: -2n, currency: 'CNY' });
  });

  test.each([addAmounts, subtractAmounts])('%p refuses another currency and names both', (combine) => {
    const params = { currency: 'CNY', other: 'EUR' };
    const refusal = refusalOf(() => combine(yuan, { amount: 1n, currency: 'EUR' }));
    expect(refusal).toEqual({ code: 'CORE_CURRENCY_MISMATCH', params });
  });
});

describe('allocate', () => {
  test.each([
    { total: 15n, weights: [80n, 8n, 12n], shares: [13n, 1n, 1n] },
    { total: 15n, weights: [1n, 1n], shares: [8n, 7n] },
    { total: 0n, weights: [1n, 2n], shares: [0n, 0n] },
    { total: 1n, weights: [0n, 1n, 1n], shares: [0n, 1n, 0n] },
  ])('splits $total by $weights into $shares', ({ total, weights, shares }) => {
    expect(allocate(total, weights)).toEqual(shares);
  });

  test('gives shares that sum to the total, each within one unit of its exact share', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), weights, (total, shares) => {
        const sum = shares.reduce((left, right) => left + right, 0n);
        fc.pre(sum > 0n);
        const allocated = allocate(total, shares);
        expect(allocated.reduce((left, right) => left + right, 0n)).toBe(total);
        for (const [index, share] of allocated.entries()) {
          const floor = (total * (shares[index] as bigint)) / sum;
          expect(share === floor || share === floor + 1n).toBe(true);
        }
      }),
    );
  });

  test('refuses weights that give nobody a share', () => {
    expect(() => allocate(1n, [])).toThrow(RangeError);
    expect(() => allocate(1n, [0n])).toThrow(RangeError);
    expect(() => allocate(-1n, [1n])).toThrow(RangeError);
    expect(() => allocate(1n, [2n, -1n])).toThrow(RangeError);
  });
});
