export { creditSuspense, findOwnAccount, suspenseAccount } from './balances.ts';
