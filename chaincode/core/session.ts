import { HEAD_KEY, type LaneHead, NEW_HEAD } from './batch.ts';
import { Book } from './book/book.ts';
import type { Listing } from './book/directory-codec.ts';
import type { Directories } from './book/foreign-directory.ts';
import type { LaneMemory } from './book/lane-memory.ts';
import type { RunningLaneBook } from './lane-book.ts';
import { errors as laneErrors } from './lane-errors.ts';
import { NotLoaded } from './not-loaded.ts';
import { OnceOnly } from './once-only.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import { PrivateBuffer } from './private-buffer.ts';
import { RecentIds } from './recent-ids.ts';
import { type ForeignValue, parseForeign, parseRow } from './rows.ts';
import { Signatures, type VerifySignatures } from './signatures.ts';
import { StateBuffer } from './state-buffer.ts';
import { UndoLog } from './undo-log.ts';

export interface SessionOptions {
  readonly nowMilliseconds: number;
  /** The running lane of a batch; direct operations and queries have none. */
  readonly lane?: (undo: UndoLog) => RunningLaneBook;
  /** The lane's memory, for a batch already at the head that it builds on; others bring it there when they ask for it. */
  readonly memory: LaneMemory;
  readonly head?: LaneHead;
  /** Other banks' directories, and the rows up to which a batch is judged by them. */
  readonly directories?: { readonly memory: Directories; readonly asOf: Readonly<Record<string, number>> };
  /** How customers' signatures are verified; only operations of a batch have them. */
  readonly verify?: VerifySignatures;
}

/** What all operations of one ledger transaction share. */
export class Session {
  readonly peer: Peer;
  readonly table: OperationTable;
  readonly undo = new UndoLog();
  readonly state: StateBuffer;
  readonly privateData: PrivateBuffer;
  readonly onceOnly: OnceOnly;
  readonly signatures: Signatures;
  readonly nowMilliseconds: number;
  readonly now: string;
  readonly lane: RunningLaneBook | undefined;
  readonly memory: LaneMemory;
  readonly #directories: SessionOptions['directories'];
  readonly #learned = new Set<string>();
  /** Of the memory when the session began to look at it. */
  #version: number | undefined;
  #book: Book | undefined;
  #recentIds: RecentIds | undefined;
  readonly #foreign = new Map<string, Map<string, unknown>>();

  constructor(peer: Peer, table: OperationTable, options: SessionOptions) {
    this.peer = peer;
    this.table = table;
    this.nowMilliseconds = options.nowMilliseconds;
    this.now = new Date(options.nowMilliseconds).toISOString();
    this.state = new StateBuffer(peer, this.undo, (bytes) => parseRow(table, bytes));
    this.privateData = new PrivateBuffer(peer.privateData, this.undo);
    this.lane = options.lane?.(this.undo);
    this.memory = options.memory;
    this.onceOnly = new OnceOnly(this);
    this.signatures = new Signatures(options.verify);
    this.#directories = options.directories;
    if (options.head !== undefined) this.#open(options.head);
  }

  /** The bank's customer accounts as of the lane's head, with this transaction's changes. */
  get book(): Book {
    if (this.#book === undefined) throw new NotLoaded(() => this.#openBook());
    return this.#book;
  }

  async #openBook(): Promise<void> {
    await this.state.load([HEAD_KEY]);
    await this.memory.attach(this.peer, (this.state.find(HEAD_KEY) as LaneHead | undefined) ?? NEW_HEAD);
    this.#open((this.state.find(HEAD_KEY) as LaneHead | undefined) ?? NEW_HEAD);
  }

  #open(head: LaneHead): void {
    const { undo, nowMilliseconds } = this;
    this.#version = this.memory.version;
    this.#book = new Book(this.memory.holdings, undo);
    this.#recentIds = new RecentIds({ committed: this.memory.openSlices, state: head.ids, nowMilliseconds });
  }

  /** Refuses: LANE_MEMORY_BEHIND where another transaction has moved the memory on since this one looked at it. */
  assertMemoryStill(): void {
    if (this.#version === undefined || this.#version === this.memory.version) return;
    throw laneErrors.MEMORY_BEHIND({ lane: this.peer.namespace });
  }

  /** The newest ids of the lane. */
  get recentIds(): RecentIds {
    if (this.#recentIds === undefined) throw new NotLoaded(() => this.#openBook());
    return this.#recentIds;
  }

  /** An account of another bank, as of the row of its directory that the batch names. */
  findListing(bank: string, accountId: string): Listing | undefined {
    const { memory, asOf = {} } = this.#directories ?? {};
    const row = asOf[bank] ?? 0;
    if (memory === undefined) throw new Error('only operations of a lane batch see directories');
    if (!this.#learned.has(bank)) {
      throw new NotLoaded(() => this.learnDirectory(bank));
    }
    return memory.of(bank).find(accountId, row);
  }

  /** Learns another bank's directory up to the row that the batch names. Refuses: LANE_MEMORY_BEHIND. */
  async learnDirectory(bank: string): Promise<void> {
    const { memory, asOf = {} } = this.#directories ?? {};
    await memory?.of(bank).learn(this.peer, asOf[bank] ?? 0);
    this.#learned.add(bank);
  }

  /** Rows of another namespace in the order asked; they are asked for once, all together. */
  readFrom(namespace: string, keys: readonly string[]): unknown[] {
    const rows = this.#foreign.get(namespace);
    return keys.map((key) => {
      const row = rows?.get(key);
      if (row === undefined && !rows?.has(key)) throw new NotLoaded(() => this.loadFrom(namespace, keys));
      return row;
    });
  }

  async loadFrom(namespace: string, keys: readonly string[]): Promise<void> {
    const rows = this.#foreign.get(namespace) ?? new Map<string, unknown>();
    this.#foreign.set(namespace, rows);
    const missing = [...new Set(keys)].filter((key) => !rows.has(key));
    if (missing.length === 0) return;
    const answer = await this.peer.invoke(namespace, 'lane:read', JSON.stringify(missing));
    const values = JSON.parse(answer) as ForeignValue[];
    missing.forEach((key, index) => {
      const row = parseForeign(this.table, values[index] ?? null);
      rows.set(key, row === undefined ? undefined : Object.freeze(row));
    });
  }
}
