import { statusAfter } from './rules.ts';

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
