import * as fc from 'fast-check';
import { availableBalance, bookedBalance, credited, debited, released, reserved, statusAfter } from './rules.ts';
import type { Account } from './schemas.ts';

const empty: Account = {
  accountId: 'cedar-ann',
  currency: 'CNY',
  status: 'OPEN',
  bookedDebits: '0',
  bookedCredits: '0',
  pendingDebits: '0',
  detailsDigest: '0'.repeat(64),
  openedAt: '2026-01-05T09:00:00.000Z',
};
const units = fc.bigInt({ min: 1n, max: 10n ** 30n });

test('available is posted credits less posted debits less pending debits', () => {
  const account = { ...empty, bookedCredits: '100', bookedDebits: '30', pendingDebits: '20' };
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
        expect(availableBalance(account) >= 0n && BigInt(account.pendingDebits) >= 0n).toBe(true);
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

test.each([
  ['OPEN', 'freeze', 'FROZEN'],
  ['FROZEN', 'unfreeze', 'OPEN'],
  ['OPEN', 'close', 'CLOSED'],
  ['FROZEN', 'close', undefined],
  ['OPEN', 'unfreeze', undefined],
  ['CLOSED', 'freeze', undefined],
  ['CLOSED', 'unfreeze', undefined],
  ['CLOSED', 'close', undefined],
] as const)('from %s by %s to %s', (status, action, expected) => {
  expect(statusAfter(status, action)).toBe(expected);
});
