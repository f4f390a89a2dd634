import { BANKS_KEY, listBanks } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import { checker } from '../core/schema.ts';
import { type Bank, Banks } from './schemas.ts';

const matches = checker(Banks);

/** The registry's one row, which `core/banks.ts` reads for all modules; the founders until it is written. */
export const registry = {
  find: listBanks,
  put(ledger: Ledger, banks: readonly Bank[]): void {
    const row = { banks: [...banks] };
    if (!matches(row)) throw new Error('the registry of banks does not match its schema');
    ledger.state.put(BANKS_KEY, row);
  },
};
