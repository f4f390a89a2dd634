import { randomInt } from 'node:crypto';

const INITIAL_SLOTS = 1024;
/** Words of a slot that hold the fingerprint of its key. */
const KEY_WORDS = 2;

const [HIGH_SEED, LOW_SEED] = [randomInt(2 ** 32 - 1), randomInt(2 ** 32 - 1)];

const mixed = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
  return (once ^ (once >>> 16)) >>> 0 || 1;
};

/** 64 bits that tell texts apart, in two numbers that are not 0; who does not know the seeds cannot aim at a clash. */
export function fingerprint(text: string): readonly [number, number] {
  let [high, low] = [HIGH_SEED, LOW_SEED];
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    high = Math.imul(high ^ code, 0x5bd1e995);
    high ^= high >>> 15;
    low = Math.imul(low ^ code, 0x01000193);
    low ^= low >>> 13;
  }
  return [mixed(high), mixed(low)];
}

/**
 * Millions of records of a few 32-bit words each, by text: a Map of objects would take ten times the memory. It knows a
 * text by 64 bits of it, so two texts are taken for one with a probability of one in a million at ten million texts.
 */
export class PackedTable {
  readonly #slotWords: number;
  #words: Uint32Array;
  #slots = INITIAL_SLOTS;
  #size = 0;

  constructor(recordWords: number) {
    this.#slotWords = KEY_WORDS + recordWords;
    this.#words = new Uint32Array(INITIAL_SLOTS * this.#slotWords);
  }

  get size(): number {
    return this.#size;
  }

  /** A copy of the record of a text. */
  find(text: string): Uint32Array | undefined {
    const at = this.#locate(fingerprint(text));
    return this.#words[at] === 0 ? undefined : this.#words.slice(at + KEY_WORDS, at + this.#slotWords);
  }

  /** Puts a record in the place of the one that stood there. */
  put(text: string, record: ArrayLike<number>): void {
    if (this.#size * 2 > this.#slots) this.#grow();
    const key = fingerprint(text);
    const at = this.#locate(key);
    if (this.#words[at] === 0) {
      this.#size += 1;
      this.#words.set(key, at);
    }
    this.#words.set(record, at + KEY_WORDS);
  }

  #locate([high, low]: readonly [number, number]): number {
    for (let slot = low % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const at = slot * this.#slotWords;
      if (this.#words[at] === 0 || (this.#words[at] === high && this.#words[at + 1] === low)) return at;
    }
  }

  #grow(): void {
    const before = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * this.#slotWords);
    for (let at = 0; at < before.length; at += this.#slotWords) {
      const [high, low] = [before[at] as number, before[at + 1] as number];
      if (high !== 0) this.#words.set(before.subarray(at, at + this.#slotWords), this.#locate([high, low]));
    }
  }
}
