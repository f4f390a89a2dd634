import type { LedgerState } from './ledger.ts';
import { FOUNDING_BANKS } from './names.ts';

/** Row of the consortium that lists the commercial banks; its `registry` module writes it. */
export const BANKS_KEY = 'registry/banks';
const HOME = 'consortium';

export interface BankEntry {
  readonly bank: string;
  /** A bank that is LEAVING gets no new payments; what is open is still delivered, settled and paid out. */
  readonly status: 'MEMBER' | 'LEAVING';
}

export interface BankRegistry {
  readonly banks: readonly BankEntry[];
}

/** What the registry is read through: a ledger, or the session before any operation runs. */
export interface RegistryReader {
  readonly namespace: string;
  readonly state: Pick<LedgerState, 'find'>;
  readFrom(namespace: string, keys: readonly string[]): unknown[];
}

/** Every bank that is or was one, in the order of admission; the founders where nothing was written yet. */
export function listBanks(reader: RegistryReader): readonly BankEntry[] {
  const row = reader.namespace === HOME ? reader.state.find(BANKS_KEY) : reader.readFrom(HOME, [BANKS_KEY])[0];
  return (row as BankRegistry | undefined)?.banks ?? FOUNDING_BANKS.map((bank) => ({ bank, status: 'MEMBER' }));
}

/** A bank by its name; undefined when it is none. A name decides about a call to its namespace, so it is looked up first. */
export function findBank(reader: RegistryReader, name: string): BankEntry | undefined {
  return listBanks(reader).find(({ bank }) => bank === name);
}
