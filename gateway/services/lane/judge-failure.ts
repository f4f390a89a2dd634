import type { FabricFailure } from '../../fabric/fabric-failure.ts';
import { gatewayErrors, problemOf } from '../gateway-errors.ts';
import type { OperationProblem } from '../types.ts';

/** What the failure of a batch's endorsement means. */
export interface FailureVerdict {
  problem: OperationProblem;
  /** Trying again would change nothing. */
  isFinal: boolean;
  /** The lane's head is to be read anew before the next try. */
  isHeadDoubtful: boolean;
  /** One of the operations may be the reason. */
  isPoisoned: boolean;
}

/** Contract errors about the header mean that the lane has moved: look again. */
const STALE_CODES = new Set(['LANE_SEQUENCE_STALE', 'LANE_PREVIOUS_HASH_MISMATCH', 'LANE_EPOCH_STALE']);

/** Endorsers that lag behind the lane by a block, or are starting workers anew: the head is right, and soon they can. */
const NOT_YET_CODES = new Set(['LANE_MEMORY_BEHIND', 'LANE_SIGNATURES_UNVERIFIED']);

/** These speak of the submission, not of an operation in it: halves of the batch would fare no better. */
const HEADER_CODES = new Set(['LANE_NOT_YOURS', 'LANE_DIGEST_MISMATCH', 'LANE_CLOCK_SKEW']);

/** Where another endorser alone disagrees, home has found the head right: so often it is believed. */
const HEAD_TRIES = 2;

/** Judges why an endorsement failed; nothing was written. */
export function judgeFailure({ kind, code, params, message }: FabricFailure, attempt: number): FailureVerdict {
  const isNotYet = kind === 'contract' && NOT_YET_CODES.has(code);
  const isHeadDoubtful = !isNotYet && !(kind === 'mismatch' && attempt < HEAD_TRIES);
  if (kind === 'contract') {
    const isFinal = !isNotYet && !STALE_CODES.has(code);
    const problem: OperationProblem = { outcome: 'failed', code, params };
    return { problem, isFinal, isHeadDoubtful, isPoisoned: !HEADER_CODES.has(code) };
  }
  const isFinal = kind === 'rejected';
  const reason = { reason: message };
  const problem = problemOf(isFinal ? gatewayErrors.LEDGER_REJECTED(reason) : gatewayErrors.LEDGER_UNAVAILABLE(reason));
  return { problem, isFinal, isHeadDoubtful, isPoisoned: true };
}
