import { batchKey } from '../core/batch.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { lendingWorld, loanWorld, offer, passDays, product, request } from '../testing/lending-world.ts';
import type { World } from '../testing/world.ts';

const calendar = { calendarId: 'CN', version: 1, weekend: ['saturday', 'sunday'] };
let world: World;
const set = (more: object) => world.accept('consortium', 'lending:setCalendar', { ...calendar, ...more });
const refuseSet = (more: object) => world.refuse('consortium', 'lending:setCalendar', { ...calendar, ...more });
const dueDates = async (loanId: string): Promise<string[]> => {
  const { instalments } = await world.ledger.query('cedar', 'lending:getLoan', { loanId });
  return instalments.map(({ dueDate }: { dueDate: string }) => dueDate);
};

beforeEach(async () => {
  // Disbursed on Monday, 5 January 2026: the 5th is a Thursday in February and March, a Sunday in April and July.
  const terms = { calendarId: 'CN', rollConvention: 'modifiedFollowing' };
  world = await loanWorld(terms, async (fresh) => {
    await fresh.accept('consortium', 'lending:setCalendar', calendar);
    await fresh.accept('consortium', 'lending:setProduct', { ...product, version: 2, ...terms });
  });
});

describe('setCalendar', () => {
  test('moves the due dates of loans that are born under it', async () => {
    expect(await dueDates('L1')).toEqual([
      ...['2026-02-05', '2026-03-05', '2026-04-06', '2026-05-05', '2026-06-05', '2026-07-06'],
    ]);
  });

  test('leaves loans the due dates that they were born with, and gives new ones its latest version', async () => {
    await set({ version: 2, holidays: ['2026-02-05', '2026-04-06'] });
    expect((await dueDates('L1'))[0]).toBe('2026-02-05');
    await world.accept('cedar', 'lending:requestLoan', { ...request, requestId: 'Q2', productVersion: 2 });
    await world.fund('cedar-ann', { amount: '100000', currency: 'CNY' });
    await world.accept('cedar', 'lending:offerFunding', offer('O9', 'cedar-ann', 100_000, { requestId: 'Q2' }));
    await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L2', requestId: 'Q2' });
    const [first, , third] = await dueDates('L2');
    expect([first, third]).toEqual(['2026-02-06', '2026-04-07']);
    expect(await world.ledger.query('consortium', 'lending:getCalendar', { calendarId: 'CN' })).toMatchObject({
      version: 2,
    });
  });

  test('moves the due dates of a restructuring too', async () => {
    await set({ version: 3, holidays: ['2026-02-20'] });
    passDays(world, 3);
    const { dueDates: days } = await world.accept('cedar', 'lending:restructureLoan', {
      ...{ restructuringId: 'N1', loanId: 'L1', annualRate: '0.06', frequency: { every: 1, unit: 'month' } },
      ...{ instalments: 2, firstDueDate: '2026-02-20' },
    });
    expect(days).toEqual(['2026-02-23', '2026-03-20']);
  });

  test('refuses in documented order', async () => {
    expect(await refuseSet({ version: 2, holidays: ['2026-02-30'] })).toMatchObject({
      code: 'LENDING_DATE_INVALID',
      writes: 0,
    });
    await set({ version: 3 });
    expect(await refuseSet({ version: 2 })).toEqual({
      code: 'LENDING_CALENDAR_VERSION_PAST',
      params: { calendarId: 'CN', latest: 3, version: 2 },
      writes: 0,
    });
    const changed = await refuseSet({ version: 3, weekend: ['friday'] });
    expect(changed.code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
    expect((await world.refuse('cedar', 'lending:setCalendar', calendar)).code).toBe('CORE_OPERATION_UNKNOWN');
    const none = world.ledger.query('consortium', 'lending:getCalendar', { calendarId: 'US' });
    expect(await refusalOf(none)).toEqual({ code: 'LENDING_CALENDAR_NOT_FOUND', params: { calendarId: 'US' } });
  });

  test('is told by name and version', async () => {
    await set({ version: 2, holidays: ['2026-02-05'] });
    const row = world.ledger.row('consortium', batchKey(world.head('consortium')?.sequence ?? 0));
    expect(row.entries[0].events).toEqual([{ type: 'LoanCalendarSet', data: { calendarId: 'CN', version: 2 } }]);
  });
});

describe('a due date on a day off', () => {
  // The 7th and the 21st of February 2026 are Saturdays.
  test.each([
    { rollConvention: 'preceding', born: '2026-02-06', restructured: '2026-02-20' },
    { rollConvention: 'following', born: '2026-02-09', restructured: '2026-02-23' },
    { rollConvention: undefined, born: '2026-02-09', restructured: '2026-02-23' },
  ])(
    'moves by the convention $rollConvention of the product, and to the next working day without any',
    async (given) => {
      const { rollConvention, born, restructured } = given;
      const roll = rollConvention === undefined ? {} : { rollConvention };
      world = await lendingWorld({ calendarId: 'CN', ...roll }, (fresh) =>
        fresh.accept('consortium', 'lending:setCalendar', calendar),
      );
      await world.accept('cedar', 'lending:requestLoan', { ...request, firstDueDate: '2026-02-07' });
      await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ann', 100_000));
      await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
      expect((await dueDates('L1'))[0]).toBe(born);
      const terms = { restructuringId: 'N1', loanId: 'L1', annualRate: '0.06', frequency: { every: 1, unit: 'month' } };
      const { dueDates: days } = await world.accept('cedar', 'lending:restructureLoan', {
        ...terms,
        instalments: 1,
        firstDueDate: '2026-02-21',
      });
      expect(days).toEqual([restructured]);
    },
  );
});

describe('setProduct', () => {
  test.each([
    ['LENDING_CALENDAR_NOT_FOUND', { calendarId: 'US' }, { calendarId: 'US' }],
    ['LENDING_BALLOON_MISSING', { method: 'balloon' }, {}],
    ['LENDING_BALLOON_NOT_APPLICABLE', { balloonShare: '0.4' }, { method: 'annuity' }],
    ['LENDING_GRACE_TOO_LONG', { graceInstalments: 1 }, { graceInstalments: 1, instalments: 1 }],
  ])('refuses with %s terms under which no loan could be disbursed', async (code, change, params) => {
    const refusal = await world.refuse('consortium', 'lending:setProduct', { ...product, version: 3, ...change });
    expect(refusal).toEqual({ code, params, writes: 0 });
  });
});
