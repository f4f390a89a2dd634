import { createHash } from 'node:crypto';

/** Scope of ids, field of the id (or several, joined by +), fields that a repetition may change. */
export const ONCE_ONLY: Readonly<Record<string, readonly [scope: string, field: string, ...ignored: string[]]>> = {
  'accounts:openAccount': ['account', 'accountId', 'detailsPage'],
  'accounts:deposit': ['deposit', 'depositId'],
  'accounts:withdraw': ['withdrawal', 'withdrawalId', 'signature'],
  'accounts:setSigningKeys': ['key-change', 'changeId', 'signature'],
  'accounts:announceKeyRecovery': ['key-recovery', 'recoveryId'],
  'accounts:completeKeyRecovery': ['key-recovery-end', 'recoveryId'],
  'lending:setProduct': ['loan-product', 'productId+version'],
  'lending:setCalendar': ['loan-calendar', 'calendarId+version'],
  'lending:setReferenceRate': ['reference-rate', 'rateId+fixingDate'],
  'credit:giveConsent': ['credit-consent', 'consentId', 'signature'],
  'credit:recordData': ['credit-data', 'subjectId+kind+version'],
  'credit:recordAccess': ['credit-access', 'accessId'],
  'credit:recordShare': ['credit-share', 'subjectId+consentId+kind+version+accessNumber'],
  'credit:recordScore': ['credit-score', 'scoreId'],
  'credit:eraseSubject': ['credit-erasure', 'erasureId'],
  'lending:requestLoan': ['loan-request', 'requestId'],
  'lending:cancelRequest': ['loan-request-end', 'requestId'],
  'lending:offerFunding': ['loan-offer', 'offerId', 'signature'],
  'lending:withdrawOffer': ['loan-offer-end', 'requestId+offerId'],
  'lending:setMandate': ['loan-offer', 'mandateId', 'signature'],
  'lending:endMandate': ['loan-mandate-end', 'mandateId'],
  'lending:disburseLoan': ['loan', 'loanId'],
  'lending:repayLoan': ['loan-event', 'repaymentId', 'signature'],
  'lending:recoverLoan': ['loan-event', 'recoveryId', 'signature'],
  'lending:offerShare': ['share-sale', 'saleId', 'signature'],
  'lending:buyShare': ['share-purchase', 'purchaseId', 'signature'],
  'lending:changeLoanRate': ['loan-event', 'changeId'],
  'lending:restructureLoan': ['loan-event', 'restructuringId'],
  'lending:writeOffLoan': ['loan-event', 'writeOffId'],
  'lending:recordSecurity': ['loan-security', 'securityId'],
  'lending:releaseSecurity': ['loan-security-end', 'securityId'],
  'payments:sendPayment': ['payment', 'paymentId', 'texts', 'signature'],
  'payments:holdFunds': ['payment', 'holdId', 'texts', 'signature'],
  'payments:postHold': ['hold-post', 'holdId'],
  'payments:voidHold': ['hold-void', 'holdId'],
  'payments:refundPayment': ['payment', 'refundId', 'outboxIndex', 'signature'],
  'payments:reversePayment': ['reversal', 'reversalId'],
  'settlement:issue': ['settlement-balance', 'operationId'],
  'settlement:withdraw': ['settlement-balance', 'operationId'],
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
/** Several fields that may be long together stand as the beginning of their digest. */
const shortDigest = (values: readonly unknown[]): string => digest(JSON.stringify(values)).slice(0, 36);

/** How the fields of an id make one, for operations with several. */
const JOINED: Readonly<Record<string, (values: readonly unknown[]) => string>> = {
  'lending:setProduct': ([productId, version]) => `${productId}-v${version}`,
  'lending:setCalendar': ([calendarId, version]) => `${calendarId}-v${version}`,
  'lending:setReferenceRate': ([rateId, fixingDate]) => `${rateId}-${fixingDate}`,
  'lending:withdrawOffer': ([requestId, offerId]) => digest(`${requestId}/${offerId}`),
  'credit:recordData': shortDigest,
  'credit:recordShare': shortDigest,
};

/** The id of an operation, as the ledger's pages of ids have it; undefined when it is not once-only. */
export function idFieldOf(operation: string, request: Readonly<Record<string, unknown>>): string | undefined {
  const row = ONCE_ONLY[operation];
  if (row === undefined) return undefined;
  const values = row[1].split('+').map((field) => request[field]);
  return JOINED[operation]?.(values) ?? String(values[0]);
}
