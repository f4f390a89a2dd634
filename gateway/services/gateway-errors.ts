import { type CatalogueRow, catalogueOf, type DomainError, defineErrors } from '@tangram/chaincode/core/errors.ts';
import type { OperationProblem } from './types.ts';

/** What can go wrong between the client and the ledger. */
export const gatewayErrors = defineErrors('GATEWAY', {
  BUSY: {
    status: 429,
    outcome: 'failed',
    retry: 'later',
    text: 'The queue of lane {lane} is full.',
    fix: 'Send the same request again later.',
  },
  LANE_UNKNOWN: {
    status: 403,
    outcome: 'refused',
    retry: 'never',
    text: 'This gateway does not write lane {lane}.',
    fix: 'Send the request to the gateway of the organisation that owns the lane.',
  },
  LANE_HELD_ELSEWHERE: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'Another gateway, {holder}, writes lane {lane}.',
    fix: 'Send the same request to that gateway, or here again later.',
  },
  LEDGER_UNAVAILABLE: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'The ledger did not endorse in time: {reason}.',
    fix: 'Send the same request again later; nothing was written.',
  },
  LEDGER_REJECTED: {
    status: 502,
    outcome: 'failed',
    retry: 'later',
    text: 'The ledger rejected the submission: {reason}.',
    fix: 'Send the same request again later; if it stays, tell the operator. Nothing was written.',
  },
  NOT_COMMITTED: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'The ledger transaction was not committed (validation code {validationCode}).',
    fix: 'Send the same request again; nothing was written.',
  },
  OUTCOME_UNKNOWN: {
    status: 504,
    outcome: 'unknown',
    retry: 'later',
    text: 'The ledger could not be asked in time whether the request was booked.',
    fix: 'Ask by id, or send the same request with the same id again; never use a new id.',
  },
  DETAILS_NOT_STORED: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'The private details could not be stored: {reason}.',
    fix: 'Send the same request again later; the account was not opened.',
  },
  RECEIVER_KEY_UNKNOWN: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'Bank {bank} has not published the key that payment texts are encrypted for.',
    fix: 'Send the same request again later.',
  },
  STOPPING: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'This gateway is stopping.',
    fix: 'Send the same request again later.',
  },
  INTERNAL: {
    status: 500,
    outcome: 'unknown',
    retry: 'later',
    text: 'The gateway failed: {reason}.',
    fix: 'Ask by id before sending again, and tell the operator.',
  },
});

const rows: ReadonlyMap<string, CatalogueRow> = new Map(catalogueOf(gatewayErrors).map((row) => [row.code, row]));

/** Turns an error of this catalogue into an operation's outcome. */
export function problemOf(error: DomainError, transactionId?: string): OperationProblem {
  return {
    outcome: rows.get(error.code)?.outcome ?? 'failed',
    code: error.code,
    params: error.params,
    ...(transactionId ? { transactionId } : {}),
  };
}
