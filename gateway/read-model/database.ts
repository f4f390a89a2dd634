import { Kysely, PostgresDialect, type RawBuilder, SqliteDialect, sql } from 'kysely';
import { createPostgresPool } from './postgres-pool.ts';
import { type Database, SCHEMA_VERSION, tables } from './schema.ts';
import { type OpenSqliteDatabase, openSqliteDatabase } from './sqlite-database.ts';
import type { TableDefinition } from './table-definition.ts';
import type { ReadModelConfig } from './types.ts';

export type ReadModelDatabase =
  | { readonly kind: 'postgres'; readonly db: Kysely<Database> }
  | {
      readonly kind: 'sqlite';
      readonly db: Kysely<Database>;
      /** Runs a statement for all rows, inside the transaction under way if there is one. */
      readonly runInBulk: OpenSqliteDatabase['runInBulk'];
    };

/** Opens the configured database; tables of another version are made anew, to be filled from the ledger. */
export async function openDatabase(config: ReadModelConfig): Promise<ReadModelDatabase> {
  const opened = config.kind === 'sqlite' ? openSqlite(config.file) : openPostgres(config.url);
  if (!(await hasCurrentTables(opened))) await recreateTables(opened);
  return opened;
}

function openSqlite(file: string): ReadModelDatabase {
  const { database, runInBulk } = openSqliteDatabase(file);
  return { kind: 'sqlite', db: new Kysely<Database>({ dialect: new SqliteDialect({ database }) }), runInBulk };
}

function openPostgres(connectionString: string): ReadModelDatabase {
  const dialect = new PostgresDialect({ pool: createPostgresPool(connectionString) });
  return { kind: 'postgres', db: new Kysely<Database>({ dialect }) };
}

async function hasCurrentTables({ db, kind }: ReadModelDatabase): Promise<boolean> {
  // PostgreSQL looks in the connection's own schema: another one may hold another bank's read model.
  const name =
    kind === 'sqlite'
      ? sql<string>`(select name from sqlite_master where type = 'table' and name = 'checkpoint')`
      : sql<string>`to_regclass('checkpoint')::text`;
  const found = await db.selectNoFrom(name.as('name')).executeTakeFirst();
  if (!found?.name) return false;
  const row = await db.selectFrom('checkpoint').select('version').executeTakeFirst();
  return row?.version === SCHEMA_VERSION;
}

/** Drops and creates every table, so that the ledger can be projected again from block 0. */
export async function recreateTables({ db, kind }: ReadModelDatabase): Promise<void> {
  for (const [name, definition] of Object.entries<TableDefinition>(tables)) {
    await db.schema.dropTable(name).ifExists().execute();
    await createTable({ db, kind }, name, definition);
  }
}

async function createTable(
  { db, kind: database }: Pick<ReadModelDatabase, 'db' | 'kind'>,
  name: string,
  definition: TableDefinition,
): Promise<void> {
  // SQLite keeps a table in the order of its key only under this name, or without row ids.
  const whole = database === 'sqlite' ? 'integer' : 'bigint';
  const isNumbered = definition.key.length === 1 && definition.columns[definition.key[0] ?? ''] === 'bigint';
  let table = db.schema.createTable(name);
  for (const [column, kind] of Object.entries(definition.columns)) {
    const type = kind.startsWith('text') ? 'text' : whole;
    table = table.addColumn(column, type, (built) => (kind.endsWith('?') ? built : built.notNull()));
  }
  table = table.addPrimaryKeyConstraint(`${name}_key`, definition.key as never[]);
  if (database === 'sqlite' && !isNumbered) table = table.modifyEnd(sql`without rowid`);
  await table.execute();
  for (const [index, described] of Object.entries(definition.indexes ?? {})) {
    const { columns, where } = Array.isArray(described) ? { columns: described, where: undefined } : described;
    const built = db.schema.createIndex(index).on(name).columns(columns);
    await (where === undefined ? built : built.where(sql.raw<boolean>(where))).execute();
  }
}

/** A list as a one-column table, for `in` with any number of values. */
export function listOf({ kind }: ReadModelDatabase, values: string[]): RawBuilder<string> {
  const json = JSON.stringify(values);
  return kind === 'sqlite'
    ? sql<string>`(select value from json_each(${json}))`
    : sql<string>`(select jsonb_array_elements_text(${json}::jsonb))`;
}

/** The same for whole numbers. */
export function numbersOf({ kind }: ReadModelDatabase, values: bigint[]): RawBuilder<bigint> {
  const json = JSON.stringify(values.map(String));
  return kind === 'sqlite'
    ? sql<bigint>`(select cast(value as integer) from json_each(${json}))`
    : sql<bigint>`(select jsonb_array_elements_text(${json}::jsonb)::bigint)`;
}
