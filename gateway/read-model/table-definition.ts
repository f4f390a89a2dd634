export type ColumnKind = 'text' | 'text?' | 'bigint' | 'bigint?';

export interface TableDefinition {
  columns: Record<string, ColumnKind>;
  key: string[];
  /** Rows are only ever added, under new keys. */
  isAppended?: true;
  indexes?: Record<string, string[] | PartialIndex>;
}

/** Only rows that still matter to a query stand in the index. */
export interface PartialIndex {
  columns: string[];
  where: string;
}

/** Checks the tables and keeps the types of their columns. */
export const defineTables = <const Tables extends Record<string, TableDefinition>>(tables: Tables): Tables => tables;
