import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** The read model's database cannot be reached, or ended the connection: what was asked may succeed later. */
export class ReadModelUnavailable extends Error {
  constructor(cause: unknown) {
    super(`The read model's database does not answer: ${(cause as Error).message}`, { cause });
    this.name = 'ReadModelUnavailable';
  }
}

const INT8 = 20;
const CONNECTIONS_MAX = 5;
const CONNECT_MILLISECONDS = 5_000;

/** Connections to PostgreSQL that may break at any time without ending the gateway; who asks then gets ReadModelUnavailable. */
export function createPostgresPool(connectionString: string): PostgresPool {
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === INT8 ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text'),
  };
  const pool = new pg.Pool({
    ...{ connectionString, types, max: CONNECTIONS_MAX },
    // Also bounds the wait for a free connection while a silent server holds them all.
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    keepAlive: true,
  });
  // A lost connection is told as an event beside the failed query, and an event that nobody hears ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    options: pool.options,
    connect: async () => guard(await pool.connect().catch(rethrow)),
    end: () => pool.end(),
  };
}

function guard(client: pg.PoolClient): PostgresPoolClient {
  const query: unknown = (text: string, values: unknown[]) => client.query(text, values).catch(rethrow);
  return { query: query as PostgresPoolClient['query'], release: (discard) => client.release(discard) };
}

/** What the server says about a statement stays as it is; class 57P is a server that shuts down, starts or crashed. */
function rethrow(error: Error & { code?: string }): never {
  const isStatementError = error instanceof pg.DatabaseError && !/^(57P|08)/.test(error.code ?? '');
  throw isStatementError ? error : new ReadModelUnavailable(error);
}
