export { checkPairLimit, type LimitCheck, limitKey, termsOf } from './pair-limit.ts';
export { bookCashIn, bookCashOut } from './reserves.ts';
