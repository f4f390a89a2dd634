import type { Pointer } from '../id-pages.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { NameTable } from './names.ts';
import { idCodec } from './text-codecs.ts';

/** A leaf holds entries; a leaf that overflowed became the parent of 16 children, by the next hex digit of the hash. */
export type Page = { readonly entries: Readonly<Record<string, Pointer>> } | { readonly split: true };

/*
 * A page of ids, version 6: byte 6, then 1 where it was split; else 0, the count of its entries and each entry: the id, sequence of the batch, place in the batch.
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
  for (const id of ids) writeEntry(writer, id, page.entries[id] as Pointer);
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

/**
 * A stored page, searched as it stands: of the ids of a page that a batch asks for it wants one or two, and taking all
 * apart and putting them together again cost more than the rest of a payment.
 */
export class IdPage {
  readonly #bytes: Buffer;
  /** Where its entries begin. */
  readonly #start: number;
  readonly isSplit: boolean;
  readonly count: number;

  /** Throws a RangeError where the bytes are no page. */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes);
    if (reader.byte() !== PAGE_VERSION) throw new RangeError('the version of the page is not 6');
    this.isSplit = reader.byte() === SPLIT;
    this.count = this.isSplit ? 0 : reader.varint();
    this.#start = reader.position;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** All ids with where they were accepted. */
  get entries(): Readonly<Record<string, Pointer>> {
    const page = decodePage(this.#bytes);
    return 'entries' in page ? page.entries : {};
  }

  /** Where an id was accepted, if it is here. */
  find(id: string): Pointer | undefined {
    const wanted = bytesOf(id);
    const reader = new ByteReader(this.#bytes, this.#start);
    for (let rest = this.count; rest > 0; rest -= 1) {
      const isWanted = reader.startsWith(wanted);
      const length = reader.byte();
      reader.seek(reader.position + (length === 0 ? UUID_BYTES : length));
      const [sequence, entry] = [reader.varint(), reader.varint()];
      if (isWanted) return [sequence, entry];
    }
    return undefined;
  }

  /** The page with more ids, which follow the others in the order given. */
  with(added: ReadonlyMap<string, Pointer>): Buffer {
    const writer = new ByteWriter(this.#bytes.length + added.size * 24 + 16);
    writer.byte(PAGE_VERSION);
    writer.byte(0);
    writer.varint(this.count + added.size);
    writer.bytes(this.#bytes.subarray(this.#start));
    for (const [id, pointer] of added) writeEntry(writer, id, pointer);
    return writer.toBuffer();
  }
}

const UUID_BYTES = 16;
const scratch = new ByteWriter(64);

/** An id as it begins an entry. */
function bytesOf(id: string): Buffer {
  scratch.truncate(0);
  idCodec.write(scratch, id, context);
  return scratch.view();
}

function writeEntry(writer: ByteWriter, id: string, [sequence, entry]: Pointer): void {
  idCodec.write(writer, id, context);
  writer.varint(sequence);
  writer.varint(entry);
}
