import { sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { isPast } from './parties.ts';
import type { LoanRequest, Offer } from './servicing/schemas.ts';
import { loanRequests, openRequests, openRequestsOf } from './store.ts';

/** Shards of the list of open requests: every batch that opens or ends one writes its shard. */
export const SHARDS = [...'0123456789abcdef'];
const shardOf = (requestId: string): string => sha256(requestId).slice(0, 1);

/** What a borrower asks at a time: all open requests stand in a few rows, which every one of them makes longer. */
const REQUESTS_MAX = 20;

const openOf = (ledger: Ledger, accountId: string): readonly string[] =>
  openRequestsOf.find(ledger, accountId)?.requestIds ?? [];

/** Refuses: REQUESTS_FULL. */
export function assertMayAsk(ledger: Ledger, accountId: string): void {
  const requests = openOf(ledger, accountId).length;
  if (requests >= REQUESTS_MAX) throw errors.REQUESTS_FULL({ accountId, requests });
}

/** Notes an open request, so that it is found when it expires. */
export function listOpen(ledger: Ledger, { requestId, expiresAt, borrowerAccount: accountId }: LoanRequest): void {
  openRequestsOf.put(ledger, { accountId, requestIds: [...openOf(ledger, accountId), requestId] });
  const shard = shardOf(requestId);
  const before = openRequests.find(ledger, shard)?.requests ?? [];
  openRequests.put(ledger, { shard, requests: [...before, { requestId, expiresAt }] });
}

/** Refuses, in order: REQUEST_NOT_FOUND, REQUEST_NOT_OPEN. */
export function getOpenRequest(ledger: Ledger, requestId: string): LoanRequest {
  const request = loanRequests.find(ledger, requestId);
  if (request === undefined) throw errors.REQUEST_NOT_FOUND({ requestId });
  if (request.status !== 'OPEN') throw errors.REQUEST_NOT_OPEN({ requestId, requestStatus: request.status });
  return request;
}

/** A request that can still be funded. Refuses, in order: REQUEST_NOT_FOUND, REQUEST_NOT_OPEN, REQUEST_EXPIRED. */
export function getFundableRequest(ledger: Ledger, requestId: string): LoanRequest {
  const request = getOpenRequest(ledger, requestId);
  const { expiresAt } = request;
  if (isPast(ledger, expiresAt)) throw errors.REQUEST_EXPIRED({ requestId, expiresAt });
  return request;
}

/** Ends a request: every offer that is open is released, whatever became of the lender's account since. */
export function endRequest(ledger: Ledger, request: LoanRequest, end: Partial<LoanRequest>): LoanRequest {
  const shard = shardOf(request.requestId);
  const open = openRequests.find(ledger, shard)?.requests ?? [];
  const offers = request.offers.map((offer) => (offer.status === 'OPEN' ? released(ledger, offer) : offer));
  const ended: LoanRequest = { ...request, offers, ...end };
  loanRequests.put(ledger, ended);
  const accountId = request.borrowerAccount;
  const others = openOf(ledger, accountId).filter((requestId) => requestId !== request.requestId);
  openRequestsOf.put(ledger, { accountId, requestIds: others });
  openRequests.put(ledger, { shard, requests: open.filter(({ requestId }) => requestId !== request.requestId) });
  return ended;
}

function released(ledger: Ledger, offer: Offer): Offer {
  ledger.book.release(offer.lenderAccount, BigInt(offer.amount));
  return { ...offer, status: 'RELEASED' };
}

/** What stands in answers about a request. */
export function resultOf({ requestId, status, offers }: LoanRequest) {
  const open = offers.filter((offer) => offer.status === 'OPEN');
  const offered = open.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return { requestId, status, offered: String(offered), offers: open.length };
}
