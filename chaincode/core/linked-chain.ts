import { DomainError } from './errors.ts';
import { errors } from './lane-errors.ts';
import { NotLoaded, untilLoaded } from './not-loaded.ts';
import { type Attempt, isRefusal, refuse, run } from './pipeline.ts';
import type { Session } from './session.ts';

/** Splits a batch into chains: an operation that is linked stands in one chain with the next. */
export function chainsOf(attempts: readonly Attempt[]): Attempt[][] {
  const chains: Attempt[][] = [];
  let chain: Attempt[] = [];
  for (const attempt of attempts) {
    chain.push(attempt);
    if (isLinked(attempt)) continue;
    chains.push(chain);
    chain = [];
  }
  if (chain.length > 0) chains.push(chain);
  return chains;
}

/**
 * Once-only and run of a chain, within one savepoint: all its operations are accepted, or all refused. Gives a promise
 * only where it had to wait for rows.
 */
export function runChain(session: Session, chain: readonly Attempt[]): Promise<void> | undefined {
  const [single] = chain;
  if (chain.length === 1 && single !== undefined && tryAlone(session, single)) return undefined;
  const savepoint = session.undo.savepoint();
  const progress = { position: 0 };
  const undo = () => {
    session.undo.rollBack(savepoint);
    for (const { ledger } of chain) ledger.reset();
  };
  const step = () => {
    if (!isPartlyReplayed(session, chain, progress)) runMembers(session, chain, progress);
  };
  const keep = () => session.undo.release();
  const fail = (error: unknown) => {
    undo();
    refuseChain(chain, progress.position, error);
  };
  try {
    const waiting = untilLoaded(step, undo);
    if (waiting !== undefined) return waiting.then(keep, fail);
    keep();
  } catch (error) {
    fail(error);
  }
  return undefined;
}

/** Runs the ordinary operation, which is linked to nothing and finds all it reads; false where it is not that. */
function tryAlone(session: Session, attempt: Attempt): boolean {
  if (attempt.outcome !== undefined || isLinked(attempt)) return false;
  try {
    attempt.outcome = session.onceOnly.findReplay(attempt);
    if (attempt.outcome === undefined) {
      run(session, attempt);
      session.onceOnly.claim(attempt);
    }
    session.undo.release();
    return true;
  } catch (error) {
    session.undo.rollBack(0);
    attempt.ledger.reset();
    attempt.outcome = undefined;
    if (error instanceof NotLoaded) return false;
    refuse(attempt, error);
    return true;
  }
}

function runMembers(session: Session, chain: readonly Attempt[], progress: { position: number }): void {
  for (const [position, attempt] of chain.entries()) {
    progress.position = position;
    if (attempt.outcome?.outcome === 'refused') throw new DomainError(attempt.outcome.code, attempt.outcome.params);
    if (isLinked(attempt) && position === chain.length - 1) throw errors.CHAIN_OPEN();
    const replay = session.onceOnly.findReplay(attempt);
    if (replay === undefined) {
      run(session, attempt);
      session.onceOnly.claim(attempt);
    } else {
      attempt.outcome = replay;
    }
  }
}

// What was accepted before cannot be undone, so a chain that adds something new to it could not fail together.
function isPartlyReplayed({ onceOnly }: Session, chain: readonly Attempt[], progress: { position: number }): boolean {
  if (chain.length === 1) return false;
  const replays = chain.map((attempt, position) => {
    progress.position = position;
    return onceOnly.findReplay(attempt);
  });
  const first = replays.findIndex((replay) => replay !== undefined);
  if (first < 0 || !replays.includes(undefined)) return false;
  chain.forEach((attempt, position) => {
    const replay = replays[position];
    if (replay === undefined) refuse(attempt, errors.CHAIN_PARTLY_REPLAYED({ position: first + 1 }));
    else attempt.outcome = replay;
  });
  return true;
}

// The member that failed carries its own code; its neighbours say which one it was.
function refuseChain(chain: readonly Attempt[], culprit: number, error: unknown): void {
  if (!isRefusal(error)) throw error;
  const neighbours = errors.CHAIN_REFUSED({ position: culprit + 1, cause: error.code });
  for (const [position, attempt] of chain.entries()) refuse(attempt, position === culprit ? error : neighbours);
}

function isLinked(attempt: Attempt): boolean {
  return attempt.envelope.linked === true || attempt.envelope.request?.linked === true;
}
