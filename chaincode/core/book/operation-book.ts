import type { LedgerBook } from '../ledger.ts';
import type { Book } from './book.ts';
import type { Holding, HoldingStatus, SigningKey, Standing } from './holding.ts';

/** The book as one operation sees it: what it changes beyond balances is told, for the operation's evidence. */
export class OperationBook implements LedgerBook {
  readonly #source: { readonly book: Book };
  readonly #tell: (standing: Standing) => void;

  constructor(source: { readonly book: Book }, tell: (standing: Standing) => void) {
    this.#source = source;
    this.#tell = tell;
  }

  find(accountId: string): Holding | undefined {
    return this.#source.book.find(accountId);
  }

  open(accountId: string, currency: string): void {
    this.#tell(this.#source.book.open(accountId, currency));
  }

  setStatus(accountId: string, status: HoldingStatus): void {
    this.#tell(this.#source.book.setStatus(accountId, status));
  }

  setKeys(accountId: string, keys: readonly SigningKey[]): void {
    this.#tell(this.#source.book.setKeys(accountId, keys));
  }

  grantDebit(accountId: string, amount: bigint): void {
    this.#source.book.grantDebit(accountId, amount);
  }

  reserve(accountId: string, amount: bigint): void {
    this.#tell(this.#source.book.reserve(accountId, amount));
  }

  release(accountId: string, amount: bigint): void {
    this.#tell(this.#source.book.release(accountId, amount));
  }
}
