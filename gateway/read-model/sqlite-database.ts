import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';

export interface OpenSqliteDatabase {
  /** In the shape that Kysely's SQLite dialect expects. */
  database: SqliteDatabase;
  /** Runs a statement for all rows, many at a time, on the same connection and so inside its transaction. */
  runInBulk(
    textOf: (count: number) => string,
    values: { columns: readonly string[]; rows: readonly SqliteRow[] },
  ): void;
}

/** Values by column; what is absent is null. */
export type SqliteRow = Readonly<Record<string, SQLInputValue | undefined>>;

/** Rows of one statement: beyond some dozens nothing more is saved. */
const ROWS_AT_ONCE = 32;

/** Opens a node:sqlite database. */
export function openSqliteDatabase(file: string): OpenSqliteDatabase {
  mkdirSync(dirname(file), { recursive: true });
  const connection = new DatabaseSync(file);
  // A read model can be rebuilt from the ledger: losing the last moments to a power cut costs a replay, not data.
  connection.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;');
  // 64 MB of pages in memory, and 64 MB of changes before they are written back: with less, the same few pages of the
  // accounts are read and written again and again.
  connection.exec('pragma cache_size = -65536; pragma wal_autocheckpoint = 16384;');
  // What a statement keeps to undo itself alone would go to a file for each.
  connection.exec('pragma temp_store = memory;');
  const prepared = new Map<string, StatementSync>();
  return {
    database: {
      close: () => connection.close(),
      prepare: (text) => {
        const statement = connection.prepare(text);
        statement.setReadBigInts(true);
        return {
          reader: statement.columns().length > 0,
          all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
          run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
          iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
        };
      },
    },
    runInBulk: (textOf, { columns, rows }) => {
      const run = (start: number, end: number) => {
        const text = textOf(end - start);
        const statement = prepared.get(text) ?? connection.prepare(text);
        prepared.set(text, statement);
        const values: SQLInputValue[] = [];
        for (let place = start; place < end; place += 1) {
          const row = rows[place] as SqliteRow;
          for (const column of columns) values.push(row[column] ?? null);
        }
        statement.run(...values);
      };
      const whole = rows.length - (rows.length % ROWS_AT_ONCE);
      for (let start = 0; start < whole; start += ROWS_AT_ONCE) run(start, start + ROWS_AT_ONCE);
      for (let place = whole; place < rows.length; place += 1) run(place, place + 1);
    },
  };
}
