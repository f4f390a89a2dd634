import type { IdState } from './batch.ts';
import type { Pointer, ScopedId } from './id-pages.ts';

/** Ids of one slice of time, by id. */
export type SliceIds = ReadonlyMap<string, Pointer>;

/** Ids of open slices by scope and slice: they stand in the lane's memory and in no page yet. */
export type OpenSlices = ReadonlyMap<string, SliceIds>;

/** A slice of time is 2^11 ms. */
const SLICE_MILLISECONDS = 2048;
/** How far an id's time may be from the lane's for its slice to be opened; older and later ids go to pages at once. */
const WINDOW_MILLISECONDS = 30_000;
/** A slice that holds more goes to pages, so that no choice of ids fills the memory. */
const SLICE_IDS_MAX = 65_536;
/** Slices that one batch moves to pages; the others wait for the next one. */
const CLOSED_MAX = 8;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The slice of a UUIDv7 in lower case; undefined for other ids. */
export function sliceOf(id: string): number | undefined {
  if (id.length !== 36 || !UUID_V7.test(id)) return undefined;
  return Math.floor(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / SLICE_MILLISECONDS);
}

export const sliceName = (scope: string, slice: number): string => `${scope}/${slice}`;

interface Options {
  readonly committed: OpenSlices;
  readonly state: IdState;
  readonly nowMilliseconds: number;
}

/** A slice that a batch moves to pages. */
export interface ClosedSlice {
  readonly scope: string;
  readonly slice: number;
  readonly ids: SliceIds;
}

/** The newest ids of a lane while a batch runs. Which slices are open is part of the ledger's state. */
export class RecentIds {
  readonly #options: Options;
  /** By name, the batch that opened the slice. */
  readonly #open = new Map<string, number>();
  readonly #added = new Map<string, Map<string, Pointer>>();

  constructor(options: Options) {
    this.#options = options;
    for (const [scope, slices] of Object.entries(options.state.open)) {
      for (const [slice, from] of slices) this.#open.set(sliceName(scope, slice), from);
    }
  }

  /** True when the id's slice is open, so that no page can hold the id. */
  isOpen({ scope, id }: ScopedId): boolean {
    const slice = sliceOf(id);
    return slice !== undefined && this.#open.has(sliceName(scope, slice));
  }

  /** Where an id of an open slice was accepted in an earlier batch. */
  find({ scope, id }: ScopedId): Pointer | undefined {
    const name = sliceName(scope, sliceOf(id) ?? -1);
    return this.#options.committed.get(name)?.get(id);
  }

  /** True when the id's slice may be opened, provided that it has no page. */
  mayOpen(id: string): boolean {
    const slice = sliceOf(id);
    if (slice === undefined) return false;
    const distance = slice * SLICE_MILLISECONDS - this.#options.nowMilliseconds;
    return distance < WINDOW_MILLISECONDS && distance > -WINDOW_MILLISECONDS;
  }

  /** Adds an accepted id, opening its slice. */
  add({ scope, id }: ScopedId, pointer: Pointer): void {
    const name = sliceName(scope, sliceOf(id) ?? -1);
    if (!this.#open.has(name)) this.#open.set(name, pointer[0]);
    const ids = this.#added.get(name) ?? new Map<string, Pointer>();
    this.#added.set(name, ids);
    ids.set(id, pointer);
  }

  /** What the batch leaves: the head's id state, what memory adds, what goes to pages. */
  finish(): { state: IdState; added: OpenSlices; closed: ClosedSlice[] } {
    const closed: ClosedSlice[] = [];
    const open: Record<string, [slice: number, from: number][]> = {};
    for (const [name, from] of [...this.#open].sort(byName)) {
      const place = name.lastIndexOf('/');
      const [scope, slice] = [name.slice(0, place), Number(name.slice(place + 1))];
      const committed = this.#options.committed.get(name);
      const added = this.#added.get(name);
      const size = (committed?.size ?? 0) + (added?.size ?? 0);
      if (closed.length < CLOSED_MAX && (this.#isPast(slice) || size > SLICE_IDS_MAX)) {
        closed.push({ scope, slice, ids: new Map([...(committed ?? []), ...(added ?? [])]) });
        this.#added.delete(name);
        continue;
      }
      open[scope] ??= [];
      open[scope].push([slice, from]);
    }
    return { state: { open }, added: this.#added, closed };
  }

  #isPast(slice: number): boolean {
    return (slice + 1) * SLICE_MILLISECONDS + WINDOW_MILLISECONDS < this.#options.nowMilliseconds;
  }
}

const byName = ([one]: [string, number], [other]: [string, number]): number => (one < other ? -1 : 1);
