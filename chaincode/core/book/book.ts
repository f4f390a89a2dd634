import type { Posting } from '../ledger.ts';
import type { UndoLog } from '../undo-log.ts';
import type { Listing } from './directory-codec.ts';
import {
  credited,
  debited,
  type Holding,
  type HoldingStatus,
  isCustomerAccount,
  released,
  reserved,
  type Standing,
  segmentOf,
  withStanding,
} from './holding.ts';

/** Holdings by segment, then by account id. */
export type Holdings = readonly Map<string, Holding>[];

/** The book while a batch runs: changes are kept apart from the lane's memory, and can be undone. */
export class Book {
  readonly #base: Holdings;
  readonly #undo: UndoLog;
  readonly #changed = new Map<string, Holding>();
  readonly #listed = new Set<string>();

  constructor(base: Holdings, undo: UndoLog) {
    this.#base = base;
    this.#undo = undo;
  }

  find(accountId: string): Holding | undefined {
    return this.#changed.get(accountId) ?? this.#base[segmentOf(accountId)]?.get(accountId);
  }

  /** Books a posting of a customer account. No account is ever overdrawn: whoever posts has checked the cover (A2). */
  post({ account, side, amount, currency }: Posting): void {
    if (!isCustomerAccount(account)) return;
    const before = this.#get(account);
    if (before.currency !== currency) throw new Error(`Invariant A1: ${account} holds ${before.currency}.`);
    this.#put(side === 'D' ? debited(before, amount) : credited(before, amount));
  }

  open(accountId: string, currency: string): Standing {
    if (this.find(accountId) !== undefined) throw new Error(`Invariant A1: ${accountId} exists.`);
    this.#list(accountId);
    return this.#stand({ accountId, currency, status: 'OPEN', pending: 0n });
  }

  setStatus(accountId: string, status: HoldingStatus): Standing {
    this.#list(accountId);
    return this.#stand({ ...standingOf(this.#get(accountId)), status });
  }

  /** Sets an amount aside for a hold. */
  reserve(accountId: string, amount: bigint): Standing {
    return this.#stand(standingOf(reserved(this.#get(accountId), amount)));
  }

  /** Gives a hold's amount back. */
  release(accountId: string, amount: bigint): Standing {
    return this.#stand(standingOf(released(this.#get(accountId), amount)));
  }

  /** What the batch changed. */
  get changed(): ReadonlyMap<string, Holding> {
    return this.#changed;
  }

  /** What the batch changed of what other banks may know, by account id. */
  listings(): Listing[] {
    return [...this.#listed].sort().map((id) => this.#get(id));
  }

  #list(accountId: string): void {
    if (this.#listed.has(accountId)) return;
    this.#listed.add(accountId);
    this.#undo.push(() => this.#listed.delete(accountId));
  }

  #get(accountId: string): Holding {
    const holding = this.find(accountId);
    if (holding === undefined) throw new Error(`Invariant A1: ${accountId} is not in the book.`);
    return holding;
  }

  #stand(standing: Standing): Standing {
    this.#put(withStanding(this.find(standing.accountId), standing));
    return standing;
  }

  #put(holding: Holding): void {
    const { accountId } = holding;
    const before = this.#changed.get(accountId);
    this.#changed.set(accountId, holding);
    this.#undo.push(() => {
      if (before === undefined) this.#changed.delete(accountId);
      else this.#changed.set(accountId, before);
    });
  }
}

const standingOf = ({ accountId, currency, status, pending }: Holding): Standing => ({
  accountId,
  currency,
  status,
  pending,
});
