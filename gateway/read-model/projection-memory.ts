import { listOf, type ReadModelDatabase } from './database.ts';
import type { Row } from './schema.ts';

/** An account's row, with the booked balance as a number once it was needed. */
export type KnownAccount = Row<'account'> & { balance?: bigint };

/** What one block after another is projected onto, so that the database is asked for little. Of no use after a failure. */
export interface ProjectionMemory {
  /** Numbers given last. */
  readonly last: { batch: bigint; entry: bigint; payment: bigint };
  /** Own accounts as of the last block, as far as they are known here. */
  accounts: Map<string, KnownAccount>;
  /** `sender/receiver` to the row of the sender's outbox that was received last. */
  readonly delivered: Map<string, bigint>;
}

const ACCOUNTS_MAX = 500_000;

/** Called before a block, so that none of its accounts is forgotten while it is applied. */
export function forgetSome(memory: ProjectionMemory): void {
  if (memory.accounts.size > ACCOUNTS_MAX) memory.accounts = new Map();
}

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
  const missing = [...ids];
  if (missing.length === 0) return;
  const rows = await database.db
    .selectFrom('account')
    .selectAll()
    .where('account_id', 'in', listOf(database, missing))
    .execute();
  for (const row of rows) memory.accounts.set(row.account_id, row);
}
