import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

// One file per channel, so that a block's state, private data, history and the block itself commit together or not at
// all. Keys are BLOBs: SQLite compares those bytewise, which is LevelDB's order.
const tables = `
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blocks (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, bytes BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS blocks_by_hash ON blocks (hash);
CREATE TABLE IF NOT EXISTS transactions (tx_id TEXT PRIMARY KEY, block INTEGER, tx INTEGER, code INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reasons (block INTEGER, tx INTEGER, tx_id TEXT, detail TEXT, PRIMARY KEY (block, tx)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reasons_by_tx_id ON reasons (tx_id);
CREATE TABLE IF NOT EXISTS state (
  namespace TEXT, collection TEXT, key BLOB, value BLOB, metadata BLOB, block INTEGER, tx INTEGER,
  PRIMARY KEY (namespace, collection, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS private_state (
  msp TEXT, namespace TEXT, collection TEXT, key BLOB, key_hash BLOB, value BLOB, block INTEGER, tx INTEGER,
  PRIMARY KEY (msp, namespace, collection, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS private_state_by_hash ON private_state (namespace, collection, key_hash);
CREATE TABLE IF NOT EXISTS private_blocks (
  msp TEXT, block INTEGER, tx INTEGER, namespace TEXT, collection TEXT, rwset BLOB, expires INTEGER,
  PRIMARY KEY (msp, block, tx, namespace, collection)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS private_blocks_by_collection ON private_blocks (namespace, collection);
CREATE INDEX IF NOT EXISTS private_blocks_by_expiry ON private_blocks (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS history (
  namespace TEXT, key BLOB, block INTEGER, tx INTEGER, PRIMARY KEY (namespace, key, block, tx)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS expiry (
  expires INTEGER, committed INTEGER, namespace TEXT, collection TEXT, key_hash BLOB,
  PRIMARY KEY (expires, committed, namespace, collection, key_hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending_private (
  tx_id TEXT, ordinal INTEGER, height INTEGER, rwset BLOB, PRIMARY KEY (tx_id, ordinal)) WITHOUT ROWID;
`;

/** File of a channel's database. */
export function databaseFile(directory: string, channelId: string): string {
  return directory === ':memory:' ? directory : join(directory, `${channelId}.sqlite`);
}

/** Opens the database for this process alone, creating file and tables when absent; throws while another has it open. */
export function openDatabase(file: string, directory: string): DatabaseSync {
  if (file !== ':memory:') mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(file, { timeout: 3000 });
  // NORMAL in WAL mode never loses a block to a killed process; a power cut may lose the last ones, never half of one.
  // EXCLUSIVE, because two processes over one ledger would each continue the chain in their own way.
  database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -8000;`);
  database.exec(tables);
  return database;
}
