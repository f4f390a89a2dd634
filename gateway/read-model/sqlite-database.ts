import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';

export interface OpenSqliteDatabase {
  /** In the shape that Kysely's SQLite dialect expects. */
  database: SqliteDatabase;
  /** Runs a statement for all rows, many at a time, on the same connection and so inside its transaction. */
  runInBulk(textOf: (count: number) => string, rows: SQLInputValue[][]): void;
}

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
    runInBulk: (textOf, rows) => {
      const run = (some: SQLInputValue[][]) => {
        const text = textOf(some.length);
        const statement = prepared.get(text) ?? connection.prepare(text);
        prepared.set(text, statement);
        statement.run(...some.flat());
      };
      const whole = rows.length - (rows.length % ROWS_AT_ONCE);
      for (let start = 0; start < whole; start += ROWS_AT_ONCE) run(rows.slice(start, start + ROWS_AT_ONCE));
      for (const row of rows.slice(whole)) run([row]);
    },
  };
}
