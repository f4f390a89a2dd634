import { type AnyOperation, defineOperation } from '../core/operation.ts';
import * as schemas from './schemas.ts';
import { setCalendar } from './set-calendar.ts';
import { setProduct } from './set-product.ts';
import { setReferenceRate } from './set-reference-rate.ts';
import { calendars, products, referenceRates } from './store.ts';

const governed = { kind: 'submit', lanes: ['consortium'], roles: ['operator'] } as const;

/** Terms that the consortium sets for all banks. */
export const governedOperations: readonly AnyOperation[] = [
  defineOperation({
    name: 'lending:setProduct',
    ...governed,
    request: schemas.LoanProduct,
    result: schemas.LoanProduct,
    run: setProduct,
    onceOnly: { scope: 'loan-product', id: ({ productId, version }) => `${productId}-v${version}` },
    reads: ({ productId, version, calendarId }) => ({
      own: [products.key(productId, String(version)), ...(calendarId === undefined ? [] : [calendars.key(calendarId)])],
    }),
  }),
  defineOperation({
    name: 'lending:setCalendar',
    ...governed,
    request: schemas.LoanCalendar,
    result: schemas.LoanCalendar,
    run: setCalendar,
    onceOnly: { scope: 'loan-calendar', id: ({ calendarId, version }) => `${calendarId}-v${version}` },
    reads: ({ calendarId }) => ({ own: [calendars.key(calendarId)] }),
  }),
  defineOperation({
    name: 'lending:setReferenceRate',
    ...governed,
    request: schemas.ReferenceRate,
    result: schemas.ReferenceRate,
    run: setReferenceRate,
    onceOnly: { scope: 'reference-rate', id: ({ rateId, fixingDate }) => `${rateId}-${fixingDate}` },
    reads: ({ rateId }) => ({ own: [referenceRates.key(rateId)] }),
  }),
];
