import { byteKeyOf } from '../hashing.ts';
import type { StoredValue } from './reader.ts';

const entriesPerGeneration = 2_048;
const largestValue = 4_096;

/** Rows of the public state as read lately, and keys known to be absent: every endorser of a transaction reads the same ones. */
export class RowCache {
  #young = new Map<string, StoredValue | undefined>();
  #old = new Map<string, StoredValue | undefined>();
  readonly #unknownTransactions = new Set<string>();

  static keyOf(namespace: string, collection: string, key: Uint8Array): string {
    return `${namespace}\0${collection}\0${byteKeyOf(key)}`;
  }

  /** The row, undefined in it when the key is absent; undefined when it is not known here. */
  find(id: string): { row: StoredValue | undefined } | undefined {
    const row = this.#young.get(id);
    if (row || this.#young.has(id)) return { row };
    const older = this.#old.get(id);
    if (!older && !this.#old.has(id)) return undefined;
    this.keep(id, older);
    return { row: older };
  }

  /** Large values stay in the database: the cache costs a few megabytes at most. */
  keep(id: string, row: StoredValue | undefined): void {
    if (row && row.value.length + (row.metadata?.length ?? 0) > largestValue) return;
    if (this.#young.size >= entriesPerGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, row);
  }

  /** To be called for every row that is written. */
  forget(id: string): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  /** True when no committed transaction has the id. */
  isUnknown(txId: string): boolean {
    return this.#unknownTransactions.has(txId);
  }

  keepUnknown(txId: string): void {
    if (this.#unknownTransactions.size >= entriesPerGeneration) this.#unknownTransactions.clear();
    this.#unknownTransactions.add(txId);
  }

  forgetTransaction(txId: string): void {
    this.#unknownTransactions.delete(txId);
  }

  /** For a database transaction that was rolled back: what was read in it never was. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#unknownTransactions.clear();
  }
}
