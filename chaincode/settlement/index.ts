export { checkPairLimit, type LimitCheck, limitKey } from './pair-limit.ts';
export { bookCashIn, bookCashOut, reserveKeys } from './reserves.ts';
