import type { BatchOperation } from './batch.ts';
import type { Listing } from './book/directory-codec.ts';
import { isCustomerAccount, type Standing } from './book/holding.ts';
import { OperationBook } from './book/operation-book.ts';
import type {
  AcceptedOperation,
  Caller,
  EntryPoint,
  JsonObject,
  LaneBook,
  Ledger,
  LedgerBook,
  LedgerEvent,
  LedgerState,
  Posting,
  PrivateData,
} from './ledger.ts';
import { scopedId } from './recent-ids.ts';
import type { Session } from './session.ts';
import type { SignatureCheck } from './signatures.ts';

interface ForeignCall {
  readonly namespace: string;
  readonly operation: string;
  readonly request: JsonObject;
}

const NONE: readonly never[] = [];

/** The ledger as one operation sees it; collects the operation's postings, events and calls. */
export class OperationLedger implements Ledger {
  readonly caller: Caller;
  readonly #session: Session;
  #book: OperationBook | undefined;
  // Most operations leave nothing but what follows from them, so lists are made when they are needed.
  #postings: Posting[] | undefined;
  #ahead: Posting[] | undefined;
  #standings: Standing[] | undefined;
  #events: LedgerEvent[] | undefined;
  #calls: ForeignCall[] | undefined;

  constructor(session: Session, caller: BatchOperation['caller']) {
    this.#session = session;
    this.caller = { mspId: session.peer.creatorMspId, kind: caller.kind, ref: caller.ref };
  }

  get postings(): readonly Posting[] {
    return this.#postings ?? NONE;
  }

  /** Consequences that are booked already. */
  get ahead(): readonly Posting[] {
    return this.#ahead ?? NONE;
  }

  get standings(): readonly Standing[] {
    return this.#standings ?? NONE;
  }

  get events(): readonly LedgerEvent[] {
    return this.#events ?? NONE;
  }

  /** Operations of other namespaces that run after this one. */
  get calls(): readonly ForeignCall[] {
    return this.#calls ?? NONE;
  }

  get namespace(): string {
    return this.#session.peer.namespace;
  }

  get channel(): string {
    return this.#session.peer.channel;
  }

  get now(): string {
    return this.#session.now;
  }

  get nowMilliseconds(): number {
    return this.#session.nowMilliseconds;
  }

  get transactionId(): string {
    return this.#session.peer.transactionId;
  }

  get state(): LedgerState {
    return this.#session.state;
  }

  get lane(): LaneBook {
    if (this.#session.lane === undefined) throw new Error('only operations of a lane batch see the lane');
    return this.#session.lane;
  }

  get privateData(): PrivateData {
    return this.#session.privateData;
  }

  findAccepted(scope: string, id: string): AcceptedOperation | undefined {
    return this.#session.onceOnly.findAccepted(scopedId(scope, id));
  }

  demandAccepted(scope: string, ids: readonly string[]): void {
    this.#session.onceOnly.demand(ids.map((id) => scopedId(scope, id)));
  }

  isSigned(check: SignatureCheck): boolean {
    return this.#session.signatures.isValid(check);
  }

  transient(name: string): string | undefined {
    const bytes = this.#session.peer.transient(name);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  readFrom(namespace: string, keys: readonly string[]): unknown[] {
    return this.#session.readFrom(namespace, keys);
  }

  findListing(bank: string, accountId: string): Listing | undefined {
    return this.#session.findListing(bank, accountId);
  }

  callOperation(namespace: string, operation: string, request: JsonObject): void {
    this.#calls ??= [];
    this.#calls.push({ namespace, operation, request });
  }

  entryPoint(): EntryPoint {
    return this.#session.peer.entryPoint();
  }

  get book(): LedgerBook {
    this.#book ??= new OperationBook(this.#session, (standing) => {
      this.#standings ??= [];
      this.#standings.push(standing);
    });
    return this.#book;
  }

  post(postings: readonly Posting[]): void {
    for (const posting of postings) {
      if (isCustomerAccount(posting.account)) this.#session.book.post(posting);
      this.#postings ??= [];
      this.#postings.push(posting);
    }
  }

  postAhead(posting: Posting): void {
    this.#session.book.post(posting);
    this.#ahead ??= [];
    this.#ahead.push(posting);
  }

  emit(type: string, data: JsonObject): void {
    this.#events ??= [];
    this.#events.push({ type, data });
  }

  /** Forgets what an attempt that is made again has collected. */
  reset(): void {
    this.#postings = undefined;
    this.#ahead = undefined;
    this.#standings = undefined;
    this.#events = undefined;
    this.#calls = undefined;
  }
}

/** Not a refusal: an operation that books an unbalanced journal is wrong, and nothing of its batch may stand. */
export function assertBalanced(postings: readonly Posting[]): void {
  const [first, second] = postings;
  // The ordinary journal: one debit, one credit.
  const isPair =
    postings.length === 2 &&
    first?.amount === second?.amount &&
    first?.currency === second?.currency &&
    first?.side !== second?.side &&
    first?.account !== second?.account;
  if (isPair && (first?.amount ?? 0n) > 0n) return;
  const totals = new Map<string, bigint>();
  for (const { side, amount, currency } of postings) {
    if (amount <= 0n) throw new Error('a posting is above zero');
    totals.set(currency, (totals.get(currency) ?? 0n) + (side === 'D' ? amount : -amount));
  }
  for (const [currency, total] of totals) {
    if (total !== 0n) throw new Error(`debits and credits in ${currency} differ`);
  }
  if (new Set(postings.map(({ account }) => account)).size < 2) throw new Error('a journal names two accounts');
}
