import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Version } from '../types.ts';
import type { PreImages } from './pre-images.ts';
import type { PrivateBlockRow, StoredValue } from './reader.ts';
import { RowCache } from './row-cache.ts';

const statements = {
  putState: `INSERT INTO state (namespace, collection, key, value, metadata, block, tx) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, metadata = excluded.metadata, block = excluded.block, tx = excluded.tx`,
  deleteState: 'DELETE FROM state WHERE namespace = ? AND collection = ? AND key = ?',
  putPrivate: `INSERT INTO private_state (msp, namespace, collection, key, key_hash, value, block, tx)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, block = excluded.block, tx = excluded.tx`,
  deletePrivate: 'DELETE FROM private_state WHERE msp = ? AND namespace = ? AND collection = ? AND key = ?',
  privateByHash: `SELECT msp, key, block, tx FROM private_state
    WHERE namespace = ? AND collection = ? AND key_hash = ?`,
  putBlock: 'INSERT INTO blocks (number, hash, bytes) VALUES (?, ?, ?)',
  putTransaction: 'INSERT OR IGNORE INTO transactions (tx_id, block, tx, code) VALUES (?, ?, ?, ?)',
  putReason: 'INSERT INTO reasons (block, tx, tx_id, detail) VALUES (?, ?, ?, ?)',
  putHistory: 'INSERT OR IGNORE INTO history (namespace, key, block, tx) VALUES (?, ?, ?, ?)',
  putSetting: 'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  putPrivateBlock: `INSERT OR REPLACE INTO private_blocks (msp, block, tx, namespace, collection, rwset, expires)
    VALUES (?, ?, ?, ?, ?, ?, ?)`,
  updatePrivateBlock: `UPDATE private_blocks SET rwset = ?
    WHERE msp = ? AND block = ? AND tx = ? AND namespace = ? AND collection = ?`,
  privateBlocksOf: `SELECT msp, block, tx, namespace, collection, rwset FROM private_blocks
    WHERE namespace = ? AND collection = ?`,
  dropExpiredBlocks: 'DELETE FROM private_blocks WHERE expires <= ?',
  putExpiry:
    'INSERT OR IGNORE INTO expiry (expires, committed, namespace, collection, key_hash) VALUES (?, ?, ?, ?, ?)',
  expiring: 'SELECT committed, namespace, collection, key_hash FROM expiry WHERE expires = ?',
  dropExpiry: 'DELETE FROM expiry WHERE expires = ?',
  putTransient: `INSERT INTO pending_private (tx_id, ordinal, height, rwset)
    SELECT ?1, (SELECT count(*) FROM pending_private WHERE tx_id = ?1), ?2, ?3`,
  transient: 'SELECT rwset FROM pending_private WHERE tx_id = ? ORDER BY ordinal',
  dropTransient: 'DELETE FROM pending_private WHERE tx_id = ?',
  dropOldTransient: 'DELETE FROM pending_private WHERE height < ?',
};

export type ExpiringRow = { committed: number; namespace: string; collection: string; key_hash: Uint8Array };

/** Prepared writes; everything of one block goes between begin() and commit(). */
export class Writer {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #cache: RowCache;
  #preImages: PreImages | undefined;

  constructor(database: DatabaseSync, cache: RowCache) {
    this.#database = database;
    this.#cache = cache;
  }

  /** Runs the work in one database transaction: all of it lasts, or none. What it changes is kept in preImages. */
  transaction<T>(work: () => T, preImages?: PreImages): T {
    this.#database.exec('BEGIN IMMEDIATE');
    this.#preImages = preImages;
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#cache.clear();
      this.#database.exec('ROLLBACK');
      throw error;
    } finally {
      this.#preImages = undefined;
    }
  }

  #statement(name: keyof typeof statements): StatementSync {
    let statement = this.#prepared.get(name);
    if (!statement) {
      statement = this.#database.prepare(statements[name]);
      this.#prepared.set(name, statement);
    }
    return statement;
  }

  putState(at: { namespace: string; collection: string; key: Uint8Array }, stored: StoredValue): void {
    this.#preImages?.keep(at);
    this.#cache.forget(RowCache.keyOf(at.namespace, at.collection, at.key));
    this.#statement('putState').run(
      at.namespace,
      at.collection,
      at.key,
      stored.value,
      stored.metadata,
      stored.block,
      stored.tx,
    );
  }

  deleteState(namespace: string, collection: string, key: Uint8Array): void {
    this.#preImages?.keep({ namespace, collection, key });
    this.#cache.forget(RowCache.keyOf(namespace, collection, key));
    this.#statement('deleteState').run(namespace, collection, key);
  }

  putPrivate(
    at: { mspId: string; namespace: string; collection: string; key: Uint8Array; keyHash: Uint8Array },
    stored: Version & { value: Uint8Array },
  ): void {
    this.#preImages?.keep(at);
    this.#statement('putPrivate').run(
      at.mspId,
      at.namespace,
      at.collection,
      at.key,
      at.keyHash,
      stored.value,
      stored.block,
      stored.tx,
    );
  }

  deletePrivate(at: { mspId: string; namespace: string; collection: string; key: Uint8Array }): void {
    this.#preImages?.keep(at);
    this.#statement('deletePrivate').run(at.mspId, at.namespace, at.collection, at.key);
  }

  /** Which organisations hold the value behind a key hash, and under which key. */
  findPrivateByHash(namespace: string, collection: string, keyHash: Uint8Array) {
    return this.#statement('privateByHash').all(namespace, collection, keyHash) as unknown as (Version & {
      msp: string;
      key: Uint8Array;
    })[];
  }

  putBlock(number: number, hash: Uint8Array, bytes: Uint8Array): void {
    this.#statement('putBlock').run(number, hash, bytes);
  }

  putTransaction(txId: string, version: Version, code: number): void {
    this.#cache.forgetTransaction(txId);
    this.#statement('putTransaction').run(txId, version.block, version.tx, code);
  }

  putReason(txId: string, version: Version, detail: string): void {
    this.#statement('putReason').run(version.block, version.tx, txId, detail);
  }

  putHistory(namespace: string, key: Uint8Array, version: Version): void {
    this.#statement('putHistory').run(namespace, key, version.block, version.tx);
  }

  putSetting(name: string, value: Uint8Array): void {
    this.#statement('putSetting').run(name, value);
  }

  putPrivateBlock(row: PrivateBlockRow, expires: number | null): void {
    this.#statement('putPrivateBlock').run(
      row.msp,
      row.block,
      row.tx,
      row.namespace,
      row.collection,
      row.rwset,
      expires,
    );
  }

  updatePrivateBlock(row: PrivateBlockRow): void {
    this.#statement('updatePrivateBlock').run(row.rwset, row.msp, row.block, row.tx, row.namespace, row.collection);
  }

  listPrivateBlocks(namespace: string, collection: string): PrivateBlockRow[] {
    return this.#statement('privateBlocksOf').all(namespace, collection) as unknown as PrivateBlockRow[];
  }

  dropExpiredBlocks(height: number): void {
    this.#statement('dropExpiredBlocks').run(height);
  }

  putExpiry(expires: number, row: ExpiringRow): void {
    this.#statement('putExpiry').run(expires, row.committed, row.namespace, row.collection, row.key_hash);
  }

  listExpiring(expires: number): ExpiringRow[] {
    return this.#statement('expiring').all(expires) as unknown as ExpiringRow[];
  }

  dropExpiry(expires: number): void {
    this.#statement('dropExpiry').run(expires);
  }

  putTransient(txId: string, height: number, rwset: Uint8Array): void {
    this.#statement('putTransient').run(txId, height, rwset);
  }

  listTransient(txId: string): Uint8Array[] {
    return (this.#statement('transient').all(txId) as unknown as { rwset: Uint8Array }[]).map(({ rwset }) => rwset);
  }

  /** Forgets private data endorsed below a height and never ordered. */
  dropOldTransient(height: number): void {
    this.#statement('dropOldTransient').run(height);
  }

  dropTransient(txId: string): void {
    this.#statement('dropTransient').run(txId);
  }
}
