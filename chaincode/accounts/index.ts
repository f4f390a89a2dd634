export { creditSuspense, findForeignAccount, findOwnAccount, suspenseAccount } from './balances.ts';
export { directoryKey } from './store.ts';
