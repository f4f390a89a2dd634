import { instant, isExpired, refundable, releasedByPost, returnReason } from './rules.ts';

const aftermath = { paymentId: 'p1', debtorBank: 'cedar', refunded: '40' };

test('refundable is the original less what was refunded', () => {
  expect(refundable(100n, undefined)).toBe(100n);
  expect(refundable(100n, aftermath)).toBe(60n);
});

test('a partial post releases the rest', () => {
  expect(releasedByPost(100n, 30n)).toBe(70n);
});

test.each([
  ['2026-01-05T09:00:00Z', '2026-01-05T08:59:59.999Z', false],
  ['2026-01-05T09:00:00Z', '2026-01-05T09:00:00.000Z', true],
  ['2026-01-05T09:00:00.001Z', '2026-01-05T09:00:00.000Z', false],
  ['2026-01-05T09:00:00.001Z', '2026-01-05T09:00:00.002Z', true],
])('a hold until %s has expired at %s: %s', (expiresAt, now, expected) => {
  expect(isExpired({ expiresAt }, now)).toBe(expected);
});

test('instants with and without milliseconds become comparable', () => {
  expect(instant('2026-01-05T09:00:00Z')).toBe('2026-01-05T09:00:00.000Z');
  expect(instant('2026-01-05T09:00:00.120Z')).toBe('2026-01-05T09:00:00.120Z');
});

test.each([
  [undefined, 'AC03'],
  [{ status: 'CLOSED', currency: 'CNY' }, 'AC04'],
  [{ status: 'FROZEN', currency: 'CNY' }, 'AC06'],
  [{ status: 'OPEN', currency: 'USD' }, 'AM03'],
  [{ status: 'OPEN', currency: 'CNY' }, undefined],
])('an account %j returns a credit with %s', (account, expected) => {
  expect(returnReason(account, 'CNY')).toBe(expected);
});
