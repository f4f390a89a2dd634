import { type Holding, SEGMENTS, segmentOf } from './holding.ts';

/** All holdings of a book. Accounts come and never go. */
export class Holdings {
  readonly #byAccount = new Map<string, Holding>();
  readonly #accounts: readonly string[][] = Array.from({ length: SEGMENTS }, () => []);

  get(accountId: string): Holding | undefined {
    return this.#byAccount.get(accountId);
  }

  set(holding: Holding): void {
    const { accountId } = holding;
    if (!this.#byAccount.has(accountId)) this.#accounts[segmentOf(accountId)]?.push(accountId);
    this.#byAccount.set(accountId, holding);
  }

  /** Account ids of a segment, in the order in which they came. */
  accountsOf(segment: number): readonly string[] {
    return this.#accounts[segment] ?? [];
  }
}
