import { type RawBuilder, sql } from 'kysely';
import type { ReadModelDatabase } from './database.ts';
import { type Row, type TableName, tables } from './schema.ts';
import type { SqliteRow } from './sqlite-database.ts';
import type { TableDefinition } from './table-definition.ts';

/** Writes many rows of one table; a row with the same key is replaced, unless the table only grows. */
export async function putRows<Name extends TableName>(
  database: ReadModelDatabase,
  name: Name,
  rows: Row<Name>[],
): Promise<void> {
  if (rows.length === 0) return;
  const definition: TableDefinition = tables[name];
  if (database.kind === 'sqlite') {
    const columns = columnsOf(name, definition);
    database.runInBulk((count) => insertText(name, definition, count), { columns, rows: rows as SqliteRow[] });
  } else {
    await putRowsToPostgres(database, name, rows);
  }
}

const columnNames = new Map<TableName, string[]>();

function columnsOf(name: TableName, definition: TableDefinition): string[] {
  const known = columnNames.get(name);
  if (known !== undefined) return known;
  const columns = Object.keys(definition.columns);
  columnNames.set(name, columns);
  return columns;
}

const texts = new Map<string, string>();

function insertText(name: string, definition: TableDefinition, count: number): string {
  const key = `${name}/${count}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const columns = Object.keys(definition.columns);
  const row = `(${columns.map(() => '?').join(', ')})`;
  const updates = columns
    .filter((column) => !definition.key.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  const replace = `on conflict (${definition.key.join(', ')}) do update set ${updates.join(', ')}`;
  // A statement of many rows would keep copies of pages to undo itself alone; a failure here undoes the whole block.
  const text = `insert or fail into ${name} (${columns.join(', ')}) values ${Array(count).fill(row).join(', ')}
    ${definition.isAppended ? '' : replace}`;
  texts.set(key, text);
  return text;
}

/** One statement and one parameter: a round trip and a bound value per row and column would cost far more. */
async function putRowsToPostgres(database: ReadModelDatabase, name: TableName, rows: object[]): Promise<void> {
  const definition: TableDefinition = tables[name];
  const columns = columnsOf(name, definition);
  const json = JSON.stringify(
    rows.map((row) => columns.map((column) => toJson((row as Record<string, unknown>)[column] ?? null))),
  );
  const selected = Object.values(definition.columns).map((kind, index): RawBuilder<unknown> => {
    const text = sql`value ->> ${sql.lit(index)}`;
    return kind.startsWith('bigint') ? sql`(${text})::bigint` : text;
  });
  const refs = columns.map((column) => sql.ref(column));
  const updates = columns
    .filter((column) => !definition.key.includes(column))
    .map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
  await sql`insert into ${sql.table(name)} (${sql.join(refs)})
    select ${sql.join(selected)} from jsonb_array_elements(${json}::jsonb) as rows(value)
    on conflict (${sql.join(definition.key.map((column) => sql.ref(column)))})
    do update set ${sql.join(updates)}`.execute(database.db);
}

/** Whole numbers here are block and sequence numbers, far below 2^53. */
function toJson(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
