import { assertSigned, authoriseDebit } from '../accounts/index.ts';
import type { Ledger } from '../core/ledger.ts';
import { assertSameCurrency, parsePositiveAmount } from '../core/money.ts';
import { errors } from './errors.ts';
import { moveShare } from './funding/shares.ts';
import { getActiveLoan } from './loan-books.ts';
import { assertAvailable, assertFuture, getOpenAccount, isPast } from './parties.ts';
import type { BuyShare, OfferShare } from './schemas.ts';
import { sharesOf, shareViews } from './servicing/loan-record.ts';
import type { Loan, ShareSale } from './servicing/schemas.ts';
import { purchaseText, shareOfferText } from './signing-texts.ts';
import { loans, shareSales } from './store.ts';

const LENDERS_MAX = 200;

/**
 * Offers a share of a loan for a price. Interest goes with the share, so the price covers what has accrued. Refuses, in
 * order: CORE_CURRENCY_UNKNOWN, CORE_AMOUNT_NOT_POSITIVE (share, then price), CORE_CURRENCY_MISMATCH, EXPIRY_PAST,
 * LOAN_NOT_FOUND, LOAN_CLOSED, LOAN_WRITTEN_OFF, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN, ACCOUNTS_SIGNATURE_…,
 * SHARE_TOO_SMALL.
 */
export function offerShare(ledger: Ledger, request: OfferShare): ShareSale {
  const share = parsePositiveAmount(request.principal);
  const price = parsePositiveAmount(request.price);
  assertSameCurrency(price, share);
  assertFuture(ledger, request.expiresAt);
  const { saleId, loanId, sellerAccount, expiresAt } = request;
  const loan = getActiveLoan(ledger, loanId);
  const seller = getOpenAccount(ledger, sellerAccount, share);
  // A share is its holder's as money is: the bank alone may not sell it.
  if (seller.keys !== undefined) assertSigned(ledger, seller, { request, text: shareOfferText });
  assertHolds(loan, sellerAccount, share.amount);

  const principal = request.principal.amount;
  const sale: ShareSale = {
    saleId,
    loanId,
    sellerAccount,
    principal,
    price: request.price,
    expiresAt,
    status: 'OFFERED',
  };

  shareSales.put(ledger, sale);
  ledger.emit('ShareOffered', { saleId, loanId, sellerAccount, principal: request.principal, price: request.price });
  return sale;
}

/**
 * Buys an offered share: payment and share change hands in one commit. Keeps L4. Refuses, in order: SALE_NOT_FOUND,
 * SALE_NOT_OPEN, SALE_EXPIRED, LOAN_CLOSED, LOAN_WRITTEN_OFF, SAME_ACCOUNT, ACCOUNT_NOT_HERE, ACCOUNT_NOT_OPEN
 * (buyer, then seller), ACCOUNTS_SIGNATURE_…, INSUFFICIENT_FUNDS, SHARE_TOO_SMALL, LENDERS_FULL.
 */
export function buyShare(ledger: Ledger, request: BuyShare): ShareSale {
  const { saleId, buyerAccount } = request;
  const sale = getOpenSale(ledger, saleId);
  const { loanId, sellerAccount } = sale;
  const loan = getActiveLoan(ledger, loanId);
  const price = parsePositiveAmount(sale.price);
  if (buyerAccount === sellerAccount) throw errors.SAME_ACCOUNT({ accountId: buyerAccount });
  const buyer = getOpenAccount(ledger, buyerAccount, price);
  getOpenAccount(ledger, sellerAccount, price);
  authoriseDebit(ledger, buyer, { request, text: purchaseText, amount: price.amount });
  assertAvailable(buyer, price.amount);

  const principal = BigInt(sale.principal);
  const shares = moveShare(sharesOf(loan), { seller: sellerAccount, buyer: buyerAccount, principal });
  if (shares === undefined) throw shareTooSmall(loan, sellerAccount, principal);
  // A repayment credits every lender: their number bounds what it costs.
  if (shares.length > LENDERS_MAX) throw errors.LENDERS_FULL({ loanId, lenders: LENDERS_MAX });
  const sold: ShareSale = { ...sale, buyerAccount, status: 'SOLD' };

  ledger.post([
    { account: buyerAccount, side: 'D', ...price },
    { account: sellerAccount, side: 'C', ...price },
  ]);
  loans.put(ledger, { ...loan, shares: shareViews(shares) });
  shareSales.put(ledger, sold);
  ledger.emit('ShareSold', {
    saleId,
    loanId,
    sellerAccount,
    buyerAccount,
    principal: sale.principal,
    price: sale.price,
  });
  return sold;
}

/** Refuses, in order: SALE_NOT_FOUND, SALE_NOT_OPEN, SALE_EXPIRED. */
function getOpenSale(ledger: Ledger, saleId: string): ShareSale {
  const sale = shareSales.find(ledger, saleId);
  if (sale === undefined) throw errors.SALE_NOT_FOUND({ saleId });
  if (sale.status !== 'OFFERED') throw errors.SALE_NOT_OPEN({ saleId });
  const { expiresAt } = sale;
  if (isPast(ledger, expiresAt)) throw errors.SALE_EXPIRED({ saleId, expiresAt });
  return sale;
}

/** Refuses: SHARE_TOO_SMALL. */
function assertHolds(loan: Loan, accountId: string, required: bigint): void {
  const moved = moveShare(sharesOf(loan), { seller: accountId, buyer: accountId, principal: required });
  if (moved === undefined) throw shareTooSmall(loan, accountId, required);
}

function shareTooSmall({ loanId, shares }: Loan, accountId: string, required: bigint) {
  const held = shares.find(({ lenderAccount }) => lenderAccount === accountId)?.principal ?? '0';
  return errors.SHARE_TOO_SMALL({ accountId, held, loanId, required: String(required) });
}

/** A sale as it stands. Refuses: SALE_NOT_FOUND. */
export function getShareSale(ledger: Ledger, { saleId }: { readonly saleId: string }): ShareSale {
  const sale = shareSales.find(ledger, saleId);
  if (sale === undefined) throw errors.SALE_NOT_FOUND({ saleId });
  return sale;
}
