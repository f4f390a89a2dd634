import { LedgerError } from '../errors.ts';

export const VARINT = 0;
const FIXED64 = 1;
export const LENGTH = 2;
const START_GROUP = 3;
const FIXED32 = 5;

/** Reads the wire format; throws MALFORMED where Go's decoder returns an error. */
export class WireReader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  varint(): number {
    let result = 0;
    let scale = 1;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw malformed('truncated varint');
      this.position += 1;
      if (index === 9 && byte > 1) throw malformed('varint overflows 64 bits');
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
      scale *= 128;
    }
    throw malformed('varint overflows 64 bits');
  }

  // A 32-bit field is the low 32 bits of the 64 on the wire; negative numbers take ten bytes.
  int32(): number {
    let low = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw malformed('truncated varint');
      this.position += 1;
      if (index === 9 && byte > 1) throw malformed('varint overflows 64 bits');
      if (index < 5) low |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return low | 0;
    }
    throw malformed('varint overflows 64 bits');
  }

  chunk(): Uint8Array {
    const length = this.varint();
    return this.take(length);
  }

  take(length: number): Uint8Array {
    const end = this.position + length;
    if (end > this.bytes.length) throw malformed('truncated field');
    const chunk = this.bytes.subarray(this.position, end);
    this.position = end;
    return chunk;
  }

  skip(wireType: number, number: number): void {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED64) this.take(8);
    else if (wireType === LENGTH) this.chunk();
    else if (wireType === FIXED32) this.take(4);
    else if (wireType === START_GROUP) this.#skipGroup(number);
    else throw malformed(`wire type ${wireType}`);
  }

  #skipGroup(group: number): void {
    for (;;) {
      const tag = this.varint();
      const wireType = tag % 8;
      const number = Math.floor(tag / 8);
      if (wireType === 4) {
        if (number === group) return;
        throw malformed('mismatched end group');
      }
      this.skip(wireType, number);
    }
  }
}

export function malformed(what: string): LedgerError {
  return new LedgerError('MALFORMED', `proto: cannot parse invalid wire-format data: ${what}`);
}
