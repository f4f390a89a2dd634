import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Where an organisation's process of a chaincode listens. */
export interface ServerRow {
  channel: string;
  chaincode: string;
  mspId: string;
  packageId: string;
  address: string;
  isTls: boolean;
}

/** What a named snapshot holds beside the ledgers. */
export interface SnapshotRow {
  name: string;
  offsetMs: number;
  servers: ServerRow[];
}

/** What the network must know to start again and does not find in its ledgers: channels, chaincode servers, snapshots. */
export interface Registry {
  channels(): string[];
  addChannel(id: string): void;
  servers(): ServerRow[];
  /** Replaces the servers of one chaincode on one channel. */
  setServers(channel: string, chaincode: string, rows: ServerRow[]): void;
  replaceAllServers(rows: ServerRow[]): void;
  saveSnapshot(snapshot: SnapshotRow): void;
  snapshot(name: string): SnapshotRow | undefined;
  snapshotNames(): string[];
  dropSnapshot(name: string): void;
  /** Notes that every channel is going back to a snapshot, so that a kill in between is made good at the next start; null when done. */
  setReverting(name: string | null): void;
  reverting(): string | undefined;
  close(): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS channels (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS servers (channel TEXT, chaincode TEXT, mspId TEXT, packageId TEXT, address TEXT, isTls INTEGER,
    PRIMARY KEY (channel, chaincode, mspId));
  CREATE TABLE IF NOT EXISTS reverting (name TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS snapshots (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
`;

/** Opens the registry in a folder; ':memory:' keeps nothing. */
export function openRegistry(directory: string): Registry {
  if (directory !== ':memory:') mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(directory === ':memory:' ? directory : join(directory, 'network.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec(schema);
  const insertServer = database.prepare(
    'INSERT INTO servers (channel, chaincode, mspId, packageId, address, isTls) VALUES (?, ?, ?, ?, ?, ?)',
  );

  function insertAll(rows: ServerRow[]): void {
    for (const { channel, chaincode, mspId, packageId, address, isTls } of rows) {
      insertServer.run(channel, chaincode, mspId, packageId, address, isTls ? 1 : 0);
    }
  }

  function inTransaction(action: () => void): void {
    database.exec('BEGIN');
    try {
      action();
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    channels: () =>
      database
        .prepare('SELECT id FROM channels ORDER BY position')
        .all()
        .map(({ id }) => String(id)),
    addChannel(id) {
      database.prepare('INSERT OR IGNORE INTO channels (id) VALUES (?)').run(id);
    },
    servers: () =>
      database
        .prepare('SELECT * FROM servers')
        .all()
        .map((row) => ({ ...(row as unknown as ServerRow), isTls: Number(row.isTls) === 1 })),
    setServers(channel, chaincode, rows) {
      inTransaction(() => {
        database.prepare('DELETE FROM servers WHERE channel = ? AND chaincode = ?').run(channel, chaincode);
        insertAll(rows);
      });
    },
    replaceAllServers(rows) {
      inTransaction(() => {
        database.exec('DELETE FROM servers');
        insertAll(rows);
      });
    },
    saveSnapshot(snapshot) {
      database.prepare('DELETE FROM snapshots WHERE name = ?').run(snapshot.name);
      database
        .prepare('INSERT INTO snapshots (name, content) VALUES (?, ?)')
        .run(snapshot.name, JSON.stringify(snapshot));
    },
    snapshot(name) {
      const row = database.prepare('SELECT content FROM snapshots WHERE name = ?').get(name);
      return row && (JSON.parse(String(row.content)) as SnapshotRow);
    },
    snapshotNames: () =>
      database
        .prepare('SELECT name FROM snapshots ORDER BY position')
        .all()
        .map(({ name }) => String(name)),
    dropSnapshot(name) {
      database.prepare('DELETE FROM snapshots WHERE name = ?').run(name);
    },
    setReverting(name) {
      database.exec('DELETE FROM reverting');
      if (name !== null) database.prepare('INSERT INTO reverting (name) VALUES (?)').run(name);
    },
    reverting() {
      const row = database.prepare('SELECT name FROM reverting').get();
      return row && String(row.name);
    },
    close: () => database.close(),
  };
}
