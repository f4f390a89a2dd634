import type { BatchOperation, BatchResponse, Header, LaneHead, OperationOutcome } from './batch.ts';
import { batchKey, HEAD_KEY, NEW_HEAD } from './batch.ts';
import { sha256 } from './canonical.ts';
import { createDispatch, createTable, type Dispatch } from './dispatch.ts';
import { DomainError } from './errors.ts';
import type { EntryPoint, JsonObject } from './ledger.ts';
import { MemoryPeer, type MemoryState, type MemoryTransaction } from './memory-peer.ts';
import { mspIdOf } from './names.ts';
import type { AnyOperation } from './operation.ts';
import type { OperationTable } from './operation-table.ts';
import { readOutcomes } from './read-outcomes.ts';
import { parseRow } from './rows.ts';
import { encodeBatch } from './wire/batch-codec.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test asserts on rows and results whose shape it knows.
type Json = any;

export interface MemoryOutcome<Response> {
  readonly response: Response;
  readonly transactionId: string;
  /** Write set: `namespace/key` -> value; empty when nothing was accepted. */
  readonly writes: ReadonlyMap<string, Uint8Array>;
}

export interface CallOptions {
  /** Creator of the proposal; the namespace's owner unless named. */
  readonly mspId?: string;
  readonly transient?: Readonly<Record<string, string | Uint8Array>>;
}

export interface SubmitOptions {
  /** Header fields that differ from a well-formed one. */
  readonly header?: Partial<Header>;
  readonly mspId?: string;
  /** Batch bytes that differ from those the header's digest covers. */
  readonly batchText?: string | Uint8Array;
}

/** A batch's response with its outcomes read. */
export interface DecodedResponse extends BatchResponse {
  readonly results: readonly OperationOutcome[];
}

/** The second endorser forgets everything after so many writes, so that memory and cold start are proven the same. */
const WRITES_UNTIL_COLD = 16;

/** Where an endorsement runs, for example in a disturbed environment or under a stopwatch. */
export type EndorserEnvironment = <Result>(endorse: () => Promise<Result>) => Promise<Result>;

/** A ledger in memory under the same pipeline as Fabric's, for unit and property tests. */
export class MemoryLedger {
  /** Time of the next proposal and of the endorser's clock. */
  readonly clock = {
    milliseconds: Date.parse('2026-01-05T09:00:00.000Z'),
    advance(milliseconds: number): void {
      this.milliseconds += milliseconds;
    },
  };
  readonly #state: MemoryState = { rows: new Map(), privateRows: new Map() };
  readonly #operations: readonly AnyOperation[];
  #dispatch: Dispatch;
  #secondDispatch: Dispatch;
  readonly #table: OperationTable;
  readonly #secondEndorser: EndorserEnvironment | undefined;
  readonly #firstEndorser: EndorserEnvironment;
  #count = 0;
  #endorsedTwice = 0;

  /**
   * With a second endorser every write runs again in its environment and with a memory of its own; other bytes than the
   * first's, or another read set, are thrown.
   */
  constructor(
    operations: readonly AnyOperation[],
    secondEndorser?: EndorserEnvironment,
    firstEndorser: EndorserEnvironment = (endorse) => endorse(),
  ) {
    this.#firstEndorser = firstEndorser;
    this.#secondEndorser = secondEndorser;
    this.#operations = operations;
    this.#dispatch = this.#startChaincode();
    this.#secondDispatch = this.#startChaincode();
    this.#table = createTable(operations);
  }

  /** Ends the first endorser's chaincode and starts it anew, without any memory. */
  restart(): void {
    this.#dispatch = this.#startChaincode();
  }

  #startChaincode(): Dispatch {
    return createDispatch(this.#operations, () => this.clock.milliseconds);
  }

  /** Committed rows of a namespace, values as stored. */
  state(namespace: string): ReadonlyMap<string, Uint8Array> {
    const rows = new Map<string, Uint8Array>();
    for (const [key, value] of this.#state.rows) {
      if (key.startsWith(`${namespace}/`)) rows.set(key.slice(namespace.length + 1), value);
    }
    return rows;
  }

  /** Puts a row as if it were committed: a ledger of a million accounts is not opened account by account. */
  put(namespace: string, key: string, value: Uint8Array): void {
    this.#state.rows.set(`${namespace}/${key}`, value);
  }

  /** A committed row, parsed. */
  row(namespace: string, key: string): Json {
    const value = this.#state.rows.get(`${namespace}/${key}`);
    return value === undefined ? undefined : parseRow(this.#table, value);
  }

  /** A committed private row of an organisation's implicit collection. */
  privateRow(namespace: string, mspId: string, key: string): string | undefined {
    return this.#state.privateRows.get(`${namespace}/${mspId}/${key}`);
  }

  /** Puts a private row as if it were committed, by whatever chaincode. */
  putPrivate(namespace: string, mspId: string, { key, value }: { key: string; value: string }): void {
    this.#state.privateRows.set(`${namespace}/${mspId}/${key}`, value);
  }

  /** Endorses and commits one lane batch; rejects with the DomainError of the header. */
  async submit(
    namespace: string,
    operations: readonly BatchOperation[],
    options: SubmitOptions = {},
  ): Promise<MemoryOutcome<DecodedResponse>> {
    const { bytes: batch, names } = encodeBatch(this.#table, operations);
    const head: LaneHead = this.row(namespace, HEAD_KEY) ?? NEW_HEAD;
    const header: Header = {
      lane: namespace,
      epoch: Math.max(head.epoch, 1),
      holder: head.holder || 'gateway-1',
      sequence: head.sequence + 1,
      previousHash: head.hash,
      digest: sha256(batch),
      directories: this.#directories(),
      ...options.header,
    };
    const entryPoint = { chaincode: namespace, operation: 'lane:submit', argument: JSON.stringify(header) };
    const transient = { batch: options.batchText ?? batch };
    const mspId = options.mspId ? { mspId: options.mspId } : {};
    const outcome = await this.#commit<BatchResponse>(this.#begin(entryPoint, { transient, ...mspId }));
    const { response, writes } = outcome;
    const row = writes.get(`${namespace}/${batchKey(response.sequence)}`);
    return {
      ...outcome,
      response: { ...response, results: readOutcomes(this.#table, { operations, names, response, row }) },
    };
  }

  /** Every bank's directory as far as it is committed, as an honest gateway names it. */
  #directories(): Record<string, number> {
    const heads = [...this.#state.rows.keys()].filter((key) => key.endsWith(`/${HEAD_KEY}`));
    return Object.fromEntries(
      heads.map((key) => {
        const namespace = key.slice(0, key.indexOf('/'));
        return [namespace, (this.row(namespace, HEAD_KEY) as LaneHead).directory];
      }),
    );
  }

  /** Evaluates a query as the namespace's owner. */
  query(namespace: string, operation: string, request: JsonObject): Promise<Json> {
    return this.as({}).query(namespace, operation, request);
  }

  /** Endorses and commits a direct operation or a deposit as the namespace's owner. */
  direct(namespace: string, operation: string, request: JsonObject): Promise<MemoryOutcome<Json>> {
    return this.as({}).direct(namespace, operation, request);
  }

  /** The same calls as another member, or with a transient map. */
  as(options: CallOptions): Pick<MemoryLedger, 'query' | 'direct'> {
    const call = (namespace: string, operation: string, request: JsonObject) =>
      this.#begin({ chaincode: namespace, operation, argument: JSON.stringify(request) }, options);
    return {
      query: async (...args) => JSON.parse(await this.#endorse(call(...args))),
      direct: async (...args) => this.#commit(call(...args)),
    };
  }

  #begin(entryPoint: EntryPoint, options: CallOptions): MemoryTransaction {
    this.#count += 1;
    return {
      state: this.#state,
      dispatch: this.#dispatch,
      transactionId: sha256(`transaction ${this.#count}`),
      timestampMilliseconds: this.clock.milliseconds,
      creatorMspId: options.mspId ?? mspIdOf(entryPoint.chaincode),
      transient: options.transient ?? {},
      entryPoint,
      reads: new Set(),
      writes: new Map(),
      privateWrites: new Map(),
    };
  }

  #endorse(transaction: MemoryTransaction): Promise<string> {
    const { chaincode, operation, argument } = transaction.entryPoint;
    return transaction.dispatch(new MemoryPeer(transaction, chaincode), operation, argument);
  }

  async #endorseAgain(first: MemoryTransaction, answer: string): Promise<void> {
    if (this.#secondEndorser === undefined) return;
    if (this.#endorsedTwice++ % WRITES_UNTIL_COLD === 0) this.#secondDispatch = this.#startChaincode();
    const { rows, privateRows } = this.#state;
    const state = { rows: new Map([...rows].reverse()), privateRows: new Map([...privateRows].reverse()) };
    const dispatch = this.#secondDispatch;
    const nothing = { reads: new Set<string>(), writes: new Map(), privateWrites: new Map() };
    const second: MemoryTransaction = { ...first, ...nothing, state, dispatch };
    const again = await this.#secondEndorser(() => this.#endorse(second));
    const bytesOf = ({ reads, writes, privateWrites }: MemoryTransaction) =>
      JSON.stringify([
        [...reads].sort(),
        [...writes].map(([key, value]) => [key, sha256(value)]).sort(),
        [...privateWrites].sort(),
      ]);
    if (again !== answer || bytesOf(second) !== bytesOf(first)) {
      throw new Error(`two endorsers disagree about ${first.entryPoint.operation}`);
    }
  }

  async #commit<Response>(transaction: MemoryTransaction): Promise<MemoryOutcome<Response>> {
    const answer = await this.#firstEndorser(() => this.#endorse(transaction));
    await this.#endorseAgain(transaction, answer);
    for (const [key, value] of transaction.writes) this.#state.rows.set(key, value);
    for (const [key, value] of transaction.privateWrites) {
      if (value === undefined) this.#state.privateRows.delete(key);
      else this.#state.privateRows.set(key, value);
    }
    this.clock.advance(1);
    return { response: JSON.parse(answer), transactionId: transaction.transactionId, writes: transaction.writes };
  }
}

/** The code and params with which a promise is refused, for tests; undefined when it is not. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ code: string; params: unknown } | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { code: error.code, params: error.params };
  }
}
