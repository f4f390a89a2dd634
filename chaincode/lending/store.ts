import { collection } from '../core/store.ts';
import { LoanCalendar, LoanProduct, ReferenceRate } from './servicing/product-schemas.ts';
import {
  Accrual,
  Loan,
  LoanMandates,
  LoanRegister,
  LoanRequest,
  OpenRequests,
  OpenRequestsOf,
  ScoreUse,
  ShareSale,
} from './servicing/schemas.ts';

/** In the consortium's ledger, for banks to read. */
export const products = collection('public/loan-product', LoanProduct, ({ productId, version }) => [
  productId,
  String(version),
]);
/** In the consortium's ledger, for banks to read. */
export const calendars = collection('public/calendar', LoanCalendar, ({ calendarId }) => [calendarId]);
/** In the consortium's ledger, for banks to read. */
export const referenceRates = collection('public/reference-rate', ReferenceRate, ({ rateId }) => [rateId]);

export const loanRequests = collection('loan-request', LoanRequest, ({ requestId }) => [requestId]);
export const openRequests = collection('open-requests', OpenRequests, ({ shard }) => [shard]);
export const openRequestsOf = collection('open-requests-of', OpenRequestsOf, ({ accountId }) => [accountId]);
export const mandates = collection('loan-mandates', LoanMandates, ({ productId, productVersion }) => [
  productId,
  String(productVersion),
]);
export const scoreUses = collection('score-use', ScoreUse, ({ scoredBy, scoreId }) => [scoredBy, scoreId]);
export const loans = collection('loan', Loan, ({ loanId }) => [loanId]);
export const accruals = collection('accrual', Accrual, ({ loanId }) => [loanId]);
export const shareSales = collection('share-sale', ShareSale, ({ saleId }) => [saleId]);
export const loanRegisters = collection('loan-register', LoanRegister, ({ page }) => [String(page)]);
