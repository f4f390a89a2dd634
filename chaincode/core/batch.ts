import { type Static, Type } from 'typebox';
import type { ErrorParams } from './errors.ts';
import type { JsonObject } from './ledger.ts';

const strict = { additionalProperties: false };

export const HeaderSchema = Type.Object(
  {
    lane: Type.String({ pattern: '^[a-z][a-z0-9]{0,31}$' }),
    epoch: Type.Integer({ minimum: 1 }),
    holder: Type.String({ pattern: '^[A-Za-z0-9._:-]{1,64}$', description: 'Gateway instance that holds the lease.' }),
    sequence: Type.Integer({ minimum: 1 }),
    previousHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the transient batch bytes.' }),
  },
  strict,
);
export type Header = Static<typeof HeaderSchema>;

/** One operation of a batch. With `linked` (here or in the request) it succeeds or fails with the next one. */
export interface BatchOperation {
  readonly operation: string;
  readonly request: JsonObject;
  readonly caller: { readonly kind: 'customer' | 'operator' | 'system'; readonly ref: string };
  readonly linked?: boolean;
}

export type OperationOutcome =
  | { readonly outcome: 'accepted'; readonly result: unknown }
  | { readonly outcome: 'replayed'; readonly result: unknown; readonly transactionId: string }
  | { readonly outcome: 'refused'; readonly code: string; readonly params: ErrorParams };

export interface BatchResponse {
  readonly lane: string;
  readonly sequence: number;
  /** Hash of the batch row; the head's hash unchanged when nothing was accepted. */
  readonly hash: string;
  readonly accepted: number;
  /** What became of the batch's operations (wire/outcome-codec.ts), in base64. */
  readonly outcomes: string;
  /** First results of replayed operations, in their order. */
  readonly replays: readonly Omit<Extract<OperationOutcome, { outcome: 'replayed' }>, 'outcome'>[];
}

/** Immutable evidence of one operation within a batch row. */
export interface BatchEntry {
  readonly operation: string;
  readonly request: JsonObject;
  /** SHA-256 of a request that no schema admitted: it may hold anything, so its bytes are not kept. */
  readonly requestDigest?: string;
  readonly caller: BatchOperation['caller'];
  readonly linked?: boolean;
  readonly outcome: 'accepted' | 'refused' | 'replayed';
  readonly result?: unknown;
  readonly code?: string;
  readonly params?: ErrorParams;
  readonly postings?: readonly JsonObject[];
  readonly events?: readonly { readonly type: string; readonly data: JsonObject }[];
  readonly audit?: { readonly mspId: string };
  readonly usage?: { readonly module: string; readonly operation: string; readonly units: number };
}

type AmountsByBank = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Counters and cursors after a batch; amounts are decimal strings of minor units by currency. */
export interface LaneCounters {
  readonly sent: AmountsByBank;
  readonly received: AmountsByBank;
  /** Free counters by name and currency. */
  readonly counters: AmountsByBank;
  readonly outbox: Readonly<Record<string, number>>;
  readonly inbox: Readonly<Record<string, number>>;
}

export interface LaneHead extends LaneCounters {
  readonly sequence: number;
  readonly hash: string;
  readonly epoch: number;
  readonly holder: string;
  readonly time: string;
}

/** `lane/0/batch/<sequence>`: the SHA-256 of its stored bytes is the next header's previousHash. */
export interface BatchRow {
  readonly lane: string;
  readonly sequence: number;
  readonly previousHash: string;
  readonly epoch: number;
  readonly holder: string;
  readonly time: string;
  readonly txId: string;
  readonly head: LaneCounters;
  readonly entries: readonly BatchEntry[];
}

export const FIRST_PREVIOUS_HASH = '0'.repeat(64);
export const HEAD_KEY = 'lane/0/head';

/** Keys of immutable rows carry their number in 12 digits, so that they sort by it. */
export function batchKey(sequence: number): string {
  return `lane/0/batch/${String(sequence).padStart(12, '0')}`;
}

/** Row of credits, returns and requests for one bank, written by one batch. */
export function outboxKey(bank: string, index: number): string {
  return `lane/0/outbox/${bank}/${String(index).padStart(12, '0')}`;
}
