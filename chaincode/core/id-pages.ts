import { sha256 } from './canonical.ts';
import type { ScopedId } from './recent-ids.ts';
import type { StateBuffer } from './state-buffer.ts';
import { encodePage, type Page } from './wire/page-codec.ts';

/** Where the accepted operation with an id stands: batch sequence and place in the batch row's entries. */
export type Pointer = readonly [sequence: number, entry: number];

// A time slice is written once, when it is closed, and seldom after; hash leaves are rewritten for ever, one per id in
// the worst case, so they are small.
const TIME_LEAF_CAPACITY = 4096;
const HASH_LEAF_CAPACITY = 64;

interface Location {
  readonly root: string;
  readonly id: string;
  readonly capacity: number;
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
        const page = this.#state.find(this.#pageKey(location)) as Page | undefined;
        const isInner = page !== undefined && 'split' in page;
        if (isInner) location.depth += 1;
        return isInner;
      });
    }
  }

  /** True when the page of an id was prefetched. */
  has({ scope, id }: ScopedId): boolean {
    return this.#leaves.has(`${scope}/${id}`);
  }

  /** Of a prefetched id: where it was accepted, if it was. */
  find({ scope, id }: ScopedId): Pointer | undefined {
    const entries = this.#entries(this.#pageKey(this.#location(scope, id)));
    return Object.hasOwn(entries, id) ? entries[id] : undefined;
  }

  /** Adds prefetched ids and buffers each touched page once. */
  add(accepted: readonly (ScopedId & { readonly pointer: Pointer })[]): void {
    const added = new Map<string, { leaf: Location; entries: Record<string, Pointer> }>();
    for (const { scope, id, pointer } of accepted) {
      const leaf = this.#location(scope, id);
      const key = this.#pageKey(leaf);
      let page = added.get(key);
      if (page === undefined) {
        page = { leaf, entries: copyEntries(this.#entries(key)) };
        added.set(key, page);
      }
      page.entries[id] = pointer;
    }
    for (const { leaf, entries } of added.values()) this.#putLeaf(leaf, entries);
  }

  /** Writes the pages of a slice that has none yet. */
  addSlice(scope: string, slice: number, ids: ReadonlyMap<string, Pointer>): void {
    const [first] = ids.keys();
    if (first === undefined) return;
    const entries = copyEntries({});
    for (const [id, pointer] of ids) entries[id] = pointer;
    this.#putLeaf({ root: sliceRoot(scope, slice), id: first, capacity: TIME_LEAF_CAPACITY, depth: 0 }, entries);
  }

  /** True when the slice or branch of a prefetched id has any page. */
  hasPage({ scope, id }: ScopedId): boolean {
    return this.#state.find(this.#location(scope, id).root) !== undefined;
  }

  #putLeaf(leaf: Location, entries: Record<string, Pointer>): void {
    const ids = Object.keys(entries);
    if (ids.length <= leaf.capacity) {
      this.#state.put(this.#pageKey(leaf), encodePage({ entries }));
      return;
    }
    this.#state.put(this.#pageKey(leaf), encodePage({ split: true }));
    const children = new Map<string, { leaf: Location; entries: Record<string, Pointer> }>();
    for (const id of ids) {
      const child = { ...leaf, id, depth: leaf.depth + 1 };
      const key = this.#pageKey(child);
      const page = children.get(key) ?? { leaf: child, entries: copyEntries({}) };
      children.set(key, page);
      page.entries[id] = entries[id] as Pointer;
    }
    for (const child of children.values()) this.#putLeaf(child.leaf, child.entries);
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

  #entries(key: string): Readonly<Record<string, Pointer>> {
    const page = this.#state.find(key) as Page | undefined;
    return page !== undefined && 'entries' in page ? page.entries : {};
  }
}

// Without a prototype, so that an id such as `constructor` is a name like any other.
function copyEntries(entries: Readonly<Record<string, Pointer>>): Record<string, Pointer> {
  return Object.assign(Object.create(null), entries);
}

function locate({ scope, id, slice }: ScopedId): Location {
  return {
    root: slice === undefined ? `ids/${scope}/h/` : sliceRoot(scope, slice),
    id,
    capacity: slice === undefined ? HASH_LEAF_CAPACITY : TIME_LEAF_CAPACITY,
    depth: 0,
  };
}

const sliceRoot = (scope: string, slice: number): string => `ids/${scope}/t${slice.toString(16).padStart(10, '0')}/`;
