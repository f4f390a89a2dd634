import { type ColumnKind, defineTables } from './table-definition.ts';

/**
 * Every table of the read model, for both databases. Amounts are text: they may pass 2^63 and are never summed here.
 * Entries and payments are numbered in the order of the ledger, never changed, and linked per account: a row at the end
 * of its table and nowhere else is what one costs, whatever the number of accounts.
 */
export const tables = defineTables({
  checkpoint: {
    columns: { id: 'bigint', block: 'bigint', block_hash: 'text', version: 'bigint', organization: 'text' },
    key: ['id'],
  },
  ledger_transaction: {
    columns: { transaction_id: 'text', block: 'bigint', tx: 'bigint', time: 'text', validation_code: 'bigint' },
    key: ['transaction_id', 'block', 'tx'],
  },
  lane: {
    columns: { lane: 'text', sequence: 'bigint', hash: 'text', epoch: 'bigint', holder: 'text', counters: 'text' },
    key: ['lane'],
  },
  profile: {
    columns: { bank: 'text', encryption_key: 'text' },
    key: ['bank'],
  },
  /** A lane's batch or a direct ledger transaction that booked something of this bank's customers. */
  batch: {
    columns: { number: 'bigint', block: 'bigint', tx: 'bigint', time: 'text', transaction_id: 'text' },
    key: ['number'],
    isAppended: true,
  },
  account: {
    columns: {
      account_id: 'text',
      currency: 'text',
      status: 'text',
      booked: 'text',
      pending: 'text',
      last_entry: 'bigint?',
      last_payment: 'bigint?',
    },
    key: ['account_id'],
  },
  /** Which of the records deposited for an account is the one that it was opened with. */
  account_opening: {
    columns: { account_id: 'text', details_digest: 'text' },
    key: ['account_id'],
    isAppended: true,
  },
  account_details: {
    columns: { account_id: 'text', details_digest: 'text', customer_id: 'text?', name: 'text', iban: 'text?' },
    key: ['account_id', 'details_digest'],
    indexes: { account_details_customer: ['customer_id', 'account_id'], account_details_iban: ['iban'] },
  },
  entry: {
    columns: {
      number: 'bigint',
      account_id: 'text',
      /** The account's entry before this one. */
      previous: 'bigint?',
      batch: 'bigint',
      /** Place among the postings of its ledger transaction. */
      place: 'bigint',
      side: 'text',
      amount: 'text',
      balance: 'text',
      operation: 'text',
      reference: 'text',
      origin_bank: 'text',
      /** Null where it is the day of booking. */
      value_date: 'text?',
    },
    key: ['number'],
    isAppended: true,
  },
  /** As it was accepted; what became of it later stands in payment_state and delivery. */
  payment: {
    columns: {
      number: 'bigint',
      payment_id: 'text',
      debtor_bank: 'text',
      creditor_bank: 'text',
      kind: 'text',
      debtor_account: 'text',
      creditor_account: 'text',
      amount: 'text',
      currency: 'text',
      batch: 'bigint',
      outbox_index: 'bigint?',
      /** The payments of debtor and creditor before this one, where they are own customers. */
      debtor_previous: 'bigint?',
      creditor_previous: 'bigint?',
      uetr: 'text?',
      /** For refunds: the payment that they send back. */
      original: 'bigint?',
    },
    key: ['number'],
    isAppended: true,
    indexes: { payment_id: ['payment_id'] },
  },
  /** Of payments that carry any. */
  payment_text: {
    columns: {
      number: 'bigint',
      end_to_end_id: 'text?',
      remittance: 'text?',
      debtor_name: 'text?',
      creditor_name: 'text?',
    },
    key: ['number'],
  },
  /** What happened to a payment after it was booked, and what became of a hold: most payments have none. */
  payment_state: {
    columns: {
      number: 'bigint',
      /** Null where it follows from delivery. */
      status: 'text?',
      posted: 'text?',
      posted_at: 'text?',
      outbox_index: 'bigint?',
      reason: 'text?',
      refunded: 'text',
      reversal: 'text?',
      reversal_id: 'text?',
      expires_at: 'text?',
    },
    key: ['number'],
    indexes: {
      payment_state_reversal: { columns: ['reversal_id'], where: 'reversal_id is not null' },
      payment_state_expiry: { columns: ['expires_at'], where: "status = 'HELD'" },
    },
  },
  /** Up to which row of its outbox a bank's credits were received by another, and when. */
  delivery: {
    columns: { sender: 'text', receiver: 'text', up_to: 'bigint', time: 'text' },
    key: ['sender', 'receiver', 'up_to'],
  },
  loan: {
    columns: {
      loan_id: 'text',
      disbursement_date: 'text',
      borrower_account: 'text',
      product_id: 'text',
      product_version: 'bigint',
      status: 'text',
      currency: 'text',
      principal: 'text',
      balance: 'text',
      annual_rate: 'text',
      lenders: 'bigint',
    },
    key: ['loan_id'],
    indexes: { loan_order: ['disbursement_date', 'loan_id'] },
  },
  /** Who owes a loan or holds a share of it. */
  loan_party: {
    columns: { account_id: 'text', loan_id: 'text', role: 'text' },
    key: ['account_id', 'loan_id'],
    indexes: { loan_party_loan: ['loan_id'] },
  },
  /** As of the last accrual: apart, because every loan has a new one every day. */
  loan_ageing: {
    columns: { loan_id: 'text', accrual_date: 'text', bucket: 'text' },
    key: ['loan_id'],
    indexes: { loan_ageing_bucket: ['bucket'] },
  },
  loan_request: {
    columns: {
      request_id: 'text',
      requested_at: 'text',
      expires_at: 'text',
      borrower_account: 'text',
      product_id: 'text',
      product_version: 'bigint',
      status: 'text',
      currency: 'text',
      amount: 'text',
      minimum_amount: 'text',
      highest_rate: 'text',
      instalments: 'bigint',
      matching: 'text',
      loan_id: 'text?',
    },
    key: ['request_id'],
    indexes: { loan_request_order: ['requested_at', 'request_id'], loan_request_borrower: ['borrower_account'] },
  },
  settlement_account: {
    columns: { bank: 'text', currency: 'text', balance: 'text' },
    key: ['bank', 'currency'],
  },
  settlement: {
    columns: {
      settlement_id: 'text',
      debtor_bank: 'text',
      creditor_bank: 'text',
      currency: 'text',
      amount: 'text',
      settled_at: 'text',
      transaction_id: 'text',
      block: 'bigint',
    },
    key: ['settlement_id'],
  },
  settled: {
    columns: { debtor_bank: 'text', creditor_bank: 'text', currency: 'text', amount: 'text' },
    key: ['debtor_bank', 'creditor_bank', 'currency'],
  },
  pair_limit: {
    columns: {
      debtor_bank: 'text',
      creditor_bank: 'text',
      currency: 'text',
      amount_limit: 'text',
      settle_at_share: 'bigint',
    },
    key: ['debtor_bank', 'creditor_bank', 'currency'],
  },
});

/** Raised when the tables or what is projected into them change: an older read model is rebuilt at start. */
export const SCHEMA_VERSION = 8n;

export type TableName = keyof typeof tables;

type ColumnType<Kind extends ColumnKind> = Kind extends 'text'
  ? string
  : Kind extends 'text?'
    ? string | null
    : Kind extends 'bigint'
      ? bigint
      : bigint | null;

export type Row<Name extends TableName> = {
  -readonly [Column in keyof (typeof tables)[Name]['columns']]: ColumnType<
    (typeof tables)[Name]['columns'][Column] & ColumnKind
  >;
};

export type Database = { [Name in TableName]: Row<Name> };
