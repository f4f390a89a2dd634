import { Kysely, PostgresDialect, type RawBuilder, SqliteDialect, sql } from 'kysely';
import pg from 'pg';
import { type Database, type Row, SCHEMA_VERSION, type TableDefinition, type TableName, tables } from './schema.ts';
import { openSqliteDatabase } from './sqlite-database.ts';
import type { ReadModelConfig } from './types.ts';

export interface ReadModelDatabase {
  readonly db: Kysely<Database>;
  readonly kind: ReadModelConfig['kind'];
}

/** Opens the configured database; tables of another version are made anew, to be filled from the ledger. */
export async function openDatabase(config: ReadModelConfig): Promise<ReadModelDatabase> {
  const db = new Kysely<Database>({ dialect: createDialect(config) });
  if (!(await hasCurrentTables(db))) await recreateTables(db);
  return { db, kind: config.kind };
}

async function hasCurrentTables(db: Kysely<Database>): Promise<boolean> {
  const existing = await db.introspection.getTables();
  if (!existing.some(({ name }) => name === 'checkpoint')) return false;
  const row = await db.selectFrom('checkpoint').select('version').executeTakeFirst();
  return row?.version === SCHEMA_VERSION;
}

/** Drops and creates every table, so that the ledger can be projected again from block 0. */
export async function recreateTables(db: Kysely<Database>): Promise<void> {
  for (const [name, definition] of Object.entries<TableDefinition>(tables)) {
    await db.schema.dropTable(name).ifExists().execute();
    await createTable(db, name, definition);
  }
}

function createDialect(config: ReadModelConfig) {
  if (config.kind === 'sqlite') return new SqliteDialect({ database: openSqliteDatabase(config.file) });
  const INT8 = 20;
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === INT8 ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text'),
  };
  return new PostgresDialect({ pool: new pg.Pool({ connectionString: config.url, max: 5, types }) });
}

async function createTable(db: Kysely<Database>, name: string, definition: TableDefinition): Promise<void> {
  let table = db.schema.createTable(name);
  for (const [column, kind] of Object.entries(definition.columns)) {
    const type = kind.startsWith('text') ? 'text' : 'bigint';
    table = table.addColumn(column, type, (built) => (kind.endsWith('?') ? built : built.notNull()));
  }
  await table.addPrimaryKeyConstraint(`${name}_key`, definition.key as never[]).execute();
  for (const [index, described] of Object.entries(definition.indexes ?? {})) {
    const { columns, where } = Array.isArray(described) ? { columns: described, where: undefined } : described;
    const built = db.schema.createIndex(index).on(name).columns(columns);
    await (where === undefined ? built : built.where(sql.raw<boolean>(where))).execute();
  }
}

/**
 * Writes many rows with one statement and one parameter; a row with the same key is replaced. A parameter per value
 * would cost more in building the statement than the database needs to run it.
 */
export async function putRows<Name extends TableName>(
  { db, kind }: ReadModelDatabase,
  name: Name,
  rows: Row<Name>[],
): Promise<void> {
  if (rows.length === 0) return;
  const definition: TableDefinition = tables[name];
  const columns = Object.keys(definition.columns);
  const values = JSON.stringify(
    rows.map((row) => columns.map((column) => toJson((row as Record<string, unknown>)[column]))),
  );
  const rest = columns.filter((column) => !definition.key.includes(column));
  const updates = rest.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
  const action = rest.length === 0 ? sql`nothing` : sql`update set ${sql.join(updates)}`;
  await sql`insert into ${sql.table(name)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${selectColumns(kind, definition)} from ${jsonRows(kind, values)} where true
    on conflict (${sql.join(definition.key.map((column) => sql.ref(column)))}) do ${action}`.execute(db);
}

/** A list as a one-column table, for `in` with any number of values. */
export function listOf({ kind }: ReadModelDatabase, values: string[]): RawBuilder<string> {
  const json = JSON.stringify(values);
  return kind === 'sqlite'
    ? sql<string>`(select value from json_each(${json}))`
    : sql<string>`(select jsonb_array_elements_text(${json}::jsonb))`;
}

function selectColumns(kind: ReadModelConfig['kind'], definition: TableDefinition): RawBuilder<unknown> {
  return sql.join(
    Object.values(definition.columns).map((columnKind, index) => {
      if (kind === 'sqlite') return sql`value ->> ${sql.lit(`$[${index}]`)}`;
      const text = sql`value ->> ${sql.lit(index)}`;
      return columnKind.startsWith('bigint') ? sql`(${text})::bigint` : text;
    }),
  );
}

function jsonRows(kind: ReadModelConfig['kind'], values: string): RawBuilder<unknown> {
  return kind === 'sqlite' ? sql`json_each(${values})` : sql`jsonb_array_elements(${values}::jsonb) as rows(value)`;
}

/** Whole numbers here are block and sequence numbers, far below 2^53. */
function toJson(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : (value ?? null);
}
