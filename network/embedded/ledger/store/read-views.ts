import type { DatabaseSync } from 'node:sqlite';
import { openReader } from './database.ts';
import { Reader } from './reader.ts';

/** The state at one height, which stays as it is while blocks commit. */
export type ReadView = { reader: Reader; height: number };

type Connection = { database: DatabaseSync; reader: Reader };
type Held = ReadView & { connection: Connection | undefined; users: number; isRetired: boolean };

const maxIdle = 4;

/**
 * Hands out views of the committed state. Simulations begun at one height share a connection with an open read
 * transaction; in memory there is only the writer's connection, and a view reads what is latest.
 */
export class ReadViews {
  readonly #file: string;
  readonly #shared: Reader;
  #current: Held | undefined;
  readonly #held = new Set<Held>();
  readonly #idle: Connection[] = [];

  constructor(file: string, shared: Reader) {
    this.#file = file;
    this.#shared = shared;
  }

  acquire(height: number): ReadView {
    this.#current ??= this.#open(height);
    this.#current.users += 1;
    return this.#current;
  }

  release(view: ReadView): void {
    const held = view as Held;
    held.users -= 1;
    if (held.isRetired && held.users === 0) this.#close(held);
  }

  /** Later views see the state as it is from now on. */
  advance(): void {
    const current = this.#current;
    this.#current = undefined;
    if (!current) return;
    current.isRetired = true;
    if (current.users === 0) this.#close(current);
  }

  /** Closes every connection, those in use too: their simulations fail from now on. */
  closeAll(): void {
    for (const { connection } of this.#held) connection?.database.close();
    for (const { database } of this.#idle) database.close();
    this.#held.clear();
    this.#idle.length = 0;
    this.#current = undefined;
  }

  #open(height: number): Held {
    if (this.#file === ':memory:') {
      return { reader: this.#shared, height, connection: undefined, users: 0, isRetired: false };
    }
    const connection = this.#idle.pop() ?? this.#connect();
    connection.database.exec('BEGIN');
    // The first read fixes the state that the connection sees.
    connection.reader.getSetting('');
    const held = { reader: connection.reader, height, connection, users: 0, isRetired: false };
    this.#held.add(held);
    return held;
  }

  #connect(): Connection {
    const database = openReader(this.#file);
    return { database, reader: new Reader(database) };
  }

  #close(held: Held): void {
    if (!this.#held.delete(held) || !held.connection) return;
    held.connection.database.exec('COMMIT');
    if (this.#idle.length < maxIdle) this.#idle.push(held.connection);
    else held.connection.database.close();
  }
}
