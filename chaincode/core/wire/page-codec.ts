import type { Pointer } from '../id-pages.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { NameTable } from './names.ts';
import { idCodec } from './text-codecs.ts';

/** A leaf holds entries; a leaf that overflowed became the parent of 16 children, by the next hex digit of the hash. */
export type Page = { readonly entries: Readonly<Record<string, Pointer>> } | { readonly split: true };

/*
 * A page of ids, version 6: byte 6, then 1 where it was split; else 0, the count of its entries and each entry by its
 * id: the id, sequence of the batch, place in the batch.
 */
export const PAGE_VERSION = 6;
const SPLIT = 1;
const context = { names: new NameTable() };

export function encodePage(page: Page): Buffer {
  const writer = new ByteWriter();
  writer.byte(PAGE_VERSION);
  if ('split' in page) {
    writer.byte(SPLIT);
    return writer.toBuffer();
  }
  const ids = Object.keys(page.entries).sort();
  writer.byte(0);
  writer.varint(ids.length);
  for (const id of ids) {
    const [sequence, entry] = page.entries[id] as Pointer;
    idCodec.write(writer, id, context);
    writer.varint(sequence);
    writer.varint(entry);
  }
  return writer.toBuffer();
}

/** Throws a RangeError where the bytes are no page. */
export function decodePage(bytes: Uint8Array): Page {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== PAGE_VERSION) throw new RangeError('the version of the page is not 6');
  if (reader.byte() === SPLIT) return { split: true };
  const entries: Record<string, Pointer> = Object.create(null);
  for (let rest = reader.varint(); rest > 0; rest -= 1) {
    const id = idCodec.read(reader, context);
    entries[id] = [reader.varint(), reader.varint()];
  }
  return { entries };
}
