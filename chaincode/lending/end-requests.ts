import type { Ledger } from '../core/ledger.ts';
import { endRequest, getOpenRequest, resultOf } from './open-request.ts';
import { isPast } from './parties.ts';
import type { ExpiredRequests, ExpireRequests, RequestReference, RequestResult } from './schemas.ts';
import { loanRequests } from './store.ts';

/** Takes a request back; every offer's money is free again. Refuses, in order: REQUEST_NOT_FOUND, REQUEST_NOT_OPEN. */
export function cancelRequest(ledger: Ledger, { requestId }: RequestReference): RequestResult {
  const request = getOpenRequest(ledger, requestId);

  const cancelled = endRequest(ledger, request, { status: 'CANCELLED' });
  ledger.emit('LoanRequestCancelled', { requestId, borrowerAccount: request.borrowerAccount });
  return resultOf(cancelled);
}

/** Ends those of the named requests that are open and past their expiry; passes over the others. Refuses nothing. */
export function expireRequests(ledger: Ledger, { requestIds }: ExpireRequests): ExpiredRequests {
  loanRequests.demand(
    ledger,
    requestIds.map((requestId) => [requestId]),
  );

  const expired: string[] = [];
  for (const requestId of requestIds) {
    const request = loanRequests.find(ledger, requestId);
    if (request?.status !== 'OPEN' || !isPast(ledger, request.expiresAt)) continue;
    endRequest(ledger, request, { status: 'EXPIRED' });
    ledger.emit('LoanRequestExpired', { requestId, borrowerAccount: request.borrowerAccount });
    expired.push(requestId);
  }
  return { expired };
}
