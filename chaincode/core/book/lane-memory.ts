import {
  type BatchEntry,
  type BatchRow,
  batchKey,
  FIRST_PREVIOUS_HASH,
  type IdState,
  type LaneHead,
  segmentKey,
} from '../batch.ts';
import { sha256 } from '../canonical.ts';
import type { Pointer } from '../id-pages.ts';
import { errors } from '../lane-errors.ts';
import type { OperationTable } from '../operation-table.ts';
import type { Peer } from '../peer.ts';
import { type OpenSlices, sliceName, sliceOf } from '../recent-ids.ts';
import { decodeRow } from '../wire/row-codec.ts';
import type { Holdings } from './book.ts';
import { credited, debited, type Holding, isCustomerAccount, SEGMENTS, segmentOf, withStanding } from './holding.ts';
import { decodeSegment } from './segment-codec.ts';

/** What a batch leaves behind in memory if it is committed. */
export interface Delta {
  readonly sequence: number;
  readonly hash: string;
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
 * endorsers whose memories differ in age still endorse the same.
 */
export class LaneMemory {
  readonly #table: OperationTable;
  readonly #namespace: string;
  #holdings: Holdings = emptyHoldings();
  readonly #slices = new Map<string, Map<string, Pointer>>();
  #sequence = 0;
  #hash = FIRST_PREVIOUS_HASH;
  readonly #pending = new Map<string, Delta>();
  #moving: Promise<unknown> = Promise.resolve();

  constructor(table: OperationTable, namespace: string) {
    this.#table = table;
    this.#namespace = namespace;
  }

  /** Ids of the slices that are open at the memory's head. */
  get openSlices(): OpenSlices {
    return this.#slices;
  }

  get holdings(): Holdings {
    return this.#holdings;
  }

  /** True while nothing has moved the memory away from this head. */
  isAt(head: Pick<LaneHead, 'hash'>): boolean {
    return this.#hash === head.hash;
  }

  /** Brings the memory to a committed head. Refuses: LANE_MEMORY_BEHIND (the peer has not indexed its last block yet). */
  attach(peer: Peer, head: LaneHead): Promise<void> {
    const moved = this.#moving.then(() => this.#moveTo(peer, head));
    this.#moving = moved.catch(() => undefined);
    return moved;
  }

  /** Remembers what a batch would change, for when its hash turns up as the head's. */
  expect(delta: Delta): void {
    this.#pending.set(delta.hash, delta);
    for (const [hash] of this.#pending) {
      if (this.#pending.size <= PENDING_MAX) break;
      this.#pending.delete(hash);
    }
  }

  async #moveTo(peer: Peer, head: LaneHead): Promise<void> {
    if (this.isAt(head)) return;
    const expected = this.#pending.get(head.hash);
    if (expected !== undefined && expected.sequence === this.#sequence + 1) {
      this.#apply(expected);
      return;
    }
    // A ledger that was reverted, or a memory that is further behind than the last checkpoint, is read anew.
    if (
      this.#sequence === 0 ||
      this.#sequence >= head.sequence ||
      (head.checkpoint.marks.length > 0 && Math.min(...head.checkpoint.marks) > this.#sequence)
    ) {
      await this.#loadSegments(peer, head);
    }
    await this.#replay(peer, head);
  }

  #apply(delta: Delta): void {
    for (const holding of delta.holdings.values()) {
      this.#holdings[segmentOf(holding.accountId)]?.set(holding.accountId, holding);
    }
    for (const [name, ids] of delta.ids) {
      for (const [id, pointer] of ids) this.#addId(name, id, pointer);
    }
    this.#closeSlices(delta.idState);
    this.#sequence = delta.sequence;
    this.#hash = delta.hash;
    this.#pending.clear();
  }

  #addId(name: string, id: string, pointer: Pointer): void {
    const ids = this.#slices.get(name) ?? new Map<string, Pointer>();
    this.#slices.set(name, ids);
    ids.set(id, pointer);
  }

  #closeSlices({ open }: IdState): void {
    const names = new Set(
      Object.entries(open).flatMap(([scope, slices]) => slices.map(([slice]) => sliceName(scope, slice))),
    );
    for (const name of this.#slices.keys()) if (!names.has(name)) this.#slices.delete(name);
  }

  /** By segment, up to which batch its holdings are known; while rows are replayed that the segments know in part. */
  #marks: readonly number[] = [];

  async #loadSegments(peer: Peer, head: LaneHead): Promise<void> {
    const { marks } = head.checkpoint;
    const written = marks.flatMap((mark, segment) => (mark > 0 ? [segment] : []));
    const values = await peer.latest(written.map(segmentKey));
    const holdings = emptyHoldings();
    written.forEach((segment, place) => {
      const value = values[place];
      const decoded = value && decodeSegment(value);
      if (decoded?.sequence !== marks[segment]) throw errors.MEMORY_BEHIND({ lane: this.#namespace });
      for (const holding of decoded?.holdings ?? []) holdings[segment]?.set(holding.accountId, holding);
    });
    this.#holdings = holdings;
    this.#marks = marks;
    this.#slices.clear();
    const opened = Object.values(head.ids.open).flatMap((slices) => slices.map(([, from]) => from - 1));
    this.#sequence = Math.min(...Array.from({ length: SEGMENTS }, (_, segment) => marks[segment] ?? 0), ...opened);
    this.#hash = this.#sequence === 0 ? FIRST_PREVIOUS_HASH : '';
    this.#pending.clear();
  }

  async #replay(peer: Peer, head: LaneHead): Promise<void> {
    for (let next = this.#sequence + 1; next <= head.sequence; next += ROWS_AT_ONCE) {
      const count = Math.min(ROWS_AT_ONCE, head.sequence - next + 1);
      const values = await peer.latest(Array.from({ length: count }, (_, offset) => batchKey(next + offset)));
      for (const value of values) {
        if (value === undefined) throw this.#behind();
        this.#replayRow(decodeRow(this.#table, value), { hash: sha256(value), open: head.ids.open });
      }
    }
    if (this.#hash !== head.hash) throw this.#behind();
    this.#closeSlices(head.ids);
    this.#marks = [];
  }

  #replayRow(row: BatchRow, { hash, open }: { hash: string; open: IdState['open'] }): void {
    if (this.#hash !== '' && row.previousHash !== this.#hash) throw this.#behind();
    for (const [place, entry] of row.entries.entries()) {
      const { outcome, postings = [], standings = [] } = entry;
      if (outcome !== 'accepted') continue;
      this.#replayId(entry, { open, pointer: [row.sequence, place] });
      for (const standing of standings) {
        this.#change(row.sequence, standing.accountId, (before) =>
          withStanding(before, { ...standing, pending: BigInt(standing.pending) }),
        );
      }
      for (const { account, side, amount } of postings) {
        if (!isCustomerAccount(account)) continue;
        this.#change(row.sequence, account, (before) =>
          side === 'D' ? debited(before as Holding, BigInt(amount)) : credited(before as Holding, BigInt(amount)),
        );
      }
    }
    this.#sequence = row.sequence;
    this.#hash = hash;
    this.#pending.clear();
  }

  #replayId({ operation, request }: BatchEntry, { open, pointer }: { open: IdState['open']; pointer: Pointer }): void {
    const onceOnly = this.#table.find(operation)?.operation.onceOnly;
    const id = onceOnly?.id(request as never);
    const slice = id === undefined ? undefined : sliceOf(id);
    if (onceOnly === undefined || id === undefined || slice === undefined) return;
    if (open[onceOnly.scope]?.some(([each]) => each === slice))
      this.#addId(sliceName(onceOnly.scope, slice), id, pointer);
  }

  // A segment that was saved later than this row has the row's changes in it already.
  #change(sequence: number, accountId: string, change: (before: Holding | undefined) => Holding): void {
    const segment = segmentOf(accountId);
    if (sequence <= (this.#marks[segment] ?? 0)) return;
    const holdings = this.#holdings[segment] as Map<string, Holding>;
    holdings.set(accountId, change(holdings.get(accountId)));
  }

  #behind(): Error {
    // What was read in part is of no use: the next attempt begins with the segments.
    this.#sequence = 0;
    this.#hash = '';
    return errors.MEMORY_BEHIND({ lane: this.#namespace });
  }
}

const emptyHoldings = (): Holdings => Array.from({ length: SEGMENTS }, () => new Map<string, Holding>());
