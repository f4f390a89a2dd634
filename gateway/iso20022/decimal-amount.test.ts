import { decimalOf, exactDecimal, formatExactDecimal, minorUnitsOf } from './decimal-amount.ts';

describe('minorUnitsOf', () => {
  test.each([
    ['12.5', 'CNY', '1250'],
    ['12.50000', 'CNY', '1250'],
    ['.5', 'CNY', '50'],
    ['+007.', 'CNY', '700'],
    ['12', 'JPY', '12'],
    ['12.000', 'JPY', '12'],
    ['1.234', 'KWD', '1234'],
    ['1.2345', 'CLF', '12345'],
    ['123456789012345.67', 'CNY', '12345678901234567'],
    ['0.00', 'CNY', '0'],
  ])('counts %s %s as %s', (decimal, currency, expected) => {
    expect(minorUnitsOf(decimal, currency, '/Amt')).toBe(expected);
  });

  test.each([
    ['0.001', 'CNY', 'ISO20022_AMOUNT_TOO_PRECISE'],
    ['1.5', 'JPY', 'ISO20022_AMOUNT_TOO_PRECISE'],
    ['1', 'XAU', 'ISO20022_CURRENCY_UNKNOWN'],
    ['1', 'ZZZ', 'ISO20022_CURRENCY_UNKNOWN'],
  ])('refuses %s %s', (decimal, currency, code) => {
    expect(() => minorUnitsOf(decimal, currency, '/Amt')).toThrow(code);
  });
});

describe('decimalOf', () => {
  test.each([
    ['1250', 'CNY', '12.50'],
    ['5', 'CNY', '0.05'],
    ['0', 'CNY', '0.00'],
    ['12', 'JPY', '12'],
    ['5', 'KWD', '0.005'],
  ])('writes %s minor units of %s as %s', (minorUnits, currency, expected) => {
    expect(decimalOf(minorUnits, currency)).toBe(expected);
    expect(minorUnitsOf(expected, currency, '/Amt')).toBe(minorUnits);
  });
});

describe('exactDecimal', () => {
  test('adds what floating point would not', () => {
    const sum = ['0.1', '0.2', '99999999999999999.9', '-1'].reduce((total, item) => total + exactDecimal(item), 0n);

    expect(formatExactDecimal(sum)).toBe('99999999999999999.2');
    expect(formatExactDecimal(exactDecimal('100'))).toBe('100');
  });
});
