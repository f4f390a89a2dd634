import type { LaneMemory } from './book/lane-memory.ts';
import { canonicalJson } from './canonical.ts';
import { assertProposalTime, type Clock } from './clock.ts';
import { errors } from './core-errors.ts';
import { assertEntryPoint } from './entry-point.ts';
import { DomainError } from './errors.ts';
import type { JsonObject } from './ledger.ts';
import { untilLoaded } from './not-loaded.ts';
import type { AnyOperation } from './operation.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import { type Attempt, newAttempt, prepare, run } from './pipeline.ts';
import { prefetchOther } from './prefetch.ts';
import { Session } from './session.ts';

/** Runs a query; aborts when it tries to write. */
export async function runQuery(peer: Peer, table: OperationTable, call: DirectCall): Promise<string> {
  const { session, attempt } = await runOne(peer, table, call);
  if (session.state.writes().length > 0) throw new Error(`query ${call.operation} wrote a row`);
  return resultText(attempt);
}

/**
 * A ledger transaction of one operation outside the lanes: parse -> authorise -> run -> audit -> meter -> flush, with
 * its evidence in a row `direct/<transaction id>`. Once-only is the operation's own record. Any refusal aborts it.
 */
export async function runDirect(
  peer: Peer,
  table: OperationTable,
  call: DirectCall & { readonly clock: Clock },
): Promise<string> {
  assertProposalTime(peer, call.clock);
  const admit = ({ name, calledFrom }: AnyOperation) => assertEntryPoint(peer, name, calledFrom);
  const { session, attempt } = await runOne(peer, table, { ...call, admit });
  const { calls } = attempt.ledger;
  for (const { namespace, operation, request } of calls) {
    await peer.invoke(namespace, operation, JSON.stringify(request));
  }
  // What changed nothing is a repetition, which was recorded and metered the first time.
  const isChange = session.state.writes().length > 0 || calls.length > 0;
  if (attempt.row?.operation.kind === 'direct' && isChange) {
    const row = { ...entryOf(attempt, peer.creatorMspId), time: session.now, txId: peer.transactionId };
    session.state.put(`direct/${peer.transactionId}`, row);
  }
  const writes = session.state.writes();
  // A deposit must leave no trace that another organisation sees.
  if (attempt.row?.operation.kind === 'deposit' && writes.length > 0)
    throw new Error(`deposit ${call.operation} wrote a public row`);
  if (writes.length > 0) await peer.putStates(writes);
  await session.privateData.flush();
  return resultText(attempt);
}

/** The evidence of an accepted operation outside the lanes, in the shape of a batch's entries. */
function entryOf({ envelope, ledger, outcome }: Attempt, mspId: string): JsonObject {
  const [module = '', operation = ''] = envelope.operation.split(':');
  return {
    operation: envelope.operation,
    request: envelope.request ?? {},
    caller: envelope.caller,
    outcome: 'accepted',
    result: (outcome as { readonly result: JsonObject }).result,
    postings: ledger.postings.map((posting) => ({ ...posting, amount: posting.amount.toString() })),
    events: ledger.events.map(({ type, data }) => ({ type, data })),
    audit: { mspId },
    usage: { module, operation, units: 1 },
  };
}

export interface DirectCall {
  readonly operation: string;
  /** The request as JSON; empty = {}. */
  readonly argument: string;
  readonly memory: LaneMemory;
  /** Judges what the operation's table row says before anything is read. */
  readonly admit?: (operation: AnyOperation) => void;
}

async function runOne(
  peer: Peer,
  table: OperationTable,
  { operation, argument, memory, admit }: DirectCall,
): Promise<{ session: Session; attempt: Attempt }> {
  const session = new Session(peer, table, { nowMilliseconds: peer.timestampMilliseconds, memory });
  const request = readRequest(operation, argument);
  const attempt = newAttempt(session, { operation, request, caller: { kind: 'system', ref: '' } });
  prepare(session, attempt, ['query', 'direct', 'deposit']);
  if (attempt.outcome?.outcome === 'refused') throw new DomainError(attempt.outcome.code, attempt.outcome.params);
  const prepared = attempt.row?.operation as AnyOperation;
  admit?.(prepared);
  const reads = prepared.reads?.(request as never, peer.namespace);
  await session.state.load(reads?.own ?? []);
  await prefetchOther(session, new Map(Object.entries(reads?.other ?? {})));
  const undo = () => {
    session.undo.rollBack(0);
    attempt.ledger.reset();
  };
  try {
    await untilLoaded(() => run(session, attempt), undo);
  } finally {
    // What it found, or did not find, may be of two heads.
    session.assertMemoryStill();
  }
  return { session, attempt };
}

function readRequest(operation: string, argument: string): JsonObject {
  try {
    return JSON.parse(argument === '' ? '{}' : argument) as JsonObject;
  } catch {
    throw errors.REQUEST_INVALID({ operation, reason: 'it is not JSON' });
  }
}

function resultText(attempt: Attempt): string {
  return canonicalJson(attempt.outcome?.outcome === 'accepted' ? attempt.outcome.result : {});
}
