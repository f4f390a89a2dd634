import fc from 'fast-check';
import { effectiveAnnualRate } from './effective-rate.ts';

describe('effectiveAnnualRate', () => {
  test.each([
    // Council Directive 98/7/EC, Annex II, third example: 1000 against 600 after one and two years is 13.07 %.
    [
      'two payments',
      100_000n,
      [
        [365, 60_000n],
        [730, 60_000n],
      ],
      '0.130662',
    ],
    ['one year', 10_000n, [[365, 11_000n]], '0.100000'],
    ['two years', 10_000n, [[730, 12_100n]], '0.100000'],
    [
      'a cost that is nothing',
      10_000n,
      [
        [30, 5_000n],
        [60, 5_000n],
      ],
      '0.000000',
    ],
    ['a loan that pays its debtor', 10_000n, [[30, 9_000n]], '0.000000'],
    ['a day that doubles', 1n, [[1, 2n]], `${(2n ** 365n - 1n).toString()}.000000`],
  ] as const)('of %s', (_name, paidOut, flows, rate) => {
    const listed = flows.map(([days, amount]) => ({ days, amount }));
    const found = effectiveAnnualRate(paidOut, listed);
    if (rate.length > 40) expect(found.length).toBeGreaterThan(12);
    else expect(found).toBe(rate);
  });

  test('is where the flows are worth what was paid out', () => {
    const flow = fc.record({
      days: fc.integer({ min: 1, max: 3000 }),
      amount: fc.bigInt({ min: 1_000n, max: 99_999n }),
    });
    fc.assert(
      fc.property(
        fc.array(flow, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 60 }),
        (flows, percent) => {
          const sorted = [...flows].sort((one, other) => one.days - other.days);
          const total = sorted.reduce((sum, { amount }) => sum + amount, 0n);
          const paidOut = (total * 100n) / BigInt(100 + percent);
          const rate = Number(effectiveAnnualRate(paidOut, sorted));
          fc.pre(rate < 10);
          const worth = sorted.reduce((sum, { days, amount }) => sum + Number(amount) / (1 + rate) ** (days / 365), 0);
          expect(Math.abs(worth - Number(paidOut)) / Number(paidOut)).toBeLessThan(1e-4);
        },
      ),
    );
  });
});
