import { type SigningPlace, signingText } from '../core/signing-text.ts';
import type { BuyShare, OfferFunding, OfferShare, RecoverLoan, RepayLoan, SetMandate } from './schemas.ts';

/** What a lender signs who offers to lend; it covers the debit when the loan is disbursed, up to its amount. */
export function offerText(place: SigningPlace, request: Omit<OfferFunding, 'signature'>): string {
  const { offerId, requestId, lenderAccount, amount, leastRate } = request;
  return signingText(place, 'lending:offerFunding', [
    ['offerId', offerId],
    ['requestId', requestId],
    ['lenderAccount', lenderAccount],
    ['amount', amount.amount],
    ['currency', amount.currency],
    ['leastRate', leastRate],
  ]);
}

/** What a lender signs who gives a mandate; it covers what is offered and lent under it. */
export function mandateText(place: SigningPlace, request: Omit<SetMandate, 'signature'>): string {
  const { mandateId, lenderAccount, productId, productVersion, most, leastRate } = request;
  return signingText(place, 'lending:setMandate', [
    ['mandateId', mandateId],
    ['lenderAccount', lenderAccount],
    ['productId', productId],
    ['productVersion', String(productVersion)],
    ['amount', most.amount],
    ['currency', most.currency],
    ['leastRate', leastRate],
  ]);
}

/** What a borrower signs who repays. */
export function repaymentText(place: SigningPlace, request: Omit<RepayLoan, 'signature'>): string {
  const { repaymentId, loanId, amount, valueDate } = request;
  return signingText(place, 'lending:repayLoan', [
    ['repaymentId', repaymentId],
    ['loanId', loanId],
    ['amount', amount.amount],
    ['currency', amount.currency],
    ['valueDate', valueDate],
  ]);
}

/** What a lender signs who offers a share of a loan. */
export function shareOfferText(place: SigningPlace, request: Omit<OfferShare, 'signature'>): string {
  const { saleId, loanId, sellerAccount, principal, price, expiresAt } = request;
  return signingText(place, 'lending:offerShare', [
    ['saleId', saleId],
    ['loanId', loanId],
    ['sellerAccount', sellerAccount],
    ['principal', principal.amount],
    ['price', price.amount],
    ['currency', price.currency],
    ['expiresAt', expiresAt],
  ]);
}

/** What a buyer signs who pays for a share of a loan; the sale's terms never change. */
export function purchaseText(place: SigningPlace, request: Omit<BuyShare, 'signature'>): string {
  const { purchaseId, saleId, buyerAccount } = request;
  return signingText(place, 'lending:buyShare', [
    ['purchaseId', purchaseId],
    ['saleId', saleId],
    ['buyerAccount', buyerAccount],
  ]);
}

/** What somebody signs who pays towards a loan that was written off. */
export function recoveryText(place: SigningPlace, request: Omit<RecoverLoan, 'signature'>): string {
  const { recoveryId, loanId, debtorAccount, amount } = request;
  return signingText(place, 'lending:recoverLoan', [
    ['recoveryId', recoveryId],
    ['loanId', loanId],
    ['debtorAccount', debtorAccount],
    ['amount', amount.amount],
    ['currency', amount.currency],
  ]);
}
