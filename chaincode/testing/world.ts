import type { BatchOperation, LaneHead, OperationOutcome } from '../core/batch.ts';
import { HEAD_KEY } from '../core/batch.ts';
import { canonicalJson, sha256 } from '../core/canonical.ts';
import type { CallerKind, JsonObject } from '../core/ledger.ts';
import { type CallOptions, MemoryLedger, type MemoryOutcome } from '../core/memory-ledger.ts';
import { mspIdOf } from '../core/names.ts';
import { operations } from '../operations.ts';
import { inDisturbedEnvironment } from './disturbed-environment.ts';

export const CNY = (amount: bigint | string | number) => ({ amount: String(amount), currency: 'CNY' });

export { operations };

/** Who a customer is to the bank, in bytes that only its gateway could open. */
export const detailsOf = (accountId: string) => ({ accountId, sealed: `1.${sha256(accountId)}` });

/** What names an account's details when it is opened, where they were deposited in a page of their own. */
export const digestsOf = (accountId: string) => ({
  detailsDigest: sha256(canonicalJson(detailsOf(accountId))),
  detailsPage: sha256(canonicalJson([detailsOf(accountId)])),
});

// biome-ignore lint/suspicious/noExplicitAny: tests compare results field by field.
export type Answer = any;

export interface Judged {
  readonly outcome: OperationOutcome;
  /** Write set of the ledger transaction: empty when it was refused. */
  readonly writes: ReadonlyMap<string, Uint8Array>;
}

/** Four banks and a central bank over the in-memory ledger, with the steps that tests take again and again. */
export class World {
  /** Endorses every write twice, the second time in a disturbed environment. */
  readonly ledger: MemoryLedger;
  readonly #kind: CallerKind | undefined;

  constructor(ledger = new MemoryLedger(operations, inDisturbedEnvironment), kind?: CallerKind) {
    this.ledger = ledger;
    this.#kind = kind;
  }

  /** The same world to a caller of another kind. */
  as(kind: CallerKind): Pick<World, 'send' | 'accept' | 'refuse'> {
    return new World(this.ledger, kind);
  }

  /** Sends one operation as a batch of its own: as the system where only it may, else as an operator. */
  async send(lane: string, operation: string, request: object): Promise<Judged> {
    const kind = this.#kind ?? (operation === 'payments:receive' ? 'system' : 'operator');
    const { response, writes } = await this.ledger.submit(lane, [envelope(operation, request, kind)]);
    return { outcome: response.results[0] as OperationOutcome, writes };
  }

  /** Sends one operation that must be accepted; gives its result. */
  async accept(lane: string, operation: string, request: object): Promise<Answer> {
    const { outcome } = await this.send(lane, operation, request);
    if (outcome.outcome !== 'accepted') throw new Error(`${operation} ended ${JSON.stringify(outcome)}`);
    return outcome.result;
  }

  /** Sends one operation that must be refused; gives code, params and how many rows it wrote. */
  async refuse(lane: string, operation: string, request: object) {
    const { outcome, writes } = await this.send(lane, operation, request);
    if (outcome.outcome !== 'refused') throw new Error(`${operation} ended ${JSON.stringify(outcome)}`);
    return { code: outcome.code, params: outcome.params, writes: writes.size };
  }

  /** Deposits an account's private details at its bank. */
  depositDetails(accountId: string, records: readonly object[] = [detailsOf(accountId)], options: CallOptions = {}) {
    const details = canonicalJson(records);
    const request = { count: records.length, digest: sha256(details) };
    return this.ledger
      .as({ transient: { details }, ...options })
      .direct(bankOf(accountId), 'accounts:depositDetails', request);
  }

  /** Opens an account, funded by a deposit when an amount is given; the bank's settlement balance is issued too. */
  async open(accountId: string, { funds = 0n, currency = 'CNY' }: { funds?: bigint; currency?: string } = {}) {
    await this.depositDetails(accountId);
    const request = { accountId, currency, ...digestsOf(accountId) };
    await this.accept(bankOf(accountId), 'accounts:openAccount', request);
    if (funds > 0n) await this.fund(accountId, { amount: String(funds), currency });
  }

  /** Issues settlement balance and deposits the same amount. */
  async fund(accountId: string, amount: { amount: string; currency: string }) {
    const bank = bankOf(accountId);
    await this.issue(bank, amount);
    await this.accept(bank, 'accounts:deposit', { depositId: this.nextId('deposit'), accountId, amount });
  }

  issue(bank: string, amount: { amount: string; currency: string }) {
    return this.accept('centralbank', 'settlement:issue', { operationId: this.nextId('issue'), bank, amount });
  }

  /** Sends a payment that must be accepted. */
  pay([debtorAccount, creditorAccount]: readonly [string, string], amount: number, paymentId = this.nextId('payment')) {
    const request = { paymentId, debtorAccount, creditorAccount, amount: CNY(amount) };
    return this.accept(bankOf(debtorAccount), 'payments:sendPayment', request);
  }

  /** Lets a bank receive all that another has sent it. */
  async deliver(from: string, to: string): Promise<Answer> {
    const upTo = this.head(from)?.outbox[to] ?? 0;
    if (upTo <= (this.head(to)?.inbox[from] ?? 0)) return undefined;
    return this.accept(to, 'payments:receive', { from, upTo });
  }

  settle(debtorBank: string, creditorBank: string, more: object = {}): Promise<MemoryOutcome<Answer>> {
    return this.ledger.direct('centralbank', 'settlement:settlePair', {
      settlementId: this.nextId('settlement'),
      debtorBank,
      creditorBank,
      currency: 'CNY',
      debtorSequence: this.head(debtorBank)?.sequence ?? 1,
      creditorSequence: this.head(creditorBank)?.sequence ?? 1,
      ...more,
    });
  }

  head(lane: string): LaneHead | undefined {
    return this.ledger.row(lane, HEAD_KEY);
  }

  /** Booked and available balance, as numbers of minor units for short assertions. */
  async balances(accountId: string): Promise<[booked: bigint, available: bigint]> {
    const view = await this.ledger.query(bankOf(accountId), 'accounts:getAccount', { accountId });
    return [BigInt(view.booked), BigInt(view.available)];
  }

  async statusOf(paymentId: string, bank: string): Promise<string> {
    return (await this.ledger.query(bank, 'payments:getPayment', { paymentId })).status;
  }

  #count = 0;
  nextId(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }
}

export const bankOf = (accountId: string): string => accountId.slice(0, accountId.indexOf('-'));
export const mspOf = mspIdOf;

export const envelope = (operation: string, request: object, kind: CallerKind = 'operator'): BatchOperation => ({
  operation,
  request: request as JsonObject,
  caller: { kind, ref: '' },
});
