import { bankOfAccount, isAccountId, isBic, isClientId, isIban, isLei, isUetr, isUscc } from './identifiers.ts';

describe('identifiers', () => {
  test.each([
    {
      kind: 'client id',
      check: isClientId,
      good: ['a', 'A-9', 'x'.repeat(36)],
      bad: ['', 'a_b', 'é', 'x'.repeat(37), 'a\n'],
    },
    {
      kind: 'account id',
      check: isAccountId,
      good: ['cedar-1', 'pine-a-b'],
      bad: ['cedar', '-x', 'x-', 'Cedar-1', `cedar-${'x'.repeat(35)}`],
    },
    {
      kind: 'LEI',
      check: isLei,
      good: ['529900T8BM49AURSDO55', '5493001KJTIIGC8Y1R12'],
      bad: ['529900T8BM49AURSDO56', '529900T8BM49AURSDO5', '529900t8bm49aursdo55'],
    },
    {
      kind: 'IBAN',
      check: isIban,
      good: ['DE89370400440532013000', 'GB82WEST12345698765432'],
      bad: ['DE89370400440532013001', 'DE89 3704 0044 0532 0130 00', 'XX00'],
    },
    { kind: 'BIC', check: isBic, good: ['DEUTDEFF', 'DEUTDEFF500'], bad: ['DEUTDEF', 'deutdeff', 'DEUTDEFF50'] },
    {
      kind: 'UETR',
      check: isUetr,
      good: ['eb6305c9-1f7f-49de-aed0-16487c27b42d'],
      bad: [
        'eb6305c9-1f7f-19de-aed0-16487c27b42d',
        'EB6305C9-1F7F-49DE-AED0-16487C27B42D',
        'eb6305c9-1f7f-49de-ced0-16487c27b42d',
      ],
    },
    {
      kind: 'USCC',
      check: isUscc,
      good: ['91350100M000100Y43', '9144030071526726XG'],
      bad: ['91350100M000100Y44', '91350100M000100I43', '91350100M000100Y4'],
    },
  ])('$kind is told from what only looks like it', ({ check, good, bad }) => {
    expect(good.filter((value) => !check(value))).toEqual([]);
    expect(bad.filter((value) => check(value))).toEqual([]);
  });

  test.each([
    { kind: 'LEI', check: isLei, value: '529900T8BM49AURSDO55' },
    { kind: 'USCC', check: isUscc, value: '91350100M000100Y43' },
  ])('a single wrong digit breaks a $kind', ({ check, value }) => {
    for (const [index, character] of [...value].entries()) {
      for (const digit of '0123456789') {
        if (!/[0-9]/.test(character) || digit === character) continue;
        expect(check(value.slice(0, index) + digit + value.slice(index + 1))).toBe(false);
      }
    }
  });

  test('the bank is the first part of an account id', () => {
    expect(bankOfAccount('cedar-7-b')).toBe('cedar');
    expect(() => bankOfAccount('cedar')).toThrow('CORE_IDENTIFIER_INVALID');
  });
});
