/** What the read model answers: wire-ready rows (amounts as decimal strings, times as ISO instants). */

/** Where the read model is kept. */
export type ReadModelConfig = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

/** Names and numbers of an account's holder: known to the home bank alone. */
export interface AccountDetails {
  accountId: string;
  name: string;
  customerId?: string;
  iban?: string;
}

export interface Page<Item> {
  items: Item[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

export interface PageRequest {
  cursor?: string;
  /** 1 to 1000; 50 when absent. */
  limit?: number;
}

export interface AccountView {
  accountId: string;
  currency: string;
  /** OPEN, FROZEN or CLOSED. */
  status: string;
  booked: string;
  available: string;
}

export type PaymentStatus = 'HELD' | 'ACCEPTED' | 'SETTLED' | 'REJECTED' | 'RETURNED' | 'EXPIRED' | 'VOIDED';

export interface PaymentView {
  paymentId: string;
  /** payment, refund or hold: holds are listed under their holdId until posted. */
  kind: string;
  status: PaymentStatus;
  debtorAccount: string;
  creditorAccount: string;
  amount: { amount: string; currency: string };
  uetr: string | null;
  /** Texts are null at gateways of banks that are neither debtor's nor creditor's. */
  endToEndId: string | null;
  remittance: string | null;
  debtorName: string | null;
  creditorName: string | null;
  /** Why a payment was returned. */
  reason: string | null;
  refunded: string;
  /** REQUESTED, DONE or REFUSED when the payment's reversal was asked for. */
  reversal: string | null;
  reversalId: string | null;
  /** For refunds: the payment that they send back. */
  originalPaymentId: string | null;
  expiresAt: string | null;
  acceptedAt: string;
  settledAt: string | null;
  transactionId: string;
  blockNumber: string;
}

export interface EntryView {
  /** `<block>.<tx>.<index>`: unique and in ledger order. */
  entryId: string;
  accountId: string;
  /** D or C. */
  side: 'D' | 'C';
  amount: string;
  currency: string;
  /** Booked balance after this entry. */
  balance: string;
  /** Operation that booked it, for example payments:sendPayment. */
  operation: string;
  /** paymentId, depositId, withdrawalId … */
  reference: string;
  counterparty: string | null;
  counterpartyName: string | null;
  endToEndId: string | null;
  remittance: string | null;
  uetr: string | null;
  bookingTime: string;
  valueDate: string;
  transactionId: string;
}

export interface StatementView {
  accountId: string;
  currency: string;
  from: string;
  to: string;
  opening: string;
  closing: string;
  entries: EntryView[];
}

export interface SettlementAccountView {
  bank: string;
  currency: string;
  balance: string;
}

export interface PositionView {
  debtorBank: string;
  creditorBank: string;
  currency: string;
  /** Cumulated amounts: sent by the debtor's lane, received by the creditor's lane, settled in central-bank money. */
  sent: string;
  received: string;
  settled: string;
  /** sent - settled: what counts against the limit. */
  outstanding: string;
  limit: string;
  settleAtShare: number;
}

export interface EventView {
  /** `<block>.<tx>.<index>` */
  id: string;
  /** Lane that booked it: a bank, centralbank or consortium. */
  lane: string;
  type: string;
  data: Record<string, unknown>;
  /** Accounts it concerns: a customer sees only events of the own accounts. */
  accounts: string[];
  time: string;
  transactionId: string;
}

export interface PaymentFilter extends PageRequest {
  /** Only payments that touch one of these accounts. */
  accounts?: string[];
  status?: string;
  /** ISO instants, half-open: from <= acceptedAt < to. */
  from?: string;
  to?: string;
}

export interface LoanSummary {
  loanId: string;
  /** ACTIVE, CLOSED or WRITTEN_OFF. */
  status: string;
  borrowerAccount: string;
  productId: string;
  productVersion: number;
  principal: { amount: string; currency: string };
  /** Principal outstanding. */
  balance: { amount: string; currency: string };
  annualRate: string;
  disbursementDate: string;
  /** How many hold a share. */
  lenders: number;
  /** Day of the last accrual, and the bucket of days past due on it. */
  accrualDate: string;
  bucket: string;
}

export interface LoanFilter extends PageRequest {
  /** Only loans that one of these accounts owes or holds. */
  accounts?: string[];
  status?: string;
  bucket?: string;
}

export interface LoanRequestSummary {
  requestId: string;
  /** OPEN, FUNDED, EXPIRED or CANCELLED. */
  status: string;
  borrowerAccount: string;
  productId: string;
  productVersion: number;
  amount: { amount: string; currency: string };
  minimumAmount: { amount: string; currency: string };
  highestRate: string;
  instalments: number;
  matching: string;
  requestedAt: string;
  expiresAt: string;
  loanId: string | null;
}

export interface LoanRequestFilter extends PageRequest {
  /** Beside open requests only those of these borrowers. */
  accounts?: string[];
  status?: string;
  borrowerAccount?: string;
}

export interface ReadModel {
  findAccount(accountId: string): Promise<AccountView | undefined>;
  listAccounts(page: PageRequest & { accounts?: string[] }): Promise<Page<AccountView>>;
  /** The own bank's payment of this id before one that another bank's customer sent here. */
  findPayment(paymentId: string): Promise<PaymentView | undefined>;
  /** Every payment of this id, at most one per debtor's bank, the own bank's first. */
  findPayments(paymentId: string): Promise<PaymentView[]>;
  listPayments(filter: PaymentFilter): Promise<Page<PaymentView>>;
  listEntries(accountId: string, page: PageRequest): Promise<Page<EntryView>>;
  /** Half-open period of ISO instants; opening + entries = closing. Undefined for an unknown account. */
  statement(accountId: string, period: { from: string; to: string }): Promise<StatementView | undefined>;
  listLoans(filter: LoanFilter): Promise<Page<LoanSummary>>;
  listLoanRequests(filter: LoanRequestFilter): Promise<Page<LoanRequestSummary>>;
  listSettlementAccounts(bank: string): Promise<SettlementAccountView[]>;
  listPositions(): Promise<PositionView[]>;
  /** Events after the cursor, oldest first; from the beginning when the cursor is absent. */
  listEvents(after: string | undefined, limit: number): Promise<EventView[]>;
  /** Calls the listener after each applied block that has events; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Number of the last applied block; null before the first. */
  appliedBlock(): bigint | null;
  /** Resolves true when the block is applied, false when it is not within the bound. */
  waitForBlock(blockNumber: bigint, milliseconds: number): Promise<boolean>;
}
