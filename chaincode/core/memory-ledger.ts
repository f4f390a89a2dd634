import type { BatchOperation, BatchResponse } from './batch.ts';
import type { CallerKind, JsonObject } from './ledger.ts';

/** A ledger in memory under the same pipeline as Fabric's, for unit and property tests. */
export interface MemoryLedger {
  /** Proposal timestamps; starts at 2026-01-05T09:00:00.000Z. */
  readonly clock: { milliseconds: number; advance(milliseconds: number): void };
  /** Committed rows of a namespace, values as stored. */
  state(namespace: string): ReadonlyMap<string, string>;
  /** Committed private rows of an organisation in a namespace's implicit collection. */
  privateState(namespace: string, mspId: string): ReadonlyMap<string, string>;
  /** Endorses and commits one lane batch with a well-formed header. */
  submit(namespace: string, operations: readonly BatchOperation[]): Promise<MemoryOutcome<BatchResponse>>;
  /** Evaluates a query. */
  query(namespace: string, operation: string, request: JsonObject, as?: CallerKind): Promise<any>;
  /** Endorses and commits a direct operation or a deposit. */
  direct(namespace: string, operation: string, request: JsonObject, options?: DirectOptions): Promise<MemoryOutcome<any>>;
}

export interface DirectOptions {
  readonly mspId?: string;
  readonly transient?: Readonly<Record<string, string>>;
}

export interface MemoryOutcome<Response> {
  readonly response: Response;
  readonly transactionId: string;
  /** Write set: `namespace/key` -> value; empty when nothing was accepted. */
  readonly writes: ReadonlyMap<string, string>;
}
