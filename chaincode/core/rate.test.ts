import fc from 'fast-check';
import { applyInverseRate, applyRate, divide, parseRate, rateOf } from './rate.ts';

describe('divide', () => {
  test.each([
    { dividend: 5n, divisor: 2n, halfEven: 2n, floor: 2n, ceil: 3n },
    { dividend: 7n, divisor: 2n, halfEven: 4n, floor: 3n, ceil: 4n },
    { dividend: -5n, divisor: 2n, halfEven: -2n, floor: -3n, ceil: -2n },
    { dividend: -7n, divisor: 2n, halfEven: -4n, floor: -4n, ceil: -3n },
    { dividend: 8n, divisor: 3n, halfEven: 3n, floor: 2n, ceil: 3n },
    { dividend: 6n, divisor: 3n, halfEven: 2n, floor: 2n, ceil: 2n },
  ])('of $dividend by $divisor follows its mode', ({ dividend, divisor, halfEven, floor, ceil }) => {
    expect(divide(dividend, divisor, 'half-even')).toBe(halfEven);
    expect(divide(dividend, divisor, 'floor')).toBe(floor);
    expect(divide(dividend, divisor, 'ceil')).toBe(ceil);
  });

  test('never errs by a whole unit, and half-even by no more than a half', () => {
    const big = 10n ** 24n;
    fc.assert(
      fc.property(fc.bigInt({ min: -big, max: big }), fc.bigInt({ min: 1n, max: big }), (dividend, divisor) => {
        const [floor, ceil] = [divide(dividend, divisor, 'floor'), divide(dividend, divisor, 'ceil')];
        expect(floor * divisor <= dividend && dividend <= ceil * divisor && ceil - floor <= 1n).toBe(true);
        const error = 2n * (divide(dividend, divisor, 'half-even') * divisor - dividend);
        expect(error <= divisor && -error <= divisor).toBe(true);
      }),
    );
  });

  test('refuses a divisor of zero or less', () => {
    expect(() => divide(1n, 0n, 'floor')).toThrow('above zero');
    expect(() => divide(1n, -1n, 'floor')).toThrow('above zero');
  });
});

describe('rates', () => {
  test('convert without floating point', () => {
    const rate = parseRate({ value: '71234', scale: 4 });
    expect(applyRate(10_000n, rate, 'floor')).toBe(71_234n);
    expect(applyInverseRate(71_234n, rate, 'ceil')).toBe(10_000n);
  });

  test.each([
    { value: '0', scale: 0 },
    { value: '-1', scale: 0 },
    { value: '1', scale: -1 },
    { value: '1', scale: 1.5 },
    { value: '1', scale: 19 },
    { value: '01', scale: 0 },
    { value: '1x', scale: 0 },
    { value: '1'.repeat(31), scale: 0 },
  ])('refuse $value at scale $scale', (rate) => {
    expect(() => parseRate(rate)).toThrow('CORE_RATE_INVALID');
  });

  test('have no decimals or up to eighteen', () => {
    expect(parseRate({ value: '7', scale: 0 })).toEqual({ numerator: 7n, denominator: 1n });
    expect(parseRate({ value: '7', scale: 18 })).toEqual({ numerator: 7n, denominator: 10n ** 18n });
  });

  test('are ratios of two counts above zero', () => {
    expect(rateOf(1n, 1n)).toEqual({ numerator: 1n, denominator: 1n });
    expect(() => rateOf(0n, 1n)).toThrow('CORE_RATE_INVALID');
    expect(() => rateOf(1n, 0n)).toThrow('CORE_RATE_INVALID');
  });
});
