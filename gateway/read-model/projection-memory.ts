import { listOf, type ReadModelDatabase } from './database.ts';
import type { Row } from './schema.ts';

/** What one block after another is projected onto, so that the database is asked for little. Of no use after a failure. */
export interface ProjectionMemory {
  /** Numbers given last. */
  readonly last: { batch: bigint; entry: bigint; payment: bigint };
  /** Own accounts as of the last block, as far as they are known here. */
  accounts: Map<string, Row<'account'>>;
  /** `sender/receiver` to the row of the sender's outbox that was received last. */
  readonly delivered: Map<string, bigint>;
}

const ACCOUNTS_MAX = 500_000;

/** Begins where the database was left. */
export async function loadProjectionMemory({ db }: ReadModelDatabase): Promise<ProjectionMemory> {
  const lastOf = async (table: 'batch' | 'entry' | 'payment') => {
    const row = await db.selectFrom(table).select('number').orderBy('number', 'desc').limit(1).executeTakeFirst();
    return row?.number ?? 0n;
  };
  const delivered = await db
    .selectFrom('delivery')
    .select((select) => ['sender', 'receiver', select.fn.max<bigint>('up_to').as('up_to')])
    .groupBy(['sender', 'receiver'])
    .execute();
  return {
    last: { batch: await lastOf('batch'), entry: await lastOf('entry'), payment: await lastOf('payment') },
    accounts: new Map(),
    delivered: new Map(delivered.map(({ sender, receiver, up_to }) => [`${sender}/${receiver}`, up_to])),
  };
}

/** Makes own accounts known to the memory, those of them that exist. */
export async function loadAccounts(
  database: ReadModelDatabase,
  memory: ProjectionMemory,
  ids: Iterable<string>,
): Promise<void> {
  if (memory.accounts.size > ACCOUNTS_MAX) memory.accounts = new Map();
  const missing = [...ids].filter((id) => !memory.accounts.has(id));
  if (missing.length === 0) return;
  const rows = await database.db
    .selectFrom('account')
    .selectAll()
    .where('account_id', 'in', listOf(database, missing))
    .execute();
  for (const row of rows) memory.accounts.set(row.account_id, row);
}
