import { LN2, LOG_UNITS, naturalLog } from './fixed-log.ts';

describe('naturalLog', () => {
  test.each([
    // OEIS A002162, A002391, A002392, A016639 (ln 16 = 4 ln 2), and ln(1/30) = -ln 30 (A016658), rounded half-even.
    { ratio: '2', numerator: 2n, denominator: 1n, log: 693147180559945309n },
    { ratio: '3', numerator: 3n, denominator: 1n, log: 1098612288668109691n },
    { ratio: '10', numerator: 10n, denominator: 1n, log: 2302585092994045684n },
    { ratio: '10^9', numerator: 10n ** 9n, denominator: 1n, log: 20723265836946411156n },
    { ratio: '10^-9', numerator: 1n, denominator: 10n ** 9n, log: -20723265836946411156n },
    { ratio: '1', numerator: 7n, denominator: 7n, log: 0n },
    { ratio: '1/2', numerator: 1n, denominator: 2n, log: -693147180559945309n },
    { ratio: '1/10', numerator: 5n, denominator: 50n, log: -2302585092994045684n },
  ])('of $ratio has all its 18 decimals', ({ numerator, denominator, log }) => {
    expect(naturalLog(numerator, denominator)).toBe(log);
  });

  test('agrees with floating point on a thousand ratios', () => {
    for (let step = 1; step <= 1000; step += 1) {
      const log = naturalLog(BigInt(step * step), 977n);
      expect(Number(log) / Number(LOG_UNITS)).toBeCloseTo(Math.log((step * step) / 977), 12);
    }
  });

  test('turns products into sums to the last unit but one', () => {
    for (let factor = 3n; factor < 60n; factor += 7n) {
      const difference = naturalLog(factor * 11n, 13n) - naturalLog(factor, 1n) - naturalLog(11n, 13n);
      expect([-1n, 0n, 1n]).toContain(difference);
    }
    expect(naturalLog(1024n, 1n) - 10n * LN2).toBeGreaterThanOrEqual(-5n);
  });

  test('refuses what has no logarithm', () => {
    expect(() => naturalLog(0n, 1n)).toThrow(RangeError);
    expect(() => naturalLog(1n, -1n)).toThrow(RangeError);
    expect(() => naturalLog(1n, 0n)).toThrow(RangeError);
  });
});
