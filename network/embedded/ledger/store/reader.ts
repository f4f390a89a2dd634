import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TransactionLocation, Version } from '../types.ts';
import { RowCache } from './row-cache.ts';

export type StoredValue = Version & { value: Uint8Array; metadata: Uint8Array | null };
export type StoredEntry = StoredValue & { key: Uint8Array };
export type HistoryRow = { block: number; tx: number };
export type PrivateBlockRow = Version & {
  msp: string;
  namespace: string;
  collection: string;
  rwset: Uint8Array;
};

export type StateRange = {
  namespace: string;
  collection: string;
  /** Set for a private range: whose store. */
  mspId?: string;
  start: Uint8Array;
  /** Exclusive; undefined for an open end. */
  end: Uint8Array | undefined;
};

const queries = {
  state: 'SELECT value, metadata, block, tx FROM state WHERE namespace = ? AND collection = ? AND key = ?',
  metadata: 'SELECT metadata FROM state WHERE namespace = ? AND collection = ? AND key = ?',
  version: 'SELECT block, tx FROM state WHERE namespace = ? AND collection = ? AND key = ?',
  range: `SELECT key, value, metadata, block, tx FROM state
    WHERE namespace = ? AND collection = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`,
  openRange: `SELECT key, value, metadata, block, tx FROM state
    WHERE namespace = ? AND collection = ? AND key >= ? ORDER BY key LIMIT ?`,
  privateValue: `SELECT value, NULL AS metadata, block, tx FROM private_state
    WHERE msp = ? AND namespace = ? AND collection = ? AND key = ?`,
  privateRange: `SELECT key, value, NULL AS metadata, block, tx FROM private_state
    WHERE msp = ? AND namespace = ? AND collection = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`,
  openPrivateRange: `SELECT key, value, NULL AS metadata, block, tx FROM private_state
    WHERE msp = ? AND namespace = ? AND collection = ? AND key >= ? ORDER BY key LIMIT ?`,
  history: 'SELECT block, tx FROM history WHERE namespace = ? AND key = ? ORDER BY block DESC, tx DESC',
  block: 'SELECT bytes FROM blocks WHERE number = ?',
  blockByHash: 'SELECT bytes FROM blocks WHERE hash = ?',
  lastBlock: 'SELECT number, hash, bytes FROM blocks ORDER BY number DESC LIMIT 1',
  location: 'SELECT block, tx, code FROM transactions WHERE tx_id = ?',
  reason: 'SELECT block, tx, detail FROM reasons WHERE tx_id = ? ORDER BY block, tx LIMIT 1',
  setting: 'SELECT value FROM settings WHERE name = ?',
  privateBlock: `SELECT msp, block, tx, namespace, collection, rwset FROM private_blocks
    WHERE msp = ? AND block = ? ORDER BY tx, namespace, collection`,
};

/** Prepared reads over one connection; every statement is prepared on first use. */
export class Reader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  /** Whoever writes through the same connection must keep it true. */
  readonly cache = new RowCache();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  #statement(name: keyof typeof queries): StatementSync {
    let statement = this.#statements.get(name);
    if (!statement) {
      statement = this.#database.prepare(queries[name]);
      this.#statements.set(name, statement);
    }
    return statement;
  }

  // biome-ignore lint/suspicious/noExplicitAny: rows are typed by the query
  #get<T>(name: keyof typeof queries, ...parameters: any[]): T | undefined {
    return this.#statement(name).get(...parameters) as T | undefined;
  }

  getState(namespace: string, collection: string, key: Uint8Array): StoredValue | undefined {
    const id = RowCache.keyOf(namespace, collection, key);
    const known = this.cache.find(id);
    if (known) return known.row;
    const row = this.#get<StoredValue>('state', namespace, collection, key);
    this.cache.keep(id, row);
    return row;
  }

  getVersion(namespace: string, collection: string, key: Uint8Array): Version | undefined {
    return this.#getPart<Version>('version', { namespace, collection, key });
  }

  getMetadata(namespace: string, collection: string, key: Uint8Array): Uint8Array | null | undefined {
    return this.#getPart<{ metadata: Uint8Array | null }>('metadata', { namespace, collection, key })?.metadata;
  }

  /** Part of a row, without fetching a value that may be large. */
  #getPart<T extends Partial<StoredValue>>(
    name: 'version' | 'metadata',
    { namespace, collection, key }: { namespace: string; collection: string; key: Uint8Array },
  ): T | undefined {
    const id = RowCache.keyOf(namespace, collection, key);
    const known = this.cache.find(id);
    if (known) return known.row as T | undefined;
    const part = this.#get<T>(name, namespace, collection, key);
    if (!part) this.cache.keep(id, undefined);
    return part;
  }

  /** At most so many rows of a range, in byte order of their keys. */
  rangeChunk({ namespace, collection, mspId, start, end }: StateRange, limit: number): StoredEntry[] {
    const name = mspId === undefined ? (end ? 'range' : 'openRange') : end ? 'privateRange' : 'openPrivateRange';
    const head = [...(mspId === undefined ? [] : [mspId]), namespace, collection, start];
    return this.#statement(name).all(...head, ...(end ? [end] : []), limit) as unknown as StoredEntry[];
  }

  /** Rows in byte order of their keys, fetched in chunks so that no cursor stays open. */
  *range(range: StateRange): Generator<StoredEntry, undefined> {
    let start: Uint8Array = range.start;
    for (let limit = 64; ; limit = 512) {
      const rows = this.rangeChunk({ ...range, start }, limit);
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < limit) return undefined;
      start = Buffer.concat([last.key, Buffer.from([0])]);
    }
  }

  getPrivate(mspId: string, at: { namespace: string; collection: string; key: Uint8Array }): StoredValue | undefined {
    return this.#get('privateValue', mspId, at.namespace, at.collection, at.key);
  }

  history(namespace: string, key: Uint8Array): HistoryRow[] {
    return this.#statement('history').all(namespace, key) as unknown as HistoryRow[];
  }

  getBlock(number: number): Uint8Array | undefined {
    return this.#get<{ bytes: Uint8Array }>('block', number)?.bytes;
  }

  getBlockByHash(hash: Uint8Array): Uint8Array | undefined {
    return this.#get<{ bytes: Uint8Array }>('blockByHash', hash)?.bytes;
  }

  getLastBlock(): { number: number; hash: Uint8Array; bytes: Uint8Array } | undefined {
    return this.#get('lastBlock');
  }

  locate(txId: string): TransactionLocation | undefined {
    if (this.cache.isUnknown(txId)) return undefined;
    const row = this.#get<TransactionLocation>('location', txId);
    if (!row) this.cache.keepUnknown(txId);
    return row && { block: row.block, tx: row.tx, code: row.code };
  }

  getReason(txId: string): { block: number; tx: number; detail: string } | undefined {
    return this.#get('reason', txId);
  }

  getSetting(name: string): Uint8Array | undefined {
    return this.#get<{ value: Uint8Array }>('setting', name)?.value;
  }

  getPrivateBlock(mspId: string, number: number): PrivateBlockRow[] {
    return this.#statement('privateBlock').all(mspId, number) as unknown as PrivateBlockRow[];
  }
}
