type ColumnKind = 'text' | 'text?' | 'bigint' | 'bigint?';

export interface TableDefinition {
  columns: Record<string, ColumnKind>;
  key: string[];
  indexes?: Record<string, string[] | PartialIndex>;
}

/** Only rows that still matter to a query stand in the index. */
export interface PartialIndex {
  columns: string[];
  where: string;
}

const defineTables = <const Tables extends Record<string, TableDefinition>>(tables: Tables): Tables => tables;

/**
 * Every table of the read model, for both databases. Amounts are text: they may pass 2^63 and are never summed here.
 * `position` orders rows as the ledger does: see position.ts.
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
  account: {
    columns: {
      account_id: 'text',
      currency: 'text',
      status: 'text',
      booked: 'text',
      pending: 'text',
    },
    key: ['account_id'],
  },
  account_details: {
    columns: { account_id: 'text', customer_id: 'text?', name: 'text', iban: 'text?' },
    key: ['account_id'],
    indexes: { account_details_customer: ['customer_id', 'account_id'], account_details_iban: ['iban'] },
  },
  entry: {
    columns: {
      position: 'text',
      entry_id: 'text',
      account_id: 'text',
      side: 'text',
      amount: 'text',
      currency: 'text',
      balance: 'text',
      operation: 'text',
      reference: 'text',
      origin_bank: 'text',
      booking_time: 'text',
      value_date: 'text',
      transaction_id: 'text',
    },
    key: ['account_id', 'position'],
    indexes: { entry_time: ['account_id', 'booking_time'] },
  },
  payment: {
    columns: {
      payment_id: 'text',
      debtor_bank: 'text',
      creditor_bank: 'text',
      position: 'text',
      kind: 'text',
      status: 'text',
      debtor_account: 'text',
      creditor_account: 'text',
      amount: 'text',
      currency: 'text',
      uetr: 'text?',
      end_to_end_id: 'text?',
      remittance: 'text?',
      debtor_name: 'text?',
      creditor_name: 'text?',
      reason: 'text?',
      refunded: 'text',
      reversal: 'text?',
      reversal_id: 'text?',
      original_payment_id: 'text?',
      expires_at: 'text?',
      accepted_at: 'text',
      settled_at: 'text?',
      outbox_index: 'bigint?',
      transaction_id: 'text',
      block: 'bigint',
    },
    key: ['payment_id', 'debtor_bank'],
    indexes: {
      payment_debtor: ['debtor_account', 'position'],
      payment_creditor: ['creditor_account', 'position'],
      payment_position: ['position'],
      payment_reversal: { columns: ['reversal_id'], where: 'reversal_id is not null' },
      payment_outbox: {
        columns: ['debtor_bank', 'creditor_bank', 'outbox_index'],
        where: "status = 'ACCEPTED'",
      },
      payment_expiry: { columns: ['expires_at'], where: "status = 'HELD'" },
    },
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
  event: {
    columns: {
      position: 'text',
      event_id: 'text',
      lane: 'text',
      type: 'text',
      data: 'text',
      accounts: 'text',
      time: 'text',
      transaction_id: 'text',
    },
    key: ['position'],
  },
});

/** Raised when the tables or what is projected into them change: an older read model is rebuilt at start. */
export const SCHEMA_VERSION = 5n;

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
