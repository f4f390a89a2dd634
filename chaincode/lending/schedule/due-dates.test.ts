import { type Calendar, type RollConvention, roll, WEEKDAYS } from './calendar.ts';
import { formatDate, parseDate } from './dates.ts';
import { type DuePlan, dueDates } from './due-dates.ts';

const refusalOf = (act: () => unknown) => {
  try {
    act();
    return undefined;
  } catch (error) {
    const { code, params } = error as { code?: string; params?: object };
    return { code, params };
  }
};
const codeOf = (act: () => unknown) => refusalOf(act)?.code;

const plan = (disbursement: string, firstDue: string, rest: Partial<DuePlan> = {}): DuePlan => ({
  disbursement: parseDate(disbursement),
  firstDue: parseDate(firstDue),
  every: 1,
  unit: 'month',
  instalments: 4,
  keepsEndOfMonth: false,
  rollConvention: 'following',
  ...rest,
});
const datesOf = (due: DuePlan) => dueDates(due).map(formatDate);

const calendar = (
  weekend: (typeof WEEKDAYS)[number][],
  holidays: string[] = [],
  workingDays: string[] = [],
): Calendar => ({
  weekend: new Set(weekend.map((name) => WEEKDAYS.indexOf(name))),
  holidays: new Set(holidays.map(parseDate)),
  workingDays: new Set(workingDays.map(parseDate)),
});
const western = calendar(['saturday', 'sunday']);

describe('dueDates', () => {
  test.each([
    ['every month', plan('2024-01-01', '2024-02-01'), ['2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01']],
    [
      'the 31st, which comes back',
      plan('2024-01-01', '2024-01-31'),
      ['2024-01-31', '2024-02-29', '2024-03-31', '2024-04-30'],
    ],
    [
      'the 29th of February, kept to the 29th',
      plan('2024-01-31', '2024-02-29'),
      ['2024-02-29', '2024-03-29', '2024-04-29', '2024-05-29'],
    ],
    [
      'the end of February, kept to month ends',
      plan('2024-01-31', '2024-02-29', { keepsEndOfMonth: true }),
      ['2024-02-29', '2024-03-31', '2024-04-30', '2024-05-31'],
    ],
    [
      'no month end, so nothing to keep',
      plan('2024-01-15', '2024-02-15', { keepsEndOfMonth: true }),
      ['2024-02-15', '2024-03-15', '2024-04-15', '2024-05-15'],
    ],
    [
      'every quarter',
      plan('2024-01-01', '2024-03-31', { every: 3, instalments: 3 }),
      ['2024-03-31', '2024-06-30', '2024-09-30'],
    ],
    [
      'every two weeks',
      plan('2024-01-01', '2024-01-15', { every: 2, unit: 'week', instalments: 3 }),
      ['2024-01-15', '2024-01-29', '2024-02-12'],
    ],
    [
      'every 15 days',
      plan('2024-01-01', '2024-01-16', { every: 15, unit: 'day', instalments: 3 }),
      ['2024-01-16', '2024-01-31', '2024-02-15'],
    ],
  ])('plans %s', (_name, due, expected) => {
    expect(datesOf(due)).toEqual(expected);
  });

  test.each([
    ['following', ['2024-06-03', '2024-07-01', '2024-08-01', '2024-09-02']],
    ['modifiedFollowing', ['2024-06-03', '2024-07-01', '2024-08-01', '2024-09-02']],
    ['preceding', ['2024-05-31', '2024-07-01', '2024-08-01', '2024-08-30']],
    ['unadjusted', ['2024-06-01', '2024-07-01', '2024-08-01', '2024-09-01']],
  ] as const)('moves due dates %s', (rollConvention, expected) => {
    expect(datesOf(plan('2024-05-01', '2024-06-01', { calendar: western, rollConvention }))).toEqual(expected);
  });

  test('refuses a first due date on the day of disbursement', () => {
    expect(codeOf(() => dueDates(plan('2024-01-01', '2024-01-01')))).toBe(
      'LENDING_FIRST_DUE_DATE_NOT_AFTER_DISBURSEMENT',
    );
  });

  test('refuses a term beyond the calendar', () => {
    const endless = plan('2024-01-01', '2024-02-01', { every: 366, instalments: 600 });
    expect(refusalOf(() => dueDates(endless))).toEqual({
      code: 'LENDING_TERM_TOO_LONG',
      params: { latest: '2999-12-31' },
    });
  });

  test('leaves two months before the calendar’s end, so that a due date can always be moved', () => {
    const once = { instalments: 1 };
    expect(datesOf(plan('2999-01-01', '2999-10-30', once))).toEqual(['2999-10-30']);
    expect(codeOf(() => dueDates(plan('2999-01-01', '2999-10-31', once)))).toBe('LENDING_TERM_TOO_LONG');
  });

  test('refuses two instalments on one business day, and one before the disbursement', () => {
    const daily = { every: 1, unit: 'day', calendar: western } as const;
    expect(refusalOf(() => dueDates(plan('2024-05-30', '2024-05-31', daily)))).toEqual({
      code: 'LENDING_DUE_DATES_COLLIDE',
      params: { dueDate: '2024-06-03' },
    });
    const preceding = { ...daily, rollConvention: 'preceding', instalments: 1 } as const;
    expect(codeOf(() => dueDates(plan('2024-05-31', '2024-06-01', preceding)))).toBe('LENDING_DUE_DATES_COLLIDE');
  });
});

describe('roll', () => {
  test.each<[string, RollConvention, string]>([
    ['2024-06-29', 'following', '2024-07-01'],
    ['2024-06-29', 'modifiedFollowing', '2024-06-28'],
    ['2024-06-22', 'modifiedFollowing', '2024-06-24'],
    ['2024-06-30', 'preceding', '2024-06-28'],
    ['2024-06-28', 'following', '2024-06-28'],
  ])('moves %s %s to %s', (from, convention, to) => {
    expect(formatDate(roll(parseDate(from), convention, western))).toBe(to);
  });

  // State Council notice on the holidays of 2024: National Day 1 to 7 October, worked on 29 September and 12 October.
  test('knows holidays, and weekend days that are worked', () => {
    const golden = ['01', '02', '03', '04', '05', '06', '07'].map((day) => `2024-10-${day}`);
    const china = calendar(['saturday', 'sunday'], golden, ['2024-09-29', '2024-10-12']);
    expect(formatDate(roll(parseDate('2024-10-01'), 'following', china))).toBe('2024-10-08');
    expect(formatDate(roll(parseDate('2024-10-01'), 'preceding', china))).toBe('2024-09-30');
    expect(formatDate(roll(parseDate('2024-09-29'), 'following', china))).toBe('2024-09-29');
    expect(formatDate(roll(parseDate('2024-10-12'), 'following', china))).toBe('2024-10-12');
  });

  test('refuses a calendar that is never open', () => {
    expect(refusalOf(() => roll(parseDate('2024-01-01'), 'following', calendar([...WEEKDAYS])))).toEqual({
      code: 'LENDING_CALENDAR_WITHOUT_BUSINESS_DAYS',
      params: { days: 60, date: '2024-01-01' },
    });
  });

  test('looks sixty days ahead and back, and no further', () => {
    const openOn = (day: string) => calendar([...WEEKDAYS], [], [day]);
    const from = parseDate('2024-03-01');
    expect(formatDate(roll(from, 'following', openOn('2024-04-30')))).toBe('2024-04-30');
    expect(formatDate(roll(from, 'preceding', openOn('2024-01-01')))).toBe('2024-01-01');
    expect(codeOf(() => roll(from, 'following', openOn('2024-05-01')))).toBe('LENDING_CALENDAR_WITHOUT_BUSINESS_DAYS');
  });
});
