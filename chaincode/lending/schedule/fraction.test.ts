import { formatDecimal, formatRate, multiply, parseDecimal, smaller } from './fraction.ts';

describe('parseDecimal', () => {
  test.each([
    ['0.094822', 94_822n, 1_000_000n],
    ['12', 12n, 1n],
    ['1.50', 150n, 100n],
    ['0', 0n, 1n],
  ])('reads %s as %i over %i', (text, numerator, denominator) => {
    expect(parseDecimal(text)).toEqual({ numerator, denominator });
  });
});

describe('formatDecimal', () => {
  test.each([
    [94_822n, 6, '0.094822'],
    [0n, 6, '0.000000'],
    [1_000_000n, 6, '1.000000'],
    [12_345n, 2, '123.45'],
  ])('writes %i with %i decimals as %s', (scaled, scale, text) => {
    expect(formatDecimal(scaled, scale)).toBe(text);
  });
});

describe('formatRate', () => {
  test.each([
    [94_822_000_000n, '0.094822'],
    [1n, '0.000000000001'],
    [1_000_000_000_000n, '1'],
    [10_000_000_000_000n, '10'],
    [100_500_000_000n, '0.1005'],
    [0n, '0'],
  ])('writes %i with as few decimals as it needs: %s', (scaled, text) => {
    expect(formatRate(scaled)).toBe(text);
  });
});

test('multiply keeps products exact', () => {
  const product = multiply({ numerator: 2n, denominator: 3n }, { numerator: 5n, denominator: 7n });
  expect(product).toEqual({ numerator: 10n, denominator: 21n });
});

test.each([
  [1n, 2n, 1n],
  [2n, 1n, 1n],
  [-1n, 0n, -1n],
])('smaller of %i and %i is %i', (one, other, least) => {
  expect(smaller(one, other)).toBe(least);
});
