import type { Static, TSchema } from 'typebox';
import type { CallerKind, Ledger, LedgerEvent, Posting } from './ledger.ts';
import type { SignatureCheck } from './signatures.ts';

/** Which namespaces offer an operation: the banks' names, the central bank's, the consortium's. */
export type LaneKind = 'bank' | 'centralbank' | 'consortium';

/**
 * submit: runs in a lane batch. query: evaluated, writes nothing. direct: a ledger transaction of its own, with its
 * evidence row. deposit: writes only to the caller's implicit private collection, no public row at all.
 */
export type OperationKind = 'submit' | 'query' | 'direct' | 'deposit';

export interface Reads {
  /** Keys of the own namespace. */
  readonly own?: readonly string[];
  /** Keys of other namespaces. */
  readonly other?: Readonly<Record<string, readonly string[]>>;
}

export interface OnceOnly<Request> {
  /** Ids are unique per namespace and scope, for example `payment`. */
  readonly scope: string;
  readonly id: (request: Request) => string;
  /** Request fields that may differ in a repetition, for example ciphertext that a digest field covers. */
  readonly ignore?: readonly string[];
}

/** The ledger at which an operation was accepted. */
export interface Place {
  readonly namespace: string;
}

export interface Consequences {
  readonly postings: readonly Posting[];
  readonly events: readonly LedgerEvent[];
}

export interface Operation<Request = never, Result = unknown> {
  /** `module:verbNoun`, as called from outside. */
  readonly name: string;
  readonly kind: OperationKind;
  readonly lanes: readonly LaneKind[];
  /** Kinds of caller that may put a submit operation into a batch; the other kinds of operation name members. */
  readonly roles: readonly CallerKind[];
  /** Whose clients may call it directly: the namespace's owner alone, or every member (queries and directs: default). */
  readonly members?: 'owner' | 'all';
  /** A direct operation that is reached only from this operation, by chaincode that calls chaincode. */
  readonly calledFrom?: { readonly namespace: string; readonly operation: string };
  readonly request: TSchema;
  readonly result: TSchema;
  /** Schemas of events that come by the thousand, so that batch rows hold their data compactly. */
  readonly events?: Readonly<Record<string, TSchema>>;
  /** Schemas, by kind and without it, of the outbox items that the operation sends. */
  readonly items?: Readonly<Record<string, TSchema>>;
  /** What always follows from request and result; it is booked and announced, and no batch row repeats it. */
  readonly consequences?: (request: Request, result: Result, place: Place) => Consequences;
  readonly onceOnly?: OnceOnly<Request>;
  /** True: this operation and the next one of the batch are accepted together, or both are refused. */
  readonly linked?: (request: Request) => boolean;
  /** Rows that the operation will need, so that a whole batch reads them together. Reading others stays allowed. */
  readonly reads?: (request: Request, namespace: string) => Reads;
  /** The signature that the operation will ask for, so that a whole batch's are verified together. */
  readonly signature?: (ledger: Ledger, request: Request) => SignatureCheck | undefined;
  /** Throws NotLoaded where it reads a row that is not there yet: core loads it and runs the operation again. */
  readonly run: (ledger: Ledger, request: Request) => Result;
}

/** An operation of whatever request type, as tables hold it. */
// biome-ignore lint/suspicious/noExplicitAny: functions of every request type stand in one table; schemas guard them.
export type AnyOperation = Operation<any, any>;

type Definition<RequestSchema extends TSchema, ResultSchema extends TSchema> = Omit<
  Operation<Static<RequestSchema>, Static<ResultSchema>>,
  'request' | 'result'
> & { readonly request: RequestSchema; readonly result: ResultSchema };

/** Types an operation's function, id and reads from its schemas. Schemas must refuse unknown fields. */
export function defineOperation<RequestSchema extends TSchema, ResultSchema extends TSchema>(
  definition: Definition<RequestSchema, ResultSchema>,
): AnyOperation {
  return definition as AnyOperation;
}
