import { account, amountFault, bank, firstFault } from './parties.ts';
import { signatureFault } from './signatures.ts';
import { bankOf, type LoanRequestState, type Model, refused, type Step, type Verdict } from './state.ts';

/** A step as a row tells it, with what was answered. */
type Told = Step & { readonly result?: any };

const NOTHING: Verdict = { postings: [] };

/** Records what a borrower asks, so that offers can be counted against it, and what mandates offer at once. */
export function requestLoan(model: Model, { lane, request, result }: Told): Verdict {
  const code = amountFault(request.amount);
  if (code !== undefined) return refused(code);
  const state = bank(model, lane);
  const { borrowerAccount: borrower, amount } = request;
  const offers: LoanRequestState['offers'] = new Map();
  for (const { offerId, lenderAccount: lender, amount: offered } of result?.mandated ?? []) {
    const mandate = state.mandates.get(offerId);
    const part = BigInt(offered);
    const { booked, pending, keys } = account(model, lender);
    const isMeant = mandate?.lenderAccount === lender && mandate.productId === request.productId;
    if (!isMeant || request.score === undefined || part > BigInt(mandate.most.amount)) {
      return refused('AUDIT_OFFER_WITHOUT_MANDATE');
    }
    if (keys !== undefined && mandate.signature === undefined) return refused('AUDIT_MANDATE_NOT_SIGNED');
    if (part > booked - pending) return refused('LENDING_INSUFFICIENT_FUNDS');
    account(model, lender).pending += part;
    offers.set(offerId, { lender, amount: part });
  }
  state.loanRequests.set(request.requestId, { borrower, currency: amount.currency, offers });
  return NOTHING;
}

export function setMandate(model: Model, step: Step): Verdict {
  const { lane, request } = step;
  const code = firstFault(
    amountFault(request.most),
    bankOf(request.lenderAccount) === lane ? undefined : 'LENDING_ACCOUNT_NOT_HERE',
    () => holderFault(model, step, request.lenderAccount),
  );
  if (code !== undefined) return refused(code);
  bank(model, lane).mandates.set(request.mandateId, request);
  return NOTHING;
}

export function endMandate(model: Model, { lane, request }: Step): Verdict {
  return bank(model, lane).mandates.delete(request.mandateId) ? NOTHING : refused('LENDING_MANDATE_NOT_FOUND');
}

/** Sets money aside. */
export function offerFunding(model: Model, step: Step): Verdict {
  const { lane, request } = step;
  const asked = bank(model, lane).loanRequests.get(request.requestId);
  const amount = BigInt(request.amount.amount);
  const lender = request.lenderAccount as string;
  const code = firstFault(
    amountFault(request.amount),
    asked === undefined ? 'LENDING_REQUEST_NOT_FOUND' : undefined,
    bankOf(lender) === lane ? undefined : 'LENDING_ACCOUNT_NOT_HERE',
    () => signatureFault(model, step, lender),
    () =>
      amount > account(model, lender).booked - account(model, lender).pending
        ? 'LENDING_INSUFFICIENT_FUNDS'
        : undefined,
  );
  if (code !== undefined) return refused(code);
  account(model, lender).pending += amount;
  asked?.offers.set(request.offerId, { lender, amount });
  return NOTHING;
}

export function withdrawOffer(model: Model, { lane, request }: Step): Verdict {
  const asked = bank(model, lane).loanRequests.get(request.requestId);
  const offer = asked?.offers.get(request.offerId);
  if (asked === undefined || offer === undefined) return refused('LENDING_OFFER_NOT_FOUND');
  account(model, offer.lender).pending -= offer.amount;
  asked.offers.delete(request.offerId);
  return NOTHING;
}

/** A request that ends sets all its money free. */
export function endRequests(model: Model, { lane, request, result }: Told): Verdict {
  const ended: readonly string[] = request.requestId === undefined ? result.expired : [request.requestId];
  for (const requestId of ended) if (!release(model, lane, requestId)) return refused('LENDING_REQUEST_NOT_OPEN');
  return NOTHING;
}

/** Sets free what is offered to a request, and forgets it; false where there is no such request. */
export function release(model: Model, lane: string, requestId: string): boolean {
  const { loanRequests } = bank(model, lane);
  const asked = loanRequests.get(requestId);
  if (asked === undefined) return false;
  for (const { lender, amount } of asked.offers.values()) account(model, lender).pending -= amount;
  return loanRequests.delete(requestId);
}

/** What moves no money yet is signed where the account has keys, and need not be where it has none. */
export const holderFault = (model: Model, step: Step, holder: string): string | undefined =>
  account(model, holder).keys === undefined ? undefined : signatureFault(model, step, holder);
