import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainError } from '@tangram/chaincode/core/errors.ts';
import type { EndorsedTransaction } from '../fabric/endorsement.ts';
import type { Call, FabricClient } from '../fabric/fabric-client.ts';
import { decodeFabricError } from '../fabric/fabric-failure.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import { DOUBTFUL_MILLISECONDS, isResendRound, isTaken } from './lane/await-commit.ts';
import { ServiceError } from './service-error.ts';

export interface DirectTransaction {
  call: Call;
  /** Exactly these must endorse: there is no choice among others. */
  endorsers: string[];
  patienceMilliseconds?: number;
  /** A refusal of an endorser whose peer has not yet committed what the call names: it is asked again. */
  lags?(code: string): boolean;
}

export interface DirectResult {
  result: string;
  transactionId: string;
  blockNumber: bigint;
}

const PATIENCE_MILLISECONDS = 20_000;
const STATUS_MILLISECONDS = 1_500;
const DUPLICATE_TXID = 9;

/**
 * Submits a ledger transaction of its own, outside the lanes. It must be harmless when repeated, because a lost
 * commit is tried again. Throws ServiceError: refused by the contract, failed, or unknown.
 */
export async function submitDirect(client: FabricClient, direct: DirectTransaction): Promise<DirectResult> {
  const deadline = Date.now() + (direct.patienceMilliseconds ?? PATIENCE_MILLISECONDS);
  let last: ServiceError | undefined;
  for (let attempt = 0; attempt === 0 || Date.now() < deadline; attempt += 1) {
    if (attempt > 0) await sleep(Math.min(20 * 2 ** attempt, 1_000));
    let endorsed: EndorsedTransaction;
    try {
      endorsed = await client.endorse(direct.call, { exactly: direct.endorsers });
    } catch (error) {
      last = endorsementError(error);
      if (last.outcome === 'refused' && !direct.lags?.(last.code)) throw last;
      continue;
    }
    const committed = await commit(client, endorsed, deadline);
    if (committed.validationCode === 0) {
      const { result, transactionId } = endorsed;
      return { result, transactionId, blockNumber: committed.blockNumber };
    }
    last = new ServiceError(
      problemOf(gatewayErrors.NOT_COMMITTED({ validationCode: committed.validationCode }), endorsed.transactionId),
    );
  }
  throw last ?? new ServiceError(problemOf(gatewayErrors.OUTCOME_UNKNOWN()));
}

function endorsementError(error: unknown): ServiceError {
  const failure = decodeFabricError(error);
  if (failure.kind === 'contract') {
    return new ServiceError({ outcome: 'refused', code: failure.code, params: failure.params }, { cause: error });
  }
  const reason = failure.message;
  const problem: DomainError =
    failure.kind === 'rejected'
      ? gatewayErrors.LEDGER_REJECTED({ reason })
      : gatewayErrors.LEDGER_UNAVAILABLE({ reason });
  return new ServiceError(problemOf(problem), { cause: error });
}

/** Sends the same envelope until its fate is known: the ledger takes a transaction id once. */
async function commit(client: FabricClient, endorsed: EndorsedTransaction, deadline: number) {
  let isOrdered = false;
  for (let round = 0; round === 0 || Date.now() < deadline; round += 1) {
    if (round > 0) await sleep(Math.min(50 * 2 ** round, 1_000));
    try {
      if (isOrdered && isResendRound(round)) void endorsed.submit().catch(() => undefined);
      isOrdered ||= await isTaken(endorsed);
      const patience = isOrdered ? STATUS_MILLISECONDS : DOUBTFUL_MILLISECONDS;
      const status = await client.commitStatus(endorsed.transactionId, patience);
      if (status.validationCode !== DUPLICATE_TXID) return status;
    } catch {
      // Whatever failed, the next round asks the ledger again under the same transaction id.
    }
  }
  throw new ServiceError(problemOf(gatewayErrors.OUTCOME_UNKNOWN(), endorsed.transactionId));
}
