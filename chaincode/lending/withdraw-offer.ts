import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { getOpenRequest } from './open-request.ts';
import type { OfferReference, OfferResult } from './schemas.ts';
import type { Offer } from './servicing/schemas.ts';
import { loanRequests } from './store.ts';

/** Takes an offer back and frees its money. Refuses, in order: REQUEST_NOT_FOUND, REQUEST_NOT_OPEN, OFFER_NOT_FOUND. */
export function withdrawOffer(ledger: Ledger, { requestId, offerId }: OfferReference): OfferResult {
  const request = getOpenRequest(ledger, requestId);
  const offer = request.offers.find((each) => each.offerId === offerId);
  if (offer === undefined) throw errors.OFFER_NOT_FOUND({ requestId, offerId });
  // Withdrawing happens once for an id, and all else that ends an offer ends its request.
  if (offer.status !== 'OPEN') throw new Error(`Invariant L3: offer ${offerId} of an open request is ${offer.status}.`);

  const withdrawn: Offer = { ...offer, status: 'WITHDRAWN' };

  ledger.book.release(offer.lenderAccount, BigInt(offer.amount));
  const offers = request.offers.map((each) => (each.offerId === offerId ? withdrawn : each));
  loanRequests.put(ledger, { ...request, offers });
  ledger.emit('OfferWithdrawn', { requestId, offerId, lenderAccount: offer.lenderAccount });
  return { requestId, ...withdrawn };
}
