import { countOf } from './counts.ts';
import { readUuid, writeUuid } from './uuid-bytes.ts';

/** Appends to a buffer that grows. Numbers are LEB128 varints, so that small ones take one byte. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 4096) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#demand(1);
    this.#buffer[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.#demand(8);
    const buffer = this.#buffer;
    let rest = value;
    while (rest > 127) {
      buffer[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    buffer[this.#length++] = rest;
  }

  /** A whole number of zero or more and of any size. */
  bigVarint(value: bigint): void {
    let rest = value;
    while (rest > 0x1f_ffff_ffff_ffffn) {
      this.byte(countOf(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.varint(countOf(rest));
  }

  /** Four bytes, the highest first. */
  uint32(value: number): void {
    this.#demand(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.#demand(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** Hex digits, two to a byte; the reader must know how many. */
  hex(value: string): void {
    this.#demand(value.length >> 1);
    this.#length += this.#buffer.write(value, this.#length, 'hex');
  }

  /** A UUID in lower case as 16 bytes; false, and nothing written, where the text is none. */
  uuid(value: string): boolean {
    this.#demand(16);
    if (!writeUuid(value, this.#buffer, this.#length)) return false;
    this.#length += 16;
    return true;
  }

  /** UTF-8 after its length in bytes. */
  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#demand(length);
    this.#length += this.#buffer.write(value, this.#length, 'utf8');
  }

  /** Forgets everything after a length that was reached before. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What was written, valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  toBuffer(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  #demand(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + more));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Reads what ByteWriter wrote. Whatever the bytes are, it throws a RangeError rather than reading past their end. */
export class ByteReader {
  readonly #buffer: Buffer;
  #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#position = start;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  /** Goes on reading at a position that lies within the bytes. */
  seek(position: number): void {
    if (position > this.#end) throw tooShort();
    this.#position = position;
  }

  /** Reads what must end at a nearer end than the bytes themselves: whoever wrote it may claim more. */
  within<Value>(end: number, read: () => Value): Value {
    const outer = this.#end;
    this.#end = end;
    try {
      return read();
    } finally {
      this.#end = outer;
    }
  }

  get isAtEnd(): boolean {
    return this.#position === this.#end;
  }

  byte(): number {
    if (this.#position >= this.#end) throw tooShort();
    return this.#buffer[this.#position++] as number;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError('a number is too large');
    return value;
  }

  bigVarint(): bigint {
    const start = this.#position;
    while (this.byte() > 127);
    const length = this.#position - start;
    if (length > 32) throw new RangeError('a number is too large');
    if (length <= 7) {
      this.#position = start;
      return BigInt(this.varint());
    }
    let value = 0n;
    for (let place = length - 1; place >= 0; place -= 1) {
      value = (value << 7n) | BigInt((this.#buffer[start + place] as number) & 127);
    }
    return value;
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#skip(4));
  }

  /** True where the next bytes are these; reads nothing. */
  startsWith(bytes: Uint8Array): boolean {
    const start = this.#position;
    if (bytes.length > this.#end - start) return false;
    for (let place = 0; place < bytes.length; place += 1) {
      if (this.#buffer[start + place] !== bytes[place]) return false;
    }
    return true;
  }

  /** A view of the next bytes. */
  bytes(length: number): Buffer {
    const start = this.#skip(length);
    return this.#buffer.subarray(start, start + length);
  }

  hex(length: number): string {
    const start = this.#skip(length);
    return this.#buffer.toString('hex', start, start + length);
  }

  uuid(): string {
    return readUuid(this.#buffer, this.#skip(16));
  }

  text(): string {
    const length = this.varint();
    const start = this.#skip(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** Text of a known number of bytes below 128. */
  latin1(length: number): string {
    const start = this.#skip(length);
    return this.#buffer.toString('latin1', start, start + length);
  }

  #skip(length: number): number {
    const start = this.#position;
    // A length below zero would lead back, to bytes that were read already.
    if (length < 0 || length > this.#end - start) throw tooShort();
    this.#position = start + length;
    return start;
  }
}

const tooShort = () => new RangeError('the bytes end too early');
