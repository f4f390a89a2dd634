import { type RawBuilder, sql } from 'kysely';
import type { ReadModelDatabase } from './database.ts';
import { type Row, type TableDefinition, type TableName, tables } from './schema.ts';

/** Writes many rows of one table; a row with the same key is replaced, unless the table only grows. */
export async function putRows<Name extends TableName>(
  database: ReadModelDatabase,
  name: Name,
  rows: Row<Name>[],
): Promise<void> {
  if (rows.length === 0) return;
  const definition: TableDefinition = tables[name];
  const columns = Object.keys(definition.columns);
  const values = rows.map((row) => columns.map((column) => (row as Record<string, unknown>)[column] ?? null));
  if (database.kind === 'sqlite') {
    database.runInBulk((count) => insertText(name, definition, count), values as (string | bigint | null)[][]);
  } else {
    await putRowsToPostgres(database, name, values);
  }
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
  const text = `insert into ${name} (${columns.join(', ')}) values ${Array(count).fill(row).join(', ')}
    ${definition.isAppended ? '' : replace}`;
  texts.set(key, text);
  return text;
}

/** One statement and one parameter: a round trip and a bound value per row and column would cost far more. */
async function putRowsToPostgres(database: ReadModelDatabase, name: TableName, values: unknown[][]): Promise<void> {
  const definition: TableDefinition = tables[name];
  const columns = Object.keys(definition.columns);
  const json = JSON.stringify(values.map((row) => row.map(toJson)));
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
