import { type AnyOperation, defineOperation } from '../core/operation.ts';
import {
  getLoan,
  getLoanLineage,
  getLoanRequest,
  getProduct,
  getRegisterSize,
  listExpiredRequests,
} from './get-loan.ts';
import { listMandates } from './mandates.ts';
import { listPagesToAccrue } from './register.ts';
import * as schemas from './schemas.ts';
import { getCalendar } from './set-calendar.ts';
import { getShareSale } from './share-sales.ts';

const query = { kind: 'query', lanes: ['bank'], roles: ['customer', 'operator', 'system'] } as const;

/** What the module answers without writing. */
export const lendingQueries: readonly AnyOperation[] = [
  defineOperation({
    name: 'lending:getLoan',
    ...query,
    request: schemas.LoanReference,
    result: schemas.LoanView,
    run: getLoan,
  }),
  defineOperation({
    name: 'lending:getLoanLineage',
    ...query,
    request: schemas.LineageReference,
    result: schemas.LoanLineage,
    run: getLoanLineage,
  }),
  defineOperation({
    name: 'lending:getLoanRequest',
    ...query,
    request: schemas.RequestReference,
    result: schemas.LoanRequest,
    run: getLoanRequest,
  }),
  defineOperation({
    name: 'lending:getShareSale',
    ...query,
    request: schemas.SaleReference,
    result: schemas.ShareSale,
    run: getShareSale,
  }),
  defineOperation({
    name: 'lending:getProduct',
    ...query,
    lanes: ['consortium'],
    request: schemas.ProductReference,
    result: schemas.LoanProduct,
    run: getProduct,
  }),
  defineOperation({
    name: 'lending:listMandates',
    ...query,
    request: schemas.ProductReference,
    result: schemas.LoanMandates,
    run: listMandates,
  }),
  defineOperation({
    name: 'lending:getCalendar',
    ...query,
    lanes: ['consortium'],
    request: schemas.CalendarReference,
    result: schemas.LoanCalendar,
    run: getCalendar,
  }),
  defineOperation({
    name: 'lending:listExpiredRequests',
    ...query,
    request: schemas.NoFields,
    result: schemas.ExpiredRequests,
    run: listExpiredRequests,
  }),
  defineOperation({
    name: 'lending:listPagesToAccrue',
    ...query,
    request: schemas.PagesAfter,
    result: schemas.PagesToAccrue,
    run: listPagesToAccrue,
  }),
  defineOperation({
    name: 'lending:getRegisterSize',
    ...query,
    request: schemas.NoFields,
    result: schemas.RegisterSize,
    run: getRegisterSize,
  }),
];
