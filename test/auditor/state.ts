import { PackedIds, PackedPayments, PackedReceived } from './packed-books.ts';

/**
 * What the auditor believes the ledger to hold: plain maps, written from the domain rules and not from the chaincode,
 * of which it imports nothing. Where the two differ, one of them is wrong.
 */
export interface AccountState {
  readonly currency: string;
  status: 'OPEN' | 'FROZEN' | 'CLOSED';
  booked: bigint;
  pending: bigint;
  /** With keys, whatever debits the account is signed. */
  keys?: readonly { readonly algorithm: string; readonly publicKey: string }[];
  /** Keys that the bank has announced, and from when it may put them in force. */
  recovery?: { recoveryId: string; keys: readonly { algorithm: string; publicKey: string }[]; from: number };
}

export interface PaymentState {
  readonly debtor: string;
  readonly creditor: string;
  readonly currency: string;
  amount: bigint;
  /** A hold that was not posted is no payment yet. */
  stage: 'HELD' | 'BOOKED' | 'VOIDED' | 'EXPIRED';
  bookedDate: string;
  expiresAt: string;
  refunded: bigint;
  returned: boolean;
  reversal: 'NONE' | 'REQUESTED' | 'DONE' | 'REFUSED';
  reversalId: string;
}

/** Something on its way between two banks. */
export interface Item {
  readonly kind: string;
  readonly id: string;
  readonly paymentId: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly currency: string;
  readonly amount: bigint;
}

/** What the creditor's bank knows of a payment that came from another bank. */
export interface ReceivedState {
  readonly item: Item;
  readonly index: number;
  refunded: bigint;
  returned: boolean;
  reversal: 'NONE' | 'DONE';
  reversalId: string;
}

/** What the auditor does with its records; a Map, or something that takes less memory. */
export interface Table<Value> extends Iterable<[string, Value]> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): this;
  keys(): IterableIterator<string>;
}

/** What a borrower asks and lenders offer. */
export interface LoanRequestState {
  readonly borrower: string;
  readonly currency: string;
  readonly offers: Map<string, { readonly lender: string; readonly amount: bigint }>;
}

export interface LoanState {
  readonly borrower: string;
  readonly currency: string;
  balance: bigint;
  isWrittenOff: boolean;
  /** By lender, in the order in which they came. */
  readonly shares: Map<string, bigint>;
  /** As they were before the last principal came back. */
  lastShares?: ReadonlyMap<string, bigint>;
}

export interface BankState {
  readonly accounts: Map<string, AccountState>;
  readonly payments: Table<PaymentState>;
  /** By `<debtorBank>/<paymentId>`. */
  readonly received: Table<ReceivedState>;
  readonly refunds: Map<string, { paymentId: string; from: string; debtor: string; amount: bigint; returned: boolean }>;
  /** Rows by receiving bank; a row holds what one batch sends, until it was received. */
  readonly outbox: Map<string, Item[][]>;
  readonly inbox: Map<string, number>;
  /** Items received of the row after those that were received whole, by sending bank. */
  readonly inboxPart: Map<string, number>;
  /** By `<bank>/<currency>`. */
  readonly sent: Map<string, bigint>;
  readonly taken: Map<string, bigint>;
  readonly loanRequests: Map<string, LoanRequestState>;
  readonly loans: Map<string, LoanState>;
  /** Shares that are offered, as they were asked. */
  readonly shareSales: Map<string, any>;
  /** Lenders' words to offer, as they were given. */
  readonly mandates: Map<string, any>;
  /** The bank's own, by currency: what customers paid it. */
  readonly income: Map<string, bigint>;
  /** By currency. */
  readonly suspense: Map<string, bigint>;
  readonly reserves: Map<string, bigint>;
  /** Once-only: `<scope>/<id>` -> payload. */
  readonly ids: Map<string, string> | PackedIds;
}

export interface Model {
  readonly banks: Map<string, BankState>;
  /** `<bank>/<currency>` -> balance at the central bank. */
  readonly balances: Map<string, bigint>;
  /** `<debtorBank>/<creditorBank>/<currency>` -> settled so far. */
  readonly settled: Map<string, bigint>;
  readonly limits: Map<string, bigint>;
  readonly centralIds: Map<string, string>;
  /** Batches are known in the order in which all lanes committed them, so that cross-lane refusals can be judged. */
  readonly isOrdered: boolean;
  readonly isPacked: boolean;
  /** Banks for which the running batch has opened an outbox row. */
  readonly openRows: Set<string>;
}

export const BANKS: readonly string[] = ['cedar', 'maple', 'pine', 'willow'];
export const DEFAULT_LIMIT = 100_000_000n;

interface ModelOptions {
  readonly banks?: readonly string[];
  /** Payments are millions: keep them packed. */
  readonly isPacked?: boolean;
}

export function newModel(isOrdered: boolean, { banks = BANKS, isPacked = false }: ModelOptions = {}): Model {
  return {
    banks: new Map(banks.map((name) => [name, newBank(isPacked)])),
    isPacked,
    balances: new Map(),
    settled: new Map(),
    limits: new Map(),
    centralIds: new Map(),
    isOrdered,
    openRows: new Set(),
  };
}

function newBank(isPacked: boolean): BankState {
  return {
    accounts: new Map(),
    payments: isPacked ? new PackedPayments() : new Map(),
    received: isPacked ? new PackedReceived() : new Map(),
    refunds: new Map(),
    outbox: new Map(),
    inbox: new Map(),
    inboxPart: new Map(),
    sent: new Map(),
    taken: new Map(),
    loanRequests: new Map(),
    loans: new Map(),
    shareSales: new Map(),
    mandates: new Map(),
    income: new Map(),
    suspense: new Map(),
    reserves: new Map(),
    ids: isPacked ? new PackedIds() : new Map(),
  };
}

/** A bank joins. */
export function admitBank(model: Model, name: string): void {
  if (!model.banks.has(name)) model.banks.set(name, newBank(model.isPacked));
}

export interface AuditPosting {
  readonly account: string;
  readonly side: string;
  readonly amount: string;
  readonly currency: string;
}

/** One operation on its way: where, when and what is asked. */
export interface Step {
  readonly lane: string;
  readonly now: string;
  readonly operation: string;
  readonly request: any;
}

/** What the auditor expects of one operation: a refusal's code, or the postings. */
export type Verdict = { readonly code: string } | { readonly postings: readonly AuditPosting[] };

export const refused = (code: string): Verdict => ({ code });
export function bankOf(accountId: string): string {
  const hyphen = accountId.indexOf('-');
  return hyphen < 0 ? accountId : accountId.slice(0, hyphen);
}

export function bump(map: Map<string, bigint>, key: string, amount: bigint): void {
  map.set(key, (map.get(key) ?? 0n) + amount);
}

export function book(
  postings: AuditPosting[],
  { from, to, amount, currency }: { from: string; to: string; amount: bigint; currency: string },
): void {
  postings.push({ account: from, side: 'D', amount: String(amount), currency });
  postings.push({ account: to, side: 'C', amount: String(amount), currency });
}

/** Puts an item into the row that the running batch writes for a bank. */
export function ship(model: Model, { lane, to }: { lane: string; to: string }, item: Item): void {
  const outbox = (model.banks.get(lane) as BankState).outbox;
  const rows = outbox.get(to) ?? [];
  outbox.set(to, rows);
  const row = `${lane}/${to}`;
  if (!model.openRows.has(row)) rows.push([]);
  model.openRows.add(row);
  (rows.at(-1) as Item[]).push(item);
}

/** What one bank has sent another and not settled. */
export function outstanding(
  model: Model,
  { lane, to, currency }: { lane: string; to: string; currency: string },
): bigint {
  const sent = model.banks.get(lane)?.sent.get(`${to}/${currency}`) ?? 0n;
  return sent - (model.settled.get(`${lane}/${to}/${currency}`) ?? 0n);
}
