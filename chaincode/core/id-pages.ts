import { sha256 } from './canonical.ts';
import type { ScopedId } from './recent-ids.ts';
import type { StateBuffer } from './state-buffer.ts';
import { encodeIndexedPage, encodePage, IdPage } from './wire/page-codec.ts';

/** Where the accepted operation with an id stands: batch sequence and place in the batch row's entries. */
export type Pointer = readonly [sequence: number, entry: number];

// A time slice is written once, when it is closed, as an index, and seldom after; leaves of ids that come later are
// rewritten for ever, one per id in the worst case, so they are small.
const SLICE_CAPACITY = 16_384;
const LEAF_CAPACITY = 64;

type Ids = ReadonlyMap<string, Pointer>;

interface Location {
  readonly root: string;
  readonly id: string;
  depth: number;
}

/** Accepted ids of a namespace, in pages whose depth grows with the logarithm of their number, whatever the ids are. */
export class IdPages {
  readonly #state: StateBuffer;
  readonly #leaves = new Map<string, Location>();
  readonly #hashes = new Map<string, string>();

  constructor(state: StateBuffer) {
    this.#state = state;
  }

  /** Reads the pages of all ids, level by level, each level together. */
  async prefetch(ids: readonly ScopedId[]): Promise<void> {
    let walking: Location[] = [];
    for (const scoped of ids) {
      const name = `${scoped.scope}/${scoped.id}`;
      if (this.#leaves.has(name)) continue;
      const location = locate(scoped);
      this.#leaves.set(name, location);
      walking.push(location);
    }
    while (walking.length > 0) {
      await this.#state.load(walking.map((location) => this.#pageKey(location)));
      walking = walking.filter((location) => {
        const isInner = this.#page(this.#pageKey(location))?.isSplit === true;
        if (isInner) location.depth += 1;
        return isInner;
      });
    }
  }

  /** True when the page of an id was prefetched. */
  has({ scope, id }: ScopedId): boolean {
    return this.#leaves.has(`${scope}/${id}`);
  }

  /**
   * Of a prefetched id: where it was accepted, if it was; the batch row there tells, for an index knows only how ids end.
   */
  find(id: ScopedId): Pointer | undefined {
    const location = this.#location(id.scope, id.id);
    const whole = this.#page(this.#pageKey(location))?.find(id.id);
    if (whole !== undefined || id.slice === undefined) return whole;
    for (let { depth } = location; depth >= 0; depth -= 1) {
      const alike = this.#page(this.#pageKey({ ...location, depth }))?.findAlike(id.id);
      if (alike !== undefined) return alike;
    }
    return undefined;
  }

  /** Adds prefetched ids and buffers each touched page once. */
  add(accepted: readonly (ScopedId & { readonly pointer: Pointer })[]): void {
    const added = new Map<string, { leaf: Location; ids: Map<string, Pointer> }>();
    for (const { scope, id, pointer } of accepted) {
      const leaf = this.#location(scope, id);
      const key = this.#pageKey(leaf);
      let page = added.get(key);
      if (page === undefined) {
        page = { leaf, ids: new Map() };
        added.set(key, page);
      }
      page.ids.set(id, pointer);
    }
    for (const [key, { leaf, ids }] of added) {
      const page = this.#page(key) ?? new IdPage(encodePage({ entries: {} }));
      if (page.count + ids.size <= LEAF_CAPACITY) this.#state.put(key, page.with(ids));
      else {
        this.#state.put(key, page.split());
        this.#putChildren(leaf, new Map([...Object.entries(page.entries), ...ids]), (child, own) =>
          this.#putLeaf(child, own),
        );
      }
    }
  }

  /** Writes the pages of a slice that has none yet. */
  addSlice(scope: string, slice: number, ids: ReadonlyMap<string, Pointer>): void {
    const [first] = ids.keys();
    if (first !== undefined) this.#putIndex({ root: sliceRoot(scope, slice), id: first, depth: 0 }, ids);
  }

  /** True when the slice or branch of a prefetched id has any page. */
  hasPage({ scope, id }: ScopedId): boolean {
    return this.#state.find(this.#location(scope, id).root) !== undefined;
  }

  #putIndex(leaf: Location, ids: ReadonlyMap<string, Pointer>): void {
    if (ids.size <= SLICE_CAPACITY) {
      this.#state.put(this.#pageKey(leaf), encodeIndexedPage(ids));
      return;
    }
    this.#state.put(this.#pageKey(leaf), encodePage({ split: true }));
    this.#putChildren(leaf, ids, (child, own) => this.#putIndex(child, own));
  }

  #putLeaf(leaf: Location, ids: ReadonlyMap<string, Pointer>): void {
    if (ids.size <= LEAF_CAPACITY) {
      this.#state.put(this.#pageKey(leaf), encodePage({ entries: Object.fromEntries(ids) }));
      return;
    }
    this.#state.put(this.#pageKey(leaf), encodePage({ split: true }));
    this.#putChildren(leaf, ids, (child, own) => this.#putLeaf(child, own));
  }

  /** Parts ids among the children of a page by the next digit of their hash. */
  #putChildren(leaf: Location, ids: ReadonlyMap<string, Pointer>, put: (child: Location, own: Ids) => void): void {
    const children = new Map<string, { leaf: Location; ids: Map<string, Pointer> }>();
    for (const [id, pointer] of ids) {
      const child = { ...leaf, id, depth: leaf.depth + 1 };
      const key = this.#pageKey(child);
      const page = children.get(key) ?? { leaf: child, ids: new Map<string, Pointer>() };
      children.set(key, page);
      page.ids.set(id, pointer);
    }
    for (const child of children.values()) put(child.leaf, child.ids);
  }

  #pageKey({ root, id, depth }: Location): string {
    if (depth === 0) return root;
    let hash = this.#hashes.get(id);
    if (hash === undefined) {
      hash = sha256(id);
      this.#hashes.set(id, hash);
    }
    return root + hash.slice(0, depth);
  }

  #location(scope: string, id: string): Location {
    const location = this.#leaves.get(`${scope}/${id}`);
    if (location === undefined) throw new Error(`id page of scope ${scope} was not prefetched`);
    return location;
  }

  #page(key: string): IdPage | undefined {
    return this.#state.find(key) as IdPage | undefined;
  }
}

// An id without a time has a page to itself: those that it would share one with come at any time, and each would have
// that page read and written anew.
function locate({ scope, id, slice }: ScopedId): Location {
  return { root: slice === undefined ? `ids/${scope}/i/${id}` : sliceRoot(scope, slice), id, depth: 0 };
}

const sliceRoot = (scope: string, slice: number): string => `ids/${scope}/t${slice.toString(16).padStart(10, '0')}/`;
