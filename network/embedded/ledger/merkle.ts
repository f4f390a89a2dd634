import { sha256 } from './hashing.ts';
import { encode } from './wire/codec.ts';
import { type KvRead, type MerkleSummary, queryReadsSchema } from './wire/rwset.ts';

/** Reads above this many stand in the set as hashes only. */
export const maxDegree = 50;

/**
 * Folds the reads of a range query into a tree as they come: more than maxDegree reads make a leaf hash, more than
 * maxDegree hashes of a level make one of the next.
 */
export class MerkleReads {
  readonly #degree: number;
  #pending: KvRead[] = [];
  #levels = new Map<number, Uint8Array[]>();
  #maxLevel = 1;

  constructor(degree: number = maxDegree) {
    this.#degree = degree;
  }

  add(read: KvRead): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#degree) this.#foldPending();
  }

  /** The reads themselves while they are few, else the summary. */
  finish(): { reads: KvRead[] } | { summary: MerkleSummary } {
    if (this.#maxLevel === 1 && !this.#levels.get(1)?.length) return { reads: this.#pending };
    if (this.#pending.length > 0) this.#foldPending();
    this.#close();
    return { summary: this.summary() };
  }

  /** State of the tree so far. */
  summary(): MerkleSummary {
    return {
      maxDegree: this.#degree,
      maxLevel: this.#maxLevel,
      maxLevelHashes: this.#levels.get(this.#maxLevel) ?? [],
    };
  }

  #foldPending(): void {
    const leaf = sha256(encode(queryReadsSchema, { kvReads: this.#pending }));
    this.#pending = [];
    this.#append(1, leaf);
    for (let level = 1; ; level += 1) {
      const hashes = this.#levels.get(level) as Uint8Array[];
      if (hashes.length <= this.#degree) return;
      this.#levels.delete(level);
      this.#append(level + 1, sha256(Buffer.concat(hashes)));
      this.#maxLevel = Math.max(this.#maxLevel, level + 1);
    }
  }

  #close(): void {
    for (let level = 1; level < this.#maxLevel; level += 1) {
      const hashes = this.#levels.get(level);
      if (!hashes?.length) continue;
      this.#levels.delete(level);
      // A lone hash moves up as it is.
      this.#append(level + 1, hashes.length === 1 ? (hashes[0] as Uint8Array) : sha256(Buffer.concat(hashes)));
    }
    const top = this.#levels.get(this.#maxLevel) as Uint8Array[];
    if (top.length <= this.#degree) return;
    this.#levels.delete(this.#maxLevel);
    this.#maxLevel += 1;
    this.#levels.set(this.#maxLevel, [sha256(Buffer.concat(top))]);
  }

  #append(level: number, hash: Uint8Array): void {
    const hashes = this.#levels.get(level);
    if (hashes) hashes.push(hash);
    else this.#levels.set(level, [hash]);
  }
}
