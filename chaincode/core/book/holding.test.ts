import * as fc from 'fast-check';
import {
  availableBalance,
  bookedBalance,
  credited,
  debited,
  type Holding,
  released,
  reserved,
  SEGMENTS,
  segmentOf,
} from './holding.ts';

const empty: Holding = {
  accountId: 'cedar-ann',
  currency: 'CNY',
  status: 'OPEN',
  debits: 0n,
  credits: 0n,
  pending: 0n,
};
const units = fc.bigInt({ min: 1n, max: 10n ** 30n });

test('available is posted credits less posted debits less pending debits', () => {
  const account = { ...empty, credits: 100n, debits: 30n, pending: 20n };
  expect([bookedBalance(account), availableBalance(account)]).toEqual([70n, 50n]);
});

test('no order of credits, debits, holds and releases takes what is available below zero', () => {
  const step = fc.record({ act: fc.constantFrom(credited, debited, reserved, released), amount: units });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let account = empty;
      for (const { act, amount } of steps) {
        try {
          account = act(account, amount);
        } catch {
          // Refused by an invariant: the account is as it was.
        }
        expect(availableBalance(account) >= 0n && account.pending >= 0n).toBe(true);
      }
    }),
  );
});

test('amounts beyond 2^53 lose no digit', () => {
  const huge = 10n ** 29n + 1n;
  expect(bookedBalance(debited(credited(empty, huge), 1n))).toBe(10n ** 29n);
});

test.each([
  [debited, 'Invariant A2'],
  [reserved, 'Invariant A2'],
  [released, 'Invariant A3'],
])('%p of more than there is breaks an invariant', (act, message) => {
  expect(() => act(credited(empty, 5n), 6n)).toThrow(message);
});

test('a posting of nothing breaks an invariant', () => {
  expect(() => credited(empty, 0n)).toThrow('Invariant L1');
});

test('an account belongs to one of the segments, and many accounts to all of them', () => {
  const segments = Array.from({ length: 5000 }, (_, index) => segmentOf(`cedar-${String(index).padStart(7, '0')}`));
  expect(new Set(segments).size).toBe(SEGMENTS);
  expect(Math.max(...segments)).toBeLessThan(SEGMENTS);
});
