import * as fc from 'fast-check';
import { backingNeed, crosses, due, outstanding, reservesBooked, settleable, settlementThreshold } from './rules.ts';

const units = fc.bigInt({ min: 0n, max: 10n ** 30n });

test.each([
  ['nothing delivered', { sent: 9n, received: 0n, settled: 0n }, 0n],
  ['part delivered', { sent: 9n, received: 5n, settled: 0n }, 5n],
  ['part settled', { sent: 9n, received: 5n, settled: 3n }, 2n],
  ['older batches than the last settlement', { sent: 4n, received: 4n, settled: 5n }, 0n],
])('due: %s', (_, position, expected) => {
  expect(due(position)).toBe(expected);
});

test('a settlement is at most what is due, and at most the balance', () => {
  fc.assert(
    fc.property(units, units, (owed, balance) => {
      const moved = settleable(owed, balance);
      expect(moved <= owed && moved <= balance && (moved === owed || moved === balance)).toBe(true);
    }),
  );
});

test('what is due plus what is in flight is what stands', () => {
  fc.assert(
    fc.property(units, units, units, (settled, more, flying) => {
      const position = { settled, received: settled + more, sent: settled + more + flying };
      expect(due(position) + flying).toBe(outstanding(position));
    }),
  );
});

test('reserves are what came in less what went out', () => {
  expect(reservesBooked({ deposited: 10n, withdrawn: 3n, settledIn: 5n, settledOut: 4n })).toBe(8n);
});

test('reserves below zero need no backing', () => {
  expect([backingNeed(-1n), backingNeed(0n), backingNeed(7n)]).toEqual([0n, 0n, 7n]);
});

test('the threshold is the share of the limit, rounded down', () => {
  expect(settlementThreshold(101n, 5000)).toBe(50n);
  expect(settlementThreshold(10n ** 30n, 1)).toBe(10n ** 26n);
});

test.each([
  [49n, 1n, true],
  [49n, 0n, false],
  [50n, 1n, false],
  [0n, 500n, true],
])('from %d by %d crosses 50: %s', (before, amount, expected) => {
  expect(crosses(50n, before, amount)).toBe(expected);
});
