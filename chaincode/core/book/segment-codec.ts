import { ByteReader, ByteWriter } from '../wire/bytes.ts';
import { NameTable } from '../wire/names.ts';
import { accountCodec, currencyCodec } from '../wire/text-codecs.ts';
import type { Holding } from './holding.ts';
import { readStatus, writeStatus } from './status-codec.ts';

/*
 * A segment, version 5: byte 5, sequence of the batch that wrote it, the bank's name, count of holdings, then each by
 * account id: account, currency, status with keys (status-codec.ts), debits, credits, pending.
 */
export const SEGMENT_VERSION = 5;

export interface Segment {
  /** Batch after which the segment's holdings stood so. */
  readonly sequence: number;
  readonly holdings: readonly Holding[];
}

export function encodeSegment(bank: string, sequence: number, holdings: Iterable<Holding>): Buffer {
  const sorted = [...holdings].sort((one, other) => (one.accountId < other.accountId ? -1 : 1));
  const names = new NameTable([bank]);
  const writer = new ByteWriter(sorted.length * 40 + 64);
  writer.byte(SEGMENT_VERSION);
  writer.varint(sequence);
  writer.text(bank);
  writer.varint(sorted.length);
  for (const holding of sorted) {
    const { accountId, currency, debits, credits, pending } = holding;
    accountCodec.write(writer, accountId, { names });
    currencyCodec.write(writer, currency, { names });
    writeStatus(writer, holding);
    for (const amount of [debits, credits, pending]) writer.bigVarint(amount);
  }
  return writer.toBuffer();
}

/** Throws a RangeError where the bytes are no segment. */
export function decodeSegment(bytes: Uint8Array): Segment {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== SEGMENT_VERSION) throw new RangeError('the version of the segment is not 5');
  const sequence = reader.varint();
  const names = new NameTable([reader.text()]);
  const holdings: Holding[] = [];
  for (let rest = reader.varint(); rest > 0; rest -= 1) {
    const accountId = accountCodec.read(reader, { names });
    const currency = currencyCodec.read(reader, { names });
    const status = readStatus(reader);
    const [debits, credits, pending] = [reader.bigVarint(), reader.bigVarint(), reader.bigVarint()];
    holdings.push({ accountId, currency, ...status, debits, credits, pending });
  }
  return { sequence, holdings };
}
