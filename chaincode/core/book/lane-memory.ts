import { batchKey, FIRST_PREVIOUS_HASH, type IdState, type LaneHead, NEW_HEAD, segmentKey } from '../batch.ts';
import { sha256 } from '../canonical.ts';
import type { Pointer } from '../id-pages.ts';
import { errors } from '../lane-errors.ts';
import type { OperationTable } from '../operation-table.ts';
import type { Peer } from '../peer.ts';
import { type OpenSlices, Slices, scopedId } from '../recent-ids.ts';
import type { WireEntry } from '../wire/batch-codec.ts';
import type { Effects } from '../wire/outcome-codec.ts';
import { RowReader } from '../wire/row-codec.ts';
import { credited, debited, type Holding, isCustomerAccount, segmentOf, withStanding } from './holding.ts';
import { Holdings } from './holdings.ts';
import { RowCache } from './row-cache.ts';
import { decodeSegment } from './segment-codec.ts';

/** What a batch leaves behind in memory if it is committed. */
export interface Delta {
  readonly sequence: number;
  readonly previousHash: string;
  readonly hash: string;
  readonly row: Uint8Array;
  readonly holdings: ReadonlyMap<string, Holding>;
  /** Ids that it adds to open slices, and the slices that are open then. */
  readonly ids: OpenSlices;
  readonly idState: IdState;
}

const ROWS_AT_ONCE = 16;
/** Batches that were endorsed and may or may not be committed; more than one only when a lane's writers quarrel. */
const PENDING_MAX = 8;

/**
 * A lane's book in memory, as of one head. It is a function of the lane's batches and of nothing else: what it holds is
 * known by the head's hash, it moves on only to a head that is committed, and it can be thrown away at any time.
 * It is read outside the transaction's read set (the head, which every batch replaces, stands in it for all), so that
 * endorsers whose memories differ in age still endorse the same. Nobody waits for another transaction: one whose peer
 * went away would hold up all others for ever. Who has read what another one has added meanwhile passes it over.
 */
export class LaneMemory {
  /** Batch rows that were read lately. */
  readonly rows: RowCache;
  readonly #table: OperationTable;
  readonly #namespace: string;
  #holdings = new Holdings();
  readonly #slices = new Slices();
  #sequence = 0;
  #hash = FIRST_PREVIOUS_HASH;
  /** By segment, up to which batch its holdings are known, while rows are replayed that segments know in part. */
  #marks: readonly number[] = [];
  #version = 0;
  readonly #pending = new Map<string, Delta>();

  constructor(table: OperationTable, namespace: string) {
    this.#table = table;
    this.#namespace = namespace;
    this.rows = new RowCache(namespace);
  }

  /** Ids of the slices that are open at the memory's head. */
  get openSlices(): OpenSlices {
    return this.#slices.byScope;
  }

  get holdings(): Holdings {
    return this.#holdings;
  }

  /** Changes with the memory: who has waited for anything learns that it was moved. */
  get version(): number {
    return this.#version;
  }

  /** Brings the memory to a committed head. Refuses: LANE_MEMORY_BEHIND (the peer has not indexed its last block yet). */
  async attach(peer: Peer, head: LaneHead): Promise<void> {
    if (this.#isAt(head)) return;
    const expected = this.#pending.get(head.hash);
    if (expected?.previousHash === this.#hash) {
      this.#apply(expected);
      return;
    }
    // A ledger that was reverted, or a memory that is further behind than the last checkpoint, is read anew.
    const oldest = oldestMark(head);
    if (this.#sequence === 0 || this.#sequence >= head.sequence || this.#sequence < oldest) {
      await this.#loadSegments(peer, head);
    }
    await this.#replay(peer, head);
  }

  /** Remembers what a batch would change, for when its hash turns up as the head's. */
  expect(delta: Delta): void {
    this.#pending.set(delta.hash, delta);
    for (const [hash] of this.#pending) {
      if (this.#pending.size <= PENDING_MAX) break;
      this.#pending.delete(hash);
    }
  }

  #isAt(head: LaneHead): boolean {
    return this.#hash === head.hash && this.#marks.length === 0;
  }

  #apply(delta: Delta): void {
    for (const holding of delta.holdings.values()) this.#holdings.set(holding);
    for (const [scope, slices] of delta.ids) {
      for (const [slice, ids] of slices) {
        const known = this.#slices.sliceFor(scope, slice);
        for (const [id, pointer] of ids) known.set(id, pointer);
      }
    }
    this.#slices.keepOnly(delta.idState);
    this.rows.keep(delta.sequence, delta.row);
    this.#moved(delta.sequence, delta.hash);
  }

  #moved(sequence: number, hash: string): void {
    this.#sequence = sequence;
    this.#hash = hash;
    this.#version += 1;
    this.#pending.clear();
  }

  async #loadSegments(peer: Peer, head: LaneHead): Promise<void> {
    const { marks } = head.checkpoint;
    const written = marks.flatMap((mark, segment) => (mark > 0 ? [segment] : []));
    const holdings = new Holdings();
    for (const segment of written) {
      const [value] = await peer.latest([segmentKey(segment, marks[segment] ?? 0)]);
      const decoded = value && decodeSegment(value);
      if (decoded?.sequence !== marks[segment]) throw errors.MEMORY_BEHIND({ lane: this.#namespace });
      for (const holding of decoded?.holdings ?? []) holdings.set(holding);
    }
    if (this.#isAt(head)) return;
    this.#holdings = holdings;
    this.#marks = marks;
    this.#slices.clear();
    this.rows.clear();
    const opened = Object.values(head.ids.open).flatMap((slices) => slices.map(([, from]) => from - 1));
    // The head's own batch is always replayed: its row is what the head's hash is the hash of.
    const sequence = Math.min(oldestMark(head), head.sequence - 1, ...opened);
    this.#moved(sequence, sequence === 0 ? FIRST_PREVIOUS_HASH : '');
  }

  async #replay(peer: Peer, head: LaneHead): Promise<void> {
    while (this.#sequence < head.sequence) {
      const next = this.#sequence + 1;
      const count = Math.min(ROWS_AT_ONCE, head.sequence - next + 1);
      const values = await peer.latest(Array.from({ length: count }, (_, offset) => batchKey(next + offset)));
      for (const [offset, value] of values.entries()) {
        if (value === undefined) throw errors.MEMORY_BEHIND({ lane: this.#namespace });
        if (next + offset === this.#sequence + 1) this.#replayRow(value, head);
      }
    }
    if (this.#hash !== head.hash) throw this.#astray(head);
    this.#marks = [];
    this.#slices.keepOnly(head.ids);
  }

  #replayRow(bytes: Uint8Array, head: LaneHead): void {
    const row = new RowReader(this.#table, bytes);
    const { sequence, previousHash } = row.header;
    if (this.#hash !== '' && previousHash !== this.#hash) throw this.#astray(head);
    for (let place = 0; place < row.count; place += 1) {
      const entry = row.entryAt(place);
      const outcome = row.outcomeAt(place, entry);
      if (outcome.outcome !== 'accepted') continue;
      this.#replayId(entry, { open: head.ids.open, pointer: [sequence, place] });
      this.#book(sequence, row.bookedAt(entry, outcome));
    }
    this.#moved(sequence, sha256(bytes));
  }

  #book(sequence: number, { standings, postings }: Effects): void {
    for (const standing of standings) {
      this.#change(sequence, standing.accountId, (before) => withStanding(before, standing));
    }
    for (const { account, side, amount } of postings) {
      if (!isCustomerAccount(account)) continue;
      const change = side === 'D' ? debited : credited;
      this.#change(sequence, account, (before) => change(before as Holding, amount));
    }
  }

  #replayId({ operation, request }: WireEntry, { open, pointer }: { open: IdState['open']; pointer: Pointer }): void {
    const onceOnly = this.#table.find(operation)?.operation.onceOnly;
    const id = onceOnly?.id(request as never);
    if (onceOnly === undefined || id === undefined) return;
    const scoped = scopedId(onceOnly.scope, id);
    if (open[scoped.scope]?.some(([slice]) => slice === scoped.slice)) this.#slices.add(scoped, pointer);
  }

  // A segment that was saved later than this row has the row's changes in it already.
  #change(sequence: number, accountId: string, change: (before: Holding | undefined) => Holding): void {
    if (this.#marks.length > 0 && sequence <= (this.#marks[segmentOf(accountId)] ?? 0)) return;
    this.#holdings.set(change(this.#holdings.get(accountId)));
  }

  // Either another transaction has brought the memory past this head, or its rows are not this ledger's.
  #astray(head: LaneHead): Error {
    if (this.#sequence <= head.sequence) this.#moved(0, '');
    return errors.MEMORY_BEHIND({ lane: this.#namespace });
  }
}

/** The batch after which the segment was saved that was saved longest ago; 0 while one was never saved. */
const oldestMark = ({ checkpoint: { marks } }: LaneHead): number =>
  marks.length === 0 ? NEW_HEAD.sequence : Math.min(...marks);
