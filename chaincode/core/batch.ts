import { type Static, Type } from 'typebox';
import type { HoldingStatus, SigningKey } from './book/holding.ts';
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
    directories: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z][a-z0-9]{0,31}$' }), Type.Integer({ minimum: 0 }), {
        description: "Last row of other banks' directories that the batch is judged by.",
      }),
    ),
    grown: Type.Optional(
      Type.Array(Type.String({ pattern: '^[a-z][a-z0-9]{0,31}$' }), {
        maxItems: 256,
        description:
          'Banks whose directories have grown since the last batch: endorsers learn their new rows with this one.',
      }),
    ),
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
  /**
   * What became of the batch's operations (wire/outcome-codec.ts), in base64: only where nothing is written. Else they
   * stand in the batch row, which the same endorsement holds, and no ledger keeps them twice.
   */
  readonly outcomes?: string;
  /** First results of replayed operations, in their order. */
  readonly replays: readonly Omit<Extract<OperationOutcome, { outcome: 'replayed' }>, 'outcome'>[];
}

export interface EntryPosting {
  readonly account: string;
  readonly side: 'D' | 'C';
  readonly amount: string;
  readonly currency: string;
  readonly valueDate?: string;
  readonly reference?: string;
}

export interface EntryStanding {
  readonly accountId: string;
  readonly currency: string;
  readonly status: HoldingStatus;
  readonly pending: string;
  readonly keys?: readonly SigningKey[];
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
  readonly postings?: readonly EntryPosting[];
  /** Accounts whose status or pending amount the operation changed, as they stood after it. */
  readonly standings?: readonly EntryStanding[];
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
  /** Items consumed of the row after `inbox`, where a row was taken in part. */
  readonly inboxPositions?: Readonly<Record<string, number>>;
  /** Last row of the bank's directory. */
  readonly directory: number;
}

/** How far the lane's book is saved (book/checkpoint.ts). */
export interface Checkpoint {
  /** Segment that is saved next. */
  readonly next: number;
  /** Operations and batches since the last one was saved. */
  readonly operations: number;
  readonly batches: number;
  /** By segment, the batch that saved it last; empty until one was saved. */
  readonly marks: readonly number[];
}

/** Which slices of time hold their ids in the batches alone (recent-ids.ts). */
export interface IdState {
  /** By scope: the slice, and the batch that opened it. */
  readonly open: Readonly<Record<string, readonly (readonly [slice: number, from: number])[]>>;
}

export interface LaneHead extends LaneCounters {
  readonly sequence: number;
  readonly hash: string;
  readonly epoch: number;
  readonly holder: string;
  readonly time: string;
  readonly checkpoint: Checkpoint;
  readonly ids: IdState;
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

/** Part of the lane's book as of the batch that saved it; a row is never written again, so that its history is short. */
export function segmentKey(segment: number, sequence: number): string {
  return `lane/0/segment/${String(sequence).padStart(12, '0')}/${String(segment).padStart(2, '0')}`;
}

/** What one batch changed in the bank's directory. */
export function directoryKey(row: number): string {
  return `lane/0/directory/${String(row).padStart(12, '0')}`;
}

/** Row of credits, returns and requests for one bank, written by one batch. */
export function outboxKey(bank: string, index: number): string {
  return `lane/0/outbox/${bank}/${String(index).padStart(12, '0')}`;
}

/** The head of a lane that nothing was written to yet. */
export const NEW_HEAD: LaneHead = {
  sent: {},
  received: {},
  counters: {},
  outbox: {},
  inbox: {},
  directory: 0,
  sequence: 0,
  hash: FIRST_PREVIOUS_HASH,
  epoch: 0,
  holder: '',
  time: '1970-01-01T00:00:00.000Z',
  checkpoint: { next: 0, operations: 0, batches: 0, marks: [] },
  ids: { open: {} },
};
