import { FIRST_PREVIOUS_HASH, type IdState, type LaneHead, NEW_HEAD, segmentKey } from '../batch.ts';
import { sha256 } from '../canonical.ts';
import type { Pointer } from '../id-pages.ts';
import type { OperationTable } from '../operation-table.ts';
import type { Peer } from '../peer.ts';
import { Slices, scopedId } from '../recent-ids.ts';
import type { WireEntry } from '../wire/batch-codec.ts';
import type { Effects } from '../wire/outcome-codec.ts';
import { RowReader } from '../wire/row-codec.ts';
import { credited, debited, type Holding, isCustomerAccount, segmentOf, withStanding } from './holding.ts';
import { Holdings } from './holdings.ts';
import { decodeSegment } from './segment-codec.ts';

const SEGMENTS_AT_ONCE = 16;

/** A lane's book and newest ids as of one of its batches. */
export class LaneImage {
  readonly holdings = new Holdings();
  readonly slices = new Slices();
  readonly #table: OperationTable;
  #sequence = 0;
  /** Empty: that of a batch that was not read. */
  #hash = FIRST_PREVIOUS_HASH;
  /** By segment, up to which batch its holdings are known, while rows are replayed that segments know in part. */
  #marks: readonly number[] = [];
  /** All segments know the rows up to this one: of these only the ids are missing. */
  #oldestMark = 0;
  /** The head that named the segments. */
  #begun = { sequence: 0, hash: '' };
  /** The newest head for which rows were replayed: ids of slices that it has closed are missing. */
  #newestHead = 0;

  constructor(table: OperationTable) {
    this.#table = table;
  }

  /**
   * The image from which a head is reached by replaying rows: of the saved segments, each as of the batch that saved it.
   * Undefined where the peer does not tell one of them yet.
   */
  static async ofSegments(table: OperationTable, peer: Peer, head: LaneHead): Promise<LaneImage | undefined> {
    const image = new LaneImage(table);
    const { marks } = head.checkpoint;
    const saved = [...marks.entries()].filter(([, mark]) => mark > 0);
    for (let from = 0; from < saved.length; from += SEGMENTS_AT_ONCE) {
      const some = saved.slice(from, from + SEGMENTS_AT_ONCE);
      const values = await peer.latest(some.map(([segment, mark]) => segmentKey(segment, mark)));
      for (const [place, [, mark]] of some.entries()) {
        const value = values[place];
        const decoded = value && decodeSegment(value);
        if (decoded?.sequence !== mark) return undefined;
        for (const holding of decoded.holdings) image.holdings.set(holding);
      }
    }
    image.#sequence = startOf(head);
    image.#hash = image.#sequence === 0 ? FIRST_PREVIOUS_HASH : '';
    image.#marks = marks;
    image.#oldestMark = oldestMark(head);
    image.#begun = { sequence: head.sequence, hash: head.hash };
    image.#newestHead = head.sequence;
    return image;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get hash(): string {
    return this.#hash;
  }

  /** True where rows lead from here to a head, and to begin anew would take no fewer of them. */
  mayReach(head: LaneHead): boolean {
    if (head.sequence < this.#newestHead || this.#sequence < startOf(head)) return false;
    return head.sequence !== this.#begun.sequence || head.hash === this.#begun.hash;
  }

  /**
   * Adds the row of the next batch on the way to a head; false, and nothing is added, where it does not follow on the
   * image's, or the segments are of another ledger.
   */
  replay(bytes: Uint8Array, { sequence: headSequence, ids: { open } }: LaneHead): boolean {
    const row = new RowReader(this.#table, bytes);
    const { sequence, previousHash } = row.header;
    const hash = sha256(bytes);
    if (this.#hash !== '' && previousHash !== this.#hash) return false;
    if (sequence === this.#begun.sequence && hash !== this.#begun.hash) return false;
    this.#newestHead = Math.max(this.#newestHead, headSequence);
    for (let place = 0; place < row.count; place += 1) {
      const entry = row.entryAt(place);
      const outcome = row.outcomeAt(place, entry);
      if (outcome.outcome !== 'accepted') continue;
      this.#replayId(entry, { open, pointer: [sequence, place] });
      if (sequence > this.#oldestMark) this.#book(sequence, row.bookedAt(entry, outcome));
    }
    this.moveTo(sequence, hash);
    return true;
  }

  /** Notes the batch that the image is of now. */
  moveTo(sequence: number, hash: string): void {
    this.#sequence = sequence;
    this.#hash = hash;
  }

  /** All rows are replayed: from now on every segment is of the same batch. */
  finish(ids: IdState): void {
    this.#marks = [];
    this.slices.keepOnly(ids);
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
    if (open[scoped.scope]?.some(([slice]) => slice === scoped.slice)) this.slices.add(scoped, pointer);
  }

  // A segment that was saved later than this row has the row's changes in it already.
  #change(sequence: number, accountId: string, change: (before: Holding | undefined) => Holding): void {
    if (this.#marks.length > 0 && sequence <= (this.#marks[segmentOf(accountId)] ?? 0)) return;
    this.holdings.set(change(this.holdings.get(accountId)));
  }
}

/** After which batch a cold reading begins: its rows tell what a segment does not know, and the ids of open slices. */
function startOf(head: LaneHead): number {
  const opened = Object.values(head.ids.open).flatMap((slices) => slices.map(([, from]) => from - 1));
  // The head's own batch is always replayed: its row is what the head's hash is the hash of.
  return Math.max(0, Math.min(oldestMark(head), head.sequence - 1, ...opened));
}

/** The batch after which the segment was saved that was saved longest ago; 0 while one was never saved. */
export const oldestMark = ({ checkpoint: { marks } }: LaneHead): number =>
  marks.length === 0 ? NEW_HEAD.sequence : Math.min(...marks);
