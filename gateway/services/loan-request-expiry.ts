import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerQueries, OperationService } from './types.ts';

export interface LoanRequestExpiryOptions {
  operations: OperationService;
  queries: LedgerQueries;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

const EVERY_MILLISECONDS = 5_000;

/** Ends loan requests that are past their expiry. They take no offer anyway: this frees the lenders' money. */
export async function runLoanRequestExpiry(options: LoanRequestExpiryOptions): Promise<void> {
  const { signal, onProblem } = options;
  while (!signal.aborted) {
    await sleep(EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await endExpiredRequests(options).catch((error: unknown) => {
      onProblem('expired loan requests could not be looked up', error);
    });
  }
}

/** Ends those that the ledger lists, at most a hundred at a time. */
export async function endExpiredRequests({
  operations,
  queries,
  onProblem,
}: Omit<LoanRequestExpiryOptions, 'signal'>): Promise<void> {
  const { expired } = await queries.evaluate<{ expired: string[] }>('lending:listExpiredRequests');
  if (expired.length === 0) return;
  const [outcome] = await operations.submit([
    {
      operation: 'lending:expireRequests',
      request: { requestIds: expired },
      requester: { kind: 'system', subject: 'loan-request-expiry' },
    },
  ]);
  if (outcome?.outcome !== 'accepted') onProblem('expired loan requests were not ended', outcome);
}
