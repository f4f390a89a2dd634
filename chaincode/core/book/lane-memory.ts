import { batchKey, type IdState, type LaneHead } from '../batch.ts';
import { errors } from '../lane-errors.ts';
import type { OperationTable } from '../operation-table.ts';
import type { Peer } from '../peer.ts';
import type { OpenSlices } from '../recent-ids.ts';
import type { Holding } from './holding.ts';
import type { Holdings } from './holdings.ts';
import { LaneImage, oldestMark } from './lane-image.ts';
import { RowCache } from './row-cache.ts';

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
  #image: LaneImage;
  #version = 0;
  /** An image that is being read: whoever comes next goes on with it, for peers give a transaction half a minute. */
  #begun: LaneImage | undefined;
  readonly #pending = new Map<string, Delta>();

  constructor(table: OperationTable, namespace: string) {
    this.#table = table;
    this.#namespace = namespace;
    this.#image = new LaneImage(table);
    this.rows = new RowCache(namespace);
  }

  /** Ids of the slices that are open at the memory's head. */
  get openSlices(): OpenSlices {
    return this.#image.slices.byScope;
  }

  get holdings(): Holdings {
    return this.#image.holdings;
  }

  /** Changes with the memory: who has waited for anything learns that it was moved. */
  get version(): number {
    return this.#version;
  }

  /** Brings the memory to a committed head. Refuses: LANE_MEMORY_BEHIND (the peer has not indexed its last block yet). */
  async attach(peer: Peer, head: LaneHead): Promise<void> {
    if (this.#isAt(head)) return;
    const expected = this.#pending.get(head.hash);
    if (expected?.previousHash === this.#image.hash) {
      this.#apply(expected);
      return;
    }
    // A ledger that was reverted, or a memory that is further behind than the last checkpoint, is read anew.
    const { sequence } = this.#image;
    const isAnew = sequence === 0 || sequence >= head.sequence || sequence < oldestMark(head);
    await (isAnew ? this.#readAnew(peer, head) : this.#catchUp(peer, head));
    if (!this.#isAt(head)) throw this.#behind();
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
    return this.#image.hash === head.hash;
  }

  #apply(delta: Delta): void {
    const { holdings, slices } = this.#image;
    for (const holding of delta.holdings.values()) holdings.set(holding);
    for (const [scope, added] of delta.ids) {
      for (const [slice, ids] of added) {
        const known = slices.sliceFor(scope, slice);
        for (const [id, pointer] of ids) known.set(id, pointer);
      }
    }
    slices.keepOnly(delta.idState);
    this.rows.keep(delta.sequence, delta.row);
    this.#image.moveTo(delta.sequence, delta.hash);
    this.#moved();
  }

  #moved(): void {
    this.#version += 1;
    this.#pending.clear();
  }

  /**
   * Reads segments and rows into an image apart, and takes it when it is whole. Two transactions of different heads know
   * different segments, and rows that one replays for some of them would be booked twice in the other's: so the segments of
   * an image are those of one head, and only heads after it go on with what it has got to.
   */
  async #readAnew(peer: Peer, head: LaneHead): Promise<void> {
    const version = this.#version;
    const image = await this.#beginImage(peer, head);
    if (image === undefined || !(await this.#replay(image, { peer, head }))) throw this.#behind();
    // Another transaction has brought the image or the memory past this head, or has been faster.
    if (image.hash !== head.hash || !image.mayReach(head) || this.#isAt(head)) return;
    if (this.#version !== version && this.#image.sequence > head.sequence) return;
    image.finish(head.ids);
    this.#image = image;
    this.#begun = undefined;
    this.rows.clear();
    this.#moved();
  }

  /** The image that another transaction has begun, where it may lead to this head; else a new one. */
  async #beginImage(peer: Peer, head: LaneHead): Promise<LaneImage | undefined> {
    if (this.#begun?.mayReach(head)) return this.#begun;
    const image = await LaneImage.ofSegments(this.#table, peer, head);
    if (this.#begun?.mayReach(head)) return this.#begun;
    this.#begun ??= image;
    return image;
  }

  /** Adds the rows since the memory's own; several transactions may do so at a time. */
  async #catchUp(peer: Peer, head: LaneHead): Promise<void> {
    const image = this.#image;
    if (await this.#replay(image, { peer, head })) {
      if (image.hash === head.hash) image.finish(head.ids);
    } else if (this.#image === image) {
      // Its rows are not this ledger's.
      this.#image = new LaneImage(this.#table);
      this.#moved();
    }
  }

  /** Adds the rows up to a head to an image; false where they do not follow on it, or lead to another head. */
  async #replay(image: LaneImage, { peer, head }: { peer: Peer; head: LaneHead }): Promise<boolean> {
    while (image.sequence < head.sequence) {
      const next = image.sequence + 1;
      const count = Math.min(ROWS_AT_ONCE, head.sequence - next + 1);
      const values = await peer.latest(Array.from({ length: count }, (_, offset) => batchKey(next + offset)));
      for (const [offset, value] of values.entries()) {
        if (value === undefined) throw this.#behind();
        if (next + offset !== image.sequence + 1) continue;
        if (!this.#replayRow(image, { row: value, head })) return false;
        if (image === this.#image) this.#moved();
      }
    }
    return image.sequence > head.sequence || image.hash === head.hash;
  }

  /** An image that a row does not follow on, or that it cannot be booked in, is of another ledger: nobody goes on with it. */
  #replayRow(image: LaneImage, { row, head }: { row: Uint8Array; head: LaneHead }): boolean {
    let isReplayed = false;
    try {
      isReplayed = image.replay(row, head);
    } finally {
      if (!isReplayed && this.#begun === image) this.#begun = undefined;
    }
    return isReplayed;
  }

  #behind(): Error {
    return errors.MEMORY_BEHIND({ lane: this.#namespace });
  }
}
