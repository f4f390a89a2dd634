import type { BatchOperation, OperationOutcome } from './batch.ts';
import { errors } from './core-errors.ts';
import { memberMayCall } from './entry-point.ts';
import { DomainError } from './errors.ts';
import { errors as lane } from './lane-errors.ts';
import type { JsonObject, Posting } from './ledger.ts';
import { namespaceOwner } from './names.ts';
import type { AnyOperation, OperationKind } from './operation.ts';
import { assertBalanced, OperationLedger } from './operation-ledger.ts';
import type { OperationRow } from './operation-table.ts';
import { type ScopedId, scopedId } from './recent-ids.ts';
import type { Session } from './session.ts';
import type { Effects } from './wire/outcome-codec.ts';

/** Whoever sends a batch makes up names of operations of any length, and each answer repeats one. */
const UNKNOWN_NAME_MAX = 64;

// Schemas are narrower; this keeps id pages well-formed whatever a schema admits.
const ONCE_ONLY_ID = /^[A-Za-z0-9-]{1,64}$/;

/** An operation as it was sent; without a request where its bytes could not be read. */
export interface Envelope extends Omit<BatchOperation, 'request'> {
  readonly request: JsonObject | undefined;
}

/** One operation on its way through the pipeline. */
export interface Attempt {
  readonly envelope: Envelope;
  readonly ledger: OperationLedger;
  row: OperationRow | undefined;
  /** True once its schema admitted the request: what it does not admit may hold anything, and is not kept. */
  isAdmitted: boolean;
  id: ScopedId | undefined;
  outcome: OperationOutcome | undefined;
}

/** Steps before any row is read. A refusal here leaves the other operations alone. */
export function prepare(session: Session, attempt: Attempt, kinds: readonly OperationKind[]): void {
  try {
    parse(session, attempt, kinds);
    authorise(session, attempt);
  } catch (error) {
    refuse(attempt, error);
  }
}

/** Runs the operation. Throws what it throws: the chain owns the savepoint. */
export function run(session: Session, attempt: Attempt): void {
  const row = attempt.row as OperationRow;
  const request = attempt.envelope.request as never;
  const result = row.operation.run(attempt.ledger, request) ?? {};
  if (!row.resultMatches(result)) throw new Error(`${row.operation.name} gave a malformed result`);
  const { ledger } = attempt;
  if (ledger.postings.length > 0) assertBalanced(ledger.postings);
  const follows = row.consequencesOf(request, result, { namespace: session.peer.namespace });
  if (follows !== undefined) bookConsequences(session, follows.postings, ledger.ahead);
  attempt.outcome = { outcome: 'accepted', result };
}

/** Books what always follows, but for the first postings that the operation has booked ahead. */
function bookConsequences(session: Session, postings: readonly Posting[], ahead: readonly Posting[]): void {
  if (postings.length > 0) assertBalanced(postings);
  for (const [place, posting] of postings.entries()) {
    const booked = ahead[place];
    if (booked === undefined) session.book.post(posting);
    else if (!isSamePosting(booked, posting)) throw new Error('a posting was booked ahead that does not follow');
  }
  if (ahead.length > postings.length) throw new Error('more was booked ahead than follows');
}

const isSamePosting = (one: Posting, other: Posting): boolean =>
  one.account === other.account &&
  one.side === other.side &&
  one.amount === other.amount &&
  one.currency === other.currency;

export function newAttempt(session: Session, envelope: Envelope): Attempt {
  const ledger = new OperationLedger(session, envelope.caller);
  return { envelope, ledger, row: undefined, isAdmitted: false, id: undefined, outcome: undefined };
}

/** What an accepted operation booked and announced beyond what always follows from it; undefined where nothing. */
export function effectsOf({ ledger, outcome }: Attempt): Effects | undefined {
  if (outcome?.outcome !== 'accepted') return undefined;
  const { postings, standings, events } = ledger;
  const isNothing = postings.length === 0 && standings.length === 0 && events.length === 0;
  return isNothing ? undefined : { postings, standings, events };
}

/** True for what a rule says of an operation; what an endorser cannot tell yet aborts the batch instead. */
export function isRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && !ABORTS.has(error.code);
}

const ABORTS: ReadonlySet<string> = new Set([lane.MEMORY_BEHIND.code, lane.SIGNATURES_UNVERIFIED.code]);

/** Refuses an attempt; rethrows what is no refusal. */
export function refuse(attempt: Attempt, error: unknown): void {
  if (!isRefusal(error)) throw error;
  attempt.outcome = { outcome: 'refused', code: error.code, params: error.params };
}

/** The operation is known here, its request matches the schema, its id is one a client may choose. */
function parse(session: Session, attempt: Attempt, kinds: readonly OperationKind[]): void {
  const { operation: name, request } = attempt.envelope;
  const owner = namespaceOwner(session.peer.namespace);
  const row = session.table.find(name);
  if (
    row === undefined ||
    owner === undefined ||
    !row.operation.lanes.includes(owner.kind) ||
    !kinds.includes(row.operation.kind)
  ) {
    throw errors.OPERATION_UNKNOWN({ operation: name.slice(0, UNKNOWN_NAME_MAX) });
  }
  const reason = request === undefined ? 'its bytes are not a request' : row.whyInvalid(request);
  if (reason !== undefined) throw errors.REQUEST_INVALID({ operation: name, reason });
  attempt.isAdmitted = true;
  attempt.row = row;
  const id = row.operation.onceOnly?.id(request as never);
  if (id !== undefined && !ONCE_ONLY_ID.test(id)) throw errors.IDENTIFIER_INVALID({ kind: 'client id' });
  if (id !== undefined) attempt.id = scopedId(row.operation.onceOnly?.scope ?? '', id);
}

function authorise(session: Session, attempt: Attempt): void {
  const { kind } = attempt.envelope.caller;
  const operation = attempt.row?.operation as AnyOperation;
  const isAllowed =
    operation.kind === 'submit' ? operation.roles.includes(kind) : memberMayCall(operation, session.peer);
  if (!isAllowed) {
    throw errors.CALLER_NOT_ALLOWED({ kind, mspId: session.peer.creatorMspId, operation: operation.name });
  }
}
