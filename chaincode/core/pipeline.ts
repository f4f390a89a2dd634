import type { BatchEntry, BatchOperation, OperationOutcome } from './batch.ts';
import { CanonicalText, canonicalJson, sha256 } from './canonical.ts';
import { errors } from './core-errors.ts';
import { memberMayCall } from './entry-point.ts';
import { DomainError } from './errors.ts';
import { namespaceOwner } from './names.ts';
import type { AnyOperation, OperationKind } from './operation.ts';
import { OperationLedger, type Session } from './session.ts';

// Schemas are narrower; this keeps id pages well-formed whatever a schema admits.
const ONCE_ONLY_ID = /^[A-Za-z0-9-]{1,64}$/;

/** One operation on its way through the pipeline. */
export interface Attempt {
  readonly envelope: BatchOperation;
  readonly ledger: OperationLedger;
  operation: AnyOperation | undefined;
  /** Canonical request; undefined until it was accepted by its schema. */
  request: CanonicalText | undefined;
  id: string | undefined;
  outcome: OperationOutcome | undefined;
  audit: BatchEntry['audit'];
  usage: BatchEntry['usage'];
}

/** Steps before any row is read. A refusal here leaves the other operations alone. */
export function prepare(session: Session, attempt: Attempt, kinds: readonly OperationKind[]): void {
  judge(attempt, () => {
    parse(session, attempt, kinds);
    authorise(session, attempt);
  });
}

/** Runs the operation. Throws what it throws: the chain owns the savepoint. */
export async function run(session: Session, attempt: Attempt): Promise<void> {
  const operation = attempt.operation as AnyOperation;
  const result = (await operation.run(attempt.ledger, attempt.envelope.request as never)) ?? {};
  if (!session.table.find(operation.name)?.resultMatches(result))
    throw new Error(`${operation.name} gave a malformed result`);
  attempt.outcome = { outcome: 'accepted', result };
}

/** Audit, then meter. A refused operation is audited, but nobody pays for it; a replay was recorded the first time. */
export function record(session: Session, attempt: Attempt): void {
  if (attempt.outcome?.outcome === 'replayed') return;
  attempt.audit = { mspId: session.peer.creatorMspId };
  if (attempt.outcome?.outcome !== 'accepted') return;
  const [module = '', operation = ''] = (attempt.operation as AnyOperation).name.split(':');
  attempt.usage = { module, operation, units: 1 };
}

export function newAttempt(session: Session, envelope: BatchOperation): Attempt {
  const ledger = new OperationLedger(session, envelope.caller);
  const none = undefined;
  return { envelope, ledger, operation: none, request: none, id: none, outcome: none, audit: none, usage: none };
}

/** Turns a DomainError of a step into the attempt's refusal; any other error aborts the ledger transaction. */
export function judge(attempt: Attempt, step: () => void): void {
  try {
    step();
  } catch (error) {
    refuse(attempt, error);
  }
}

/** Refuses an attempt; rethrows what is not a DomainError. */
export function refuse(attempt: Attempt, error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
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
    throw errors.OPERATION_UNKNOWN({ operation: name });
  }
  const reason = row.whyInvalid(request);
  if (reason !== undefined) throw errors.REQUEST_INVALID({ operation: name, reason });
  attempt.request = canonicalRequest(name, request);
  attempt.operation = row.operation;
  const id = row.operation.onceOnly?.id(request as never);
  if (id !== undefined && !ONCE_ONLY_ID.test(id)) throw errors.IDENTIFIER_INVALID({ kind: 'client id' });
  attempt.id = id;
}

// The schema admits whole numbers that JSON cannot carry exactly; they must not abort the neighbours later.
function canonicalRequest(operation: string, request: unknown): CanonicalText {
  try {
    return new CanonicalText(canonicalJson(request));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw errors.REQUEST_INVALID({ operation, reason: 'a number is not a safe whole number' });
  }
}

function authorise(session: Session, attempt: Attempt): void {
  const { kind } = attempt.envelope.caller;
  const operation = attempt.operation as AnyOperation;
  const isAllowed =
    operation.kind === 'submit' ? operation.roles.includes(kind) : memberMayCall(operation, session.peer);
  if (!isAllowed) {
    throw errors.CALLER_NOT_ALLOWED({ kind, mspId: session.peer.creatorMspId, operation: operation.name });
  }
}

/** The evidence of an operation. A request that no schema admitted is kept as a digest: it may hold anything. */
export function entryOf(attempt: Attempt): Record<keyof BatchEntry | 'requestDigest', unknown> {
  const { envelope, ledger, outcome } = attempt;
  const isAccepted = outcome?.outcome === 'accepted';
  return {
    operation: envelope.operation,
    request: attempt.request ?? {},
    requestDigest: attempt.request === undefined ? sha256(JSON.stringify(envelope.request)) : undefined,
    caller: envelope.caller,
    outcome: outcome?.outcome,
    result: isAccepted ? outcome.result : undefined,
    code: outcome?.outcome === 'refused' ? outcome.code : undefined,
    params: outcome?.outcome === 'refused' ? outcome.params : undefined,
    postings: isAccepted
      ? ledger.postings.map((posting) => ({ ...posting, amount: posting.amount.toString() }))
      : undefined,
    events: isAccepted ? ledger.events : undefined,
    audit: attempt.audit,
    usage: isAccepted ? attempt.usage : undefined,
  };
}
