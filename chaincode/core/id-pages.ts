import { sha256 } from './canonical.ts';
import type { StateBuffer } from './state-buffer.ts';

/** Where the accepted operation with an id stands: batch sequence and place in the batch row's entries. */
export type Pointer = readonly [sequence: number, entry: number];

export interface ScopedId {
  readonly scope: string;
  readonly id: string;
}

/** A leaf holds entries; a leaf that overflowed became the parent of 16 children, by the next hex digit of the hash. */
type Page = { readonly entries: Readonly<Record<string, Pointer>> } | { readonly split: true };

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** A time slice is 2^8 ms: the last two hex digits of a UUIDv7's time are dropped. */
const SLICE_DIGITS = 10;
// A time slice is filled within a few batches and then left alone, so few large leaves; hash leaves are rewritten for
// ever, one per id in the worst case, so small ones.
const TIME_LEAF_CAPACITY = 256;
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
    for (const { scope, id } of ids) {
      const name = `${scope}/${id}`;
      if (this.#leaves.has(name)) continue;
      const location = locate(scope, id);
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

  #putLeaf(leaf: Location, entries: Record<string, Pointer>): void {
    const ids = Object.keys(entries);
    if (ids.length <= leaf.capacity) {
      this.#state.put(this.#pageKey(leaf), { entries });
      return;
    }
    this.#state.put(this.#pageKey(leaf), { split: true });
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

function locate(scope: string, id: string): Location {
  const isTimed = UUID_V7.test(id);
  const page = isTimed ? `t${id.replace('-', '').slice(0, SLICE_DIGITS).toLowerCase()}` : 'h';
  const capacity = isTimed ? TIME_LEAF_CAPACITY : HASH_LEAF_CAPACITY;
  return { root: `ids/${scope}/${page}/`, id, capacity, depth: 0 };
}
