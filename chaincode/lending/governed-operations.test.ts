import type { Ledger } from '../core/ledger.ts';
import { lendingWorld, product } from '../testing/lending-world.ts';
import { governedOperations } from './governed-operations.ts';
import { calendars } from './store.ts';

const calendar = { calendarId: 'CN', version: 1, weekend: ['saturday', 'sunday'] };
const fixing = { rateId: 'LPR-1Y', fixingDate: '2026-01-02', annualRate: '0.03' };
const aProduct = { what: 'a product', operation: 'lending:setProduct', request: product };
const aCalendar = { what: 'a calendar', operation: 'lending:setCalendar', request: calendar };
const aRate = { what: 'a reference rate', operation: 'lending:setReferenceRate', request: fixing };
const datedProduct = { ...product, calendarId: 'CN', version: 2 };

describe('terms of the consortium', () => {
  test.each([aProduct, { ...aProduct, what: 'a product with a calendar', request: datedProduct }, aCalendar, aRate])(
    '$what has the rows that it reads or writes read ahead, and no others',
    (given) => {
      const operation = governedOperations.find(({ name }) => name === given.operation);
      const touched = new Set<string>();
      const rows = new Map<string, object>([[calendars.key('CN'), { ...calendar, version: 0 }]]);
      const ledger = {
        namespace: 'consortium',
        emit: () => undefined,
        state: {
          find: (key: string) => touched.add(key) && rows.get(key),
          put: (key: string) => touched.add(key),
        },
      } as unknown as Ledger;
      operation?.run(ledger, given.request as never);
      const { own, other } = operation?.reads?.(given.request as never, 'consortium') ?? {};
      expect([...new Set(own)].sort()).toEqual([...touched].sort());
      expect(other).toBeUndefined();
    },
  );

  test.each([
    { ...aProduct, scope: 'loan-product', id: 'SME-v1', other: { chargeOffDays: 1 } },
    { ...aCalendar, scope: 'loan-calendar', id: 'CN-v1', other: { weekend: [] } },
    { ...aRate, scope: 'reference-rate', id: 'LPR-1Y-2026-01-02', other: { annualRate: '0.04' } },
  ])('$what stands once for $id', async ({ operation, request, scope, id, other }) => {
    const world = await lendingWorld();
    await world.send('consortium', operation, request);
    const changed = await world.refuse('consortium', operation, { ...request, ...other });
    expect(changed).toEqual({ code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD', params: { scope, id }, writes: 0 });
  });
});
