const CONTINUES = 128;

/** Reads ledger bytes from front to back. Throws a RangeError rather than read past their end. */
export class ByteCursor {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    return this.#bytes[this.#advance(1)] as number;
  }

  /** A LEB128 number below 2^53: seven bits a byte, the lowest first, the eighth says that more follow. */
  count(): number {
    let value = 0;
    for (let weight = 1; ; weight *= CONTINUES) {
      const byte = this.byte();
      value += (byte % CONTINUES) * weight;
      // Beyond 2^53 the sum is not safe any more, and after a while not even a number.
      if (!Number.isSafeInteger(value)) throw new RangeError('A number is larger than its field allows.');
      if (byte < CONTINUES) return value;
    }
  }

  /** A LEB128 number of at most 32 bytes. */
  whole(): bigint {
    let value = 0n;
    for (let place = 0n; place < 32n; place += 1n) {
      const byte = this.byte();
      value += BigInt(byte % CONTINUES) << (7n * place);
      if (byte < CONTINUES) return value;
    }
    throw new RangeError('A number has more than 32 bytes.');
  }

  bytes(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  hex(length: number): string {
    return this.bytes(length).toString('hex');
  }

  /** UTF-8 after its length in bytes. */
  text(): string {
    return this.bytes(this.count()).toString('utf8');
  }

  /** A count, then that many items; nothing is set aside for a count that the bytes do not hold. */
  list<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let rest = this.count(); rest > 0; rest -= 1) items.push(read());
    return items;
  }

  #advance(length: number): number {
    const start = this.#at;
    if (start + length > this.#end) throw new RangeError('The bytes end too early.');
    this.#at = start + length;
    return start;
  }
}
