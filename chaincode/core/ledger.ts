import type { Listing } from './book/directory-codec.ts';
import type { Holding, HoldingStatus, SigningKey } from './book/holding.ts';
import type { Amount } from './money.ts';
import type { SignatureCheck } from './signatures.ts';

export type CallerKind = 'customer' | 'operator' | 'system';

export interface Caller {
  /** MSP that signed the proposal. */
  readonly mspId: string;
  readonly kind: CallerKind;
  /** Salted digest of who acts at that organisation; never a customer id. */
  readonly ref: string;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

export interface Posting {
  readonly account: string;
  /** D = debit, C = credit. */
  readonly side: 'D' | 'C';
  readonly amount: bigint;
  readonly currency: string;
  /** Business date (YYYY-MM-DD) when it differs from the booking date. */
  readonly valueDate?: string;
  /** Payment that the posting belongs to, where one operation books several. */
  readonly reference?: string;
}

/** What an operation announces: past tense, public data only. */
export interface LedgerEvent {
  readonly type: string;
  readonly data: JsonObject;
}

/** Where an item that travels to another bank stands in this lane's outbox. */
export interface OutboxPosition {
  readonly bank: string;
  readonly index: number;
  readonly position: number;
}

export interface OutboxRow {
  readonly lane: string;
  readonly to: string;
  readonly index: number;
  /** Batch of the sender that wrote the row. */
  readonly sequence: number;
  readonly items: readonly JsonObject[];
}

/** Counters and cursors of the lane's head. Changes are undone with the operation's savepoint. */
export interface LaneBook {
  /** Sequence of the batch that is being run. */
  readonly sequence: number;
  /** Cumulative amount ever sent to a bank (credits and returns alike), in minor units. */
  sent(bank: string, currency: string): bigint;
  received(bank: string, currency: string): bigint;
  addSent(bank: string, amount: Amount): void;
  addReceived(bank: string, amount: Amount): void;
  /** Free counter per currency, for example net deposits; may be negative. */
  counter(name: string, currency: string): bigint;
  addToCounter(name: string, amount: Amount): void;
  /** Appends an item to this batch's outbox row for a bank. */
  send(bank: string, item: JsonObject): OutboxPosition;
  /** Index of the last outbox row written for a bank, this batch's included; 0 = none. */
  outboxIndex(bank: string): number;
  /** Index of the last outbox row of a bank that this lane has consumed; 0 = none. */
  inboxIndex(bank: string): number;
  /** Items of the row after `inboxIndex` that this lane has consumed. */
  inboxPosition(bank: string): number;
  /** To the end of a row, and so many items of the next one. */
  advanceInbox(bank: string, upTo: number, position: number): void;
}

/** The accepted operation that made an id final, with what it was asked and what it answered. */
export interface AcceptedOperation {
  readonly operation: string;
  readonly sequence: number;
  readonly transactionId: string;
  readonly time: string;
  readonly request: JsonObject;
  readonly result: JsonObject;
}

/** Buffered rows of the own namespace; collections of store.ts are the way to use it. */
export interface LedgerState {
  /** Sees to it that rows are read together, not one by one. */
  demand(keys: readonly string[]): void;
  find(key: string): unknown;
  /** A record as JSON, or the bytes of a row that core writes itself. */
  put(key: string, record: object): void;
}

/** Private data of an organisation's implicit collection. */
export interface PrivateData {
  get(mspId: string, key: string): string | undefined;
  /** Written with everything else, once nothing was refused. */
  put(mspId: string, key: string, value: string): void;
  /** Removes the value from every peer that holds it, from old private blocks too. */
  purge(mspId: string, key: string): void;
  /** Hex SHA-256 of the value, readable on every peer; undefined when absent. */
  hash(mspId: string, key: string): string | undefined;
}

/** Chaincode name and function at which the client's signed proposal entered. */
export interface EntryPoint {
  readonly chaincode: string;
  readonly operation: string;
  readonly argument: string;
}

/** The book of a bank's customer accounts. Booked balances change by postings alone. */
export interface LedgerBook {
  find(accountId: string): Holding | undefined;
  open(accountId: string, currency: string): void;
  setStatus(accountId: string, status: HoldingStatus): void;
  /** Gives an account its signing keys, or takes them away. */
  setKeys(accountId: string, keys: readonly SigningKey[]): void;
  /** Lets the operation debit or reserve this amount once from an account with keys: its signature was checked. */
  grantDebit(accountId: string, amount: bigint): void;
  /** Sets an amount aside for a hold that was found to be covered. */
  reserve(accountId: string, amount: bigint): void;
  /** Gives a hold's amount back. */
  release(accountId: string, amount: bigint): void;
}

/** What an operation sees. It knows nothing of Fabric. */
export interface Ledger {
  /** Chaincode name whose state this is; for a bank also the bank's name. */
  readonly namespace: string;
  readonly channel: string;
  /** Lane time, ISO 8601 UTC with milliseconds: never goes backwards. */
  readonly now: string;
  readonly nowMilliseconds: number;
  readonly transactionId: string;
  readonly caller: Caller;
  readonly state: LedgerState;
  /** Throws outside a lane batch. */
  readonly lane: LaneBook;
  readonly book: LedgerBook;
  readonly privateData: PrivateData;
  /** The accepted operation with a once-only id in this namespace, earlier ones of this batch included. */
  findAccepted(scope: string, id: string): AcceptedOperation | undefined;
  /** Sees to it that ids are looked up together, not one by one. */
  demandAccepted(scope: string, ids: readonly string[]): void;
  /** True when the signature is one of the key over the message. Only operations of a lane batch may ask. */
  isSigned(check: SignatureCheck): boolean;
  /** Values of the client's transient map; undefined when absent. */
  transient(name: string): string | undefined;
  /** Public rows of another namespace (parsed JSON), as committed; asked for once per ledger transaction. */
  readFrom(namespace: string, keys: readonly string[]): unknown[];
  /** What another bank's directory tells of an account, as of the row that the batch names. */
  findListing(bank: string, accountId: string): Listing | undefined;
  /** Has a direct operation of another namespace run in this ledger transaction, after this one. */
  callOperation(namespace: string, operation: string, request: JsonObject): void;
  entryPoint(): EntryPoint;
  /** Books postings; at the operation's end debits equal credits per currency, else the whole batch is aborted. */
  post(postings: readonly Posting[]): void;
  /** Books at once what the operation's consequences will tell first, in their order, because more depends on it. */
  postAhead(posting: Posting): void;
  /** Records an event of the operation: past tense, public data only. */
  emit(type: string, data: JsonObject): void;
}
