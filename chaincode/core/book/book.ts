import { errors } from '../core-errors.ts';
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
  type SigningKey,
  type Standing,
  withStanding,
} from './holding.ts';
import type { Holdings } from './holdings.ts';

/** The book while a batch runs: changes are kept apart from the lane's memory, and can be undone. */
export class Book {
  readonly #base: Pick<Holdings, 'get'>;
  readonly #undo: UndoLog;
  readonly #changed = new Map<string, Holding>();
  readonly #listed = new Set<string>();
  /** By account, a debit that its customer signed and that is not booked yet. */
  readonly #granted = new Map<string, bigint>();

  constructor(base: Pick<Holdings, 'get'>, undo: UndoLog) {
    this.#base = base;
    this.#undo = undo;
  }

  find(accountId: string): Holding | undefined {
    return this.#changed.get(accountId) ?? this.#base.get(accountId);
  }

  /**
   * Books a posting of a customer account. No account is ever overdrawn: whoever posts has checked the cover (A2).
   * Refuses: CORE_SIGNATURE_REQUIRED (a debit of an account with keys that was not granted).
   */
  post({ account, side, amount, currency }: Posting): void {
    if (!isCustomerAccount(account)) return;
    const before = this.#get(account);
    if (before.currency !== currency) throw new Error(`Invariant A1: ${account} holds ${before.currency}.`);
    if (side === 'D' && before.keys !== undefined) this.#takeGrant(account, amount);
    this.#put(side === 'D' ? debited(before, amount) : credited(before, amount));
  }

  /** Lets one debit, or one reservation, of exactly this amount pass: its customer's signature was checked. */
  grantDebit(accountId: string, amount: bigint): void {
    this.#setGrant(accountId, amount);
  }

  /** Gives an account its keys, or takes them away. */
  setKeys(accountId: string, keys: readonly SigningKey[]): Standing {
    const { keys: _before, ...standing } = standingOf(this.#get(accountId));
    return this.#stand(keys.length === 0 ? standing : { ...standing, keys });
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

  /** Sets an amount aside for a hold. Refuses: CORE_SIGNATURE_REQUIRED, as for a debit. */
  reserve(accountId: string, amount: bigint): Standing {
    if (this.#get(accountId).keys !== undefined) this.#takeGrant(accountId, amount);
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

  // Whatever operation debits an account with keys, and whoever wrote it: no debit without a signature.
  #takeGrant(accountId: string, amount: bigint): void {
    if (this.#granted.get(accountId) !== amount) throw errors.SIGNATURE_REQUIRED({ accountId });
    this.#setGrant(accountId, undefined);
  }

  #setGrant(accountId: string, amount: bigint | undefined): void {
    const before = this.#granted.get(accountId);
    if (amount === undefined) this.#granted.delete(accountId);
    else this.#granted.set(accountId, amount);
    this.#undo.push(() => {
      if (before === undefined) this.#granted.delete(accountId);
      else this.#granted.set(accountId, before);
    });
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

const standingOf = ({ accountId, currency, status, pending, keys }: Holding): Standing => ({
  accountId,
  currency,
  status,
  pending,
  ...(keys === undefined ? {} : { keys }),
});
