import { claimedSignature } from '../accounts/index.ts';
import { sha256 } from '../core/canonical.ts';
import { type AnyOperation, defineOperation } from '../core/operation.ts';
import { accrueLoans } from './accrue-loans.ts';
import { changeLoanRate } from './change-loan-rate.ts';
import { disburseLoan } from './disburse-loan.ts';
import { cancelRequest, expireRequests } from './end-requests.ts';
import { governedOperations } from './governed-operations.ts';
import { endMandate, setMandate } from './mandates.ts';
import { offerFunding } from './offer-funding.ts';
import { lendingQueries } from './queries.ts';
import { recoverLoan } from './recover-loan.ts';
import { repayLoan } from './repay-loan.ts';
import { requestLoan } from './request-loan.ts';
import { restructureLoan } from './restructure-loan.ts';
import * as schemas from './schemas.ts';
import { recordSecurity, releaseSecurity } from './securities.ts';
import { buyShare, offerShare } from './share-sales.ts';
import { mandateText, offerText, purchaseText, recoveryText, shareOfferText } from './signing-texts.ts';
import { accruals, loanRequests, loans, mandates, openRequestsOf, products, shareSales } from './store.ts';
import { withdrawOffer } from './withdraw-offer.ts';
import { writeOffLoan } from './write-off-loan.ts';

const submit = { kind: 'submit', lanes: ['bank'] } as const;
const everybody = { roles: ['customer', 'operator'] } as const;
const operators = { roles: ['operator', 'system'] } as const;

const loanRows = ({ loanId }: { readonly loanId: string }) => ({ own: [loans.key(loanId), accruals.key(loanId)] });
const requestRow = ({ requestId }: schemas.RequestReference) => ({ own: [loanRequests.key(requestId)] });

export const lendingOperations: readonly AnyOperation[] = [
  ...governedOperations,
  defineOperation({
    name: 'lending:requestLoan',
    ...submit,
    ...everybody,
    request: schemas.RequestLoan,
    result: schemas.RequestResult,
    run: requestLoan,
    onceOnly: { scope: 'loan-request', id: (request) => request.requestId },
    reads: ({ productId, productVersion, borrowerAccount }) => ({
      own: [mandates.key(productId, String(productVersion)), openRequestsOf.key(borrowerAccount)],
      other: { consortium: [products.key(productId, String(productVersion))] },
    }),
  }),
  defineOperation({
    name: 'lending:cancelRequest',
    ...submit,
    ...everybody,
    request: schemas.RequestReference,
    result: schemas.RequestResult,
    run: cancelRequest,
    onceOnly: { scope: 'loan-request-end', id: (request) => request.requestId },
    reads: requestRow,
  }),
  defineOperation({
    name: 'lending:expireRequests',
    ...submit,
    ...operators,
    request: schemas.ExpireRequests,
    result: schemas.ExpiredRequests,
    run: expireRequests,
  }),
  defineOperation({
    name: 'lending:offerFunding',
    ...submit,
    ...everybody,
    request: schemas.OfferFunding,
    result: schemas.OfferResult,
    run: offerFunding,
    onceOnly: { scope: 'loan-offer', id: (request) => request.offerId, ignore: ['signature'] },
    reads: requestRow,
    signature: (ledger, request) => claimedSignature(ledger, request.lenderAccount, { request, text: offerText }),
  }),
  defineOperation({
    name: 'lending:withdrawOffer',
    ...submit,
    ...everybody,
    request: schemas.OfferReference,
    result: schemas.OfferResult,
    run: withdrawOffer,
    // A mandate's offers bear one id in every request.
    onceOnly: { scope: 'loan-offer-end', id: ({ requestId, offerId }) => sha256(`${requestId}/${offerId}`) },
    reads: requestRow,
  }),
  defineOperation({
    name: 'lending:setMandate',
    ...submit,
    ...everybody,
    request: schemas.SetMandate,
    result: schemas.MandateResult,
    run: setMandate,
    // One scope with offers: what is offered under a mandate bears its id.
    onceOnly: { scope: 'loan-offer', id: (request) => request.mandateId, ignore: ['signature'] },
    reads: ({ productId, productVersion }) => ({
      own: [mandates.key(productId, String(productVersion))],
      other: { consortium: [products.key(productId, String(productVersion))] },
    }),
    signature: (ledger, request) => claimedSignature(ledger, request.lenderAccount, { request, text: mandateText }),
  }),
  defineOperation({
    name: 'lending:endMandate',
    ...submit,
    ...everybody,
    request: schemas.EndMandate,
    result: schemas.MandateResult,
    run: endMandate,
    onceOnly: { scope: 'loan-mandate-end', id: (request) => request.mandateId },
    reads: ({ productId, productVersion }) => ({ own: [mandates.key(productId, String(productVersion))] }),
  }),
  defineOperation({
    name: 'lending:disburseLoan',
    ...submit,
    roles: ['customer', 'operator', 'system'],
    request: schemas.DisburseLoan,
    result: schemas.DisbursedLoan,
    run: disburseLoan,
    onceOnly: { scope: 'loan', id: (request) => request.loanId },
    reads: requestRow,
  }),
  defineOperation({
    name: 'lending:repayLoan',
    ...submit,
    ...everybody,
    request: schemas.RepayLoan,
    result: schemas.LoanRepaid,
    run: repayLoan,
    onceOnly: { scope: 'loan-event', id: (request) => request.repaymentId, ignore: ['signature'] },
    reads: loanRows,
  }),
  defineOperation({
    name: 'lending:recoverLoan',
    ...submit,
    ...everybody,
    request: schemas.RecoverLoan,
    result: schemas.LoanRecovered,
    run: recoverLoan,
    onceOnly: { scope: 'loan-event', id: (request) => request.recoveryId, ignore: ['signature'] },
    reads: loanRows,
    signature: (ledger, request) => claimedSignature(ledger, request.debtorAccount, { request, text: recoveryText }),
  }),
  defineOperation({
    name: 'lending:offerShare',
    ...submit,
    ...everybody,
    request: schemas.OfferShare,
    result: schemas.ShareSale,
    run: offerShare,
    onceOnly: { scope: 'share-sale', id: (request) => request.saleId, ignore: ['signature'] },
    reads: loanRows,
    signature: (ledger, request) => claimedSignature(ledger, request.sellerAccount, { request, text: shareOfferText }),
  }),
  defineOperation({
    name: 'lending:buyShare',
    ...submit,
    ...everybody,
    request: schemas.BuyShare,
    result: schemas.ShareSale,
    run: buyShare,
    onceOnly: { scope: 'share-purchase', id: (request) => request.purchaseId, ignore: ['signature'] },
    reads: ({ saleId }) => ({ own: [shareSales.key(saleId)] }),
    signature: (ledger, request) => claimedSignature(ledger, request.buyerAccount, { request, text: purchaseText }),
  }),
  defineOperation({
    name: 'lending:accrueLoans',
    ...submit,
    ...operators,
    request: schemas.AccrueLoans,
    result: schemas.LoansAccrued,
    run: accrueLoans,
  }),
  defineOperation({
    name: 'lending:changeLoanRate',
    ...submit,
    ...operators,
    request: schemas.ChangeLoanRate,
    result: schemas.LoanRateChanged,
    run: changeLoanRate,
    onceOnly: { scope: 'loan-event', id: (request) => request.changeId },
    reads: loanRows,
  }),
  defineOperation({
    name: 'lending:restructureLoan',
    ...submit,
    roles: ['operator'],
    request: schemas.RestructureLoan,
    result: schemas.LoanRestructured,
    run: restructureLoan,
    onceOnly: { scope: 'loan-event', id: (request) => request.restructuringId },
    reads: loanRows,
  }),
  defineOperation({
    name: 'lending:writeOffLoan',
    ...submit,
    roles: ['operator'],
    request: schemas.WriteOffLoan,
    result: schemas.LoanWrittenOff,
    run: writeOffLoan,
    onceOnly: { scope: 'loan-event', id: (request) => request.writeOffId },
    reads: loanRows,
  }),
  defineOperation({
    name: 'lending:recordSecurity',
    ...submit,
    roles: ['operator'],
    request: schemas.RecordSecurity,
    result: schemas.SecurityResult,
    run: recordSecurity,
    onceOnly: { scope: 'loan-security', id: (request) => request.securityId },
    reads: loanRows,
  }),
  defineOperation({
    name: 'lending:releaseSecurity',
    ...submit,
    roles: ['operator'],
    request: schemas.ReleaseSecurity,
    result: schemas.SecurityResult,
    run: releaseSecurity,
    onceOnly: { scope: 'loan-security-end', id: (request) => request.securityId },
    reads: loanRows,
  }),
  ...lendingQueries,
];
