import type { IdState } from './batch.ts';
import type { Pointer } from './id-pages.ts';

/** Ids of one slice of time, by id. */
export type SliceIds = ReadonlyMap<string, Pointer>;

/** Ids of open slices by scope, then by slice: they stand in the lane's memory and in no page yet. */
export type OpenSlices = ReadonlyMap<string, ReadonlyMap<number, SliceIds>>;

/** A slice of time is 2^11 ms. */
const SLICE_MILLISECONDS = 2048;
/** How far an id's time may be from the lane's for its slice to be opened; older and later ids go to pages at once. */
const WINDOW_MILLISECONDS = 30_000;
/** A slice that holds more goes to pages, so that no choice of ids fills the memory. */
const SLICE_IDS_MAX = 65_536;
/** Slices that one batch moves to pages; the others wait for the next one. */
const CLOSED_MAX = 8;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** An id of an operation that is accepted once only, with its slice of time when it is a UUIDv7 in lower case. */
export interface ScopedId {
  readonly scope: string;
  readonly id: string;
  readonly slice: number | undefined;
}

export const scopedId = (scope: string, id: string): ScopedId => ({ scope, id, slice: sliceOf(id) });

function sliceOf(id: string): number | undefined {
  if (id.length !== 36 || !UUID_V7.test(id)) return undefined;
  return Math.floor(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / SLICE_MILLISECONDS);
}

/** Ids by scope and slice, as they are collected. */
export class Slices {
  readonly #scopes = new Map<string, Map<number, Map<string, Pointer>>>();

  get byScope(): OpenSlices {
    return this.#scopes;
  }

  add({ scope, slice = -1, id }: ScopedId, pointer: Pointer): void {
    this.sliceFor(scope, slice).set(id, pointer);
  }

  /** The ids of a slice, to be added to. */
  sliceFor(scope: string, slice: number): Map<string, Pointer> {
    let slices = this.#scopes.get(scope);
    if (slices === undefined) {
      slices = new Map();
      this.#scopes.set(scope, slices);
    }
    let ids = slices.get(slice);
    if (ids === undefined) {
      ids = new Map();
      slices.set(slice, ids);
    }
    return ids;
  }

  /** Forgets all slices but those. */
  keepOnly({ open }: IdState): void {
    for (const [scope, slices] of this.#scopes) {
      const kept = new Set((open[scope] ?? []).map(([slice]) => slice));
      for (const slice of slices.keys()) if (!kept.has(slice)) slices.delete(slice);
    }
  }

  clear(): void {
    this.#scopes.clear();
  }
}

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
  /** By scope and slice, the batch that opened it. */
  readonly #open = new Map<string, Map<number, number>>();
  readonly #added = new Slices();

  constructor(options: Options) {
    this.#options = options;
    for (const [scope, slices] of Object.entries(options.state.open)) this.#open.set(scope, new Map(slices));
  }

  /** True when the id's slice is open, so that no page can hold the id. */
  isOpen({ scope, slice }: ScopedId): boolean {
    return slice !== undefined && this.#open.get(scope)?.has(slice) === true;
  }

  /** Where an id of an open slice was accepted in an earlier batch. */
  find({ scope, slice = -1, id }: ScopedId): Pointer | undefined {
    return this.#options.committed.get(scope)?.get(slice)?.get(id);
  }

  /** True when the id's slice may be opened, provided that it has no page. */
  mayOpen({ slice }: ScopedId): boolean {
    if (slice === undefined) return false;
    const distance = slice * SLICE_MILLISECONDS - this.#options.nowMilliseconds;
    return distance < WINDOW_MILLISECONDS && distance > -WINDOW_MILLISECONDS;
  }

  /** Adds an accepted id, opening its slice. */
  add(id: ScopedId, pointer: Pointer): void {
    const { scope, slice = -1 } = id;
    const slices = this.#open.get(scope) ?? new Map<number, number>();
    this.#open.set(scope, slices);
    if (!slices.has(slice)) slices.set(slice, pointer[0]);
    this.#added.add(id, pointer);
  }

  /** What the batch leaves: the head's id state, what memory adds, what goes to pages. */
  finish(): { state: IdState; added: OpenSlices; closed: ClosedSlice[] } {
    const closed: ClosedSlice[] = [];
    const open: Record<string, [slice: number, from: number][]> = {};
    for (const scope of [...this.#open.keys()].sort()) {
      const slices = [...(this.#open.get(scope) ?? [])].sort(([one], [other]) => one - other);
      for (const [slice, from] of slices) {
        const committed = this.#options.committed.get(scope)?.get(slice);
        const added = this.#added.byScope.get(scope)?.get(slice);
        const size = (committed?.size ?? 0) + (added?.size ?? 0);
        if (closed.length < CLOSED_MAX && (this.#isPast(slice) || size > SLICE_IDS_MAX)) {
          closed.push({ scope, slice, ids: new Map([...(committed ?? []), ...(added ?? [])]) });
          continue;
        }
        open[scope] ??= [];
        open[scope].push([slice, from]);
      }
    }
    // A slice that was closed at once stands in pages alone.
    this.#added.keepOnly({ open });
    return { state: { open }, added: this.#added.byScope, closed };
  }

  #isPast(slice: number): boolean {
    return (slice + 1) * SLICE_MILLISECONDS + WINDOW_MILLISECONDS < this.#options.nowMilliseconds;
  }
}
