export {
  creditAccount,
  creditSuspense,
  debitAccount,
  findForeignAccount,
  findOwnAccount,
  prefetchAccounts,
  releaseFunds,
  reserveFunds,
  suspenseAccount,
} from './balances.ts';
export { availableBalance } from './rules.ts';
export type { Account } from './schemas.ts';
export { accountKey, directoryKey } from './store.ts';
