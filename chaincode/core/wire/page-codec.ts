import type { Pointer } from '../id-pages.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { encodeIndex, findInIndex, readIndex } from './id-index.ts';
import { NameTable } from './names.ts';
import { idCodec } from './text-codecs.ts';

/** A leaf holds entries; a leaf that overflowed became the parent of 16 children, by the next hex digit of the hash. */
export type Page = { readonly entries: Readonly<Record<string, Pointer>> } | { readonly split: true };

/*
 * A page of ids, version 6: byte 6, then 1 where it was split; else 0, the count of its entries and each entry: the id,
 * sequence of the batch, place in the batch. Version 8: byte 8, the length of an index of ids and the index
 * (wire/id-index.ts), then as version 6 after its first byte, with the ids that the index does not tell of.
 */
export const PAGE_VERSION = 6;
export const INDEXED_PAGE_VERSION = 8;
const SPLIT = 1;
const context = { names: new NameTable() };
const NO_INDEX = Buffer.alloc(0);

export function encodePage(page: Page, index: Uint8Array = NO_INDEX): Buffer {
  const writer = new ByteWriter(index.length + 4096);
  writeStart(writer, index);
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

/** Writes UUIDs as a page with an index: five bytes an id and not twenty-two. */
export function encodeIndexedPage(ids: ReadonlyMap<string, Pointer>): Buffer {
  const { index, others } = encodeIndex(ids);
  return encodePage({ entries: Object.fromEntries(others) }, index);
}

function writeStart(writer: ByteWriter, index: Uint8Array): void {
  if (index.length === 0) {
    writer.byte(PAGE_VERSION);
    return;
  }
  writer.byte(INDEXED_PAGE_VERSION);
  writer.varint(index.length);
  writer.bytes(index);
}

function readStart(reader: ByteReader): Buffer {
  const version = reader.byte();
  if (version === PAGE_VERSION) return NO_INDEX;
  if (version !== INDEXED_PAGE_VERSION) throw new RangeError('the version of the page is neither 6 nor 8');
  return reader.bytes(reader.varint());
}

/** What an index tells of an id: its last eight hex digits, and where it was accepted. */
export interface IndexEntry {
  readonly ending: string;
  readonly pointer: Pointer;
}

/** Throws a RangeError where the bytes are no page. */
export function decodePage(bytes: Uint8Array): Page & { readonly index?: readonly IndexEntry[] } {
  const reader = new ByteReader(bytes);
  const told = [...readIndex(readStart(reader))].map(({ ending, pointer }) => ({
    ending: ending.toString(16).padStart(8, '0'),
    pointer,
  }));
  const index = told.length === 0 ? {} : { index: told };
  if (reader.byte() === SPLIT) return { ...index, split: true };
  const entries: Record<string, Pointer> = Object.create(null);
  for (let rest = reader.varint(); rest > 0; rest -= 1) {
    const id = idCodec.read(reader, context);
    entries[id] = [reader.varint(), reader.varint()];
  }
  return { ...index, entries };
}

/**
 * A stored page, searched as it stands: of the ids of a page that a batch asks for it wants one or two, and taking all
 * apart and putting them together again cost more than the rest of a payment.
 */
export class IdPage {
  readonly #bytes: Buffer;
  /** Where its entries begin. */
  readonly #start: number;
  readonly #index: Buffer;
  readonly isSplit: boolean;
  /** Of its entries; what the index tells of is not counted. */
  readonly count: number;

  /** Throws a RangeError where the bytes are no page. */
  constructor(bytes: Uint8Array) {
    const reader = new ByteReader(bytes);
    this.#index = readStart(reader);
    this.isSplit = reader.byte() === SPLIT;
    this.count = this.isSplit ? 0 : reader.varint();
    this.#start = reader.position;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** All ids that stand whole, with where they were accepted. */
  get entries(): Readonly<Record<string, Pointer>> {
    const page = decodePage(this.#bytes);
    return 'entries' in page ? page.entries : {};
  }

  /** Where an id was accepted, if it stands here whole. */
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

  /** Where the one id of the index that ends as this one does was accepted. */
  findAlike(id: string): Pointer | undefined {
    return this.#index.length === 0 ? undefined : findInIndex(this.#index, id);
  }

  /** The page with more ids, which follow the others in the order given. */
  with(added: ReadonlyMap<string, Pointer>): Buffer {
    const writer = new ByteWriter(this.#bytes.length + added.size * 24 + 16);
    writeStart(writer, this.#index);
    writer.byte(0);
    writer.varint(this.count + added.size);
    writer.bytes(this.#bytes.subarray(this.#start));
    for (const [id, pointer] of added) writeEntry(writer, id, pointer);
    return writer.toBuffer();
  }

  /** The page as the parent of those that its entries went to; its index stays. */
  split(): Buffer {
    return encodePage({ split: true }, this.#index);
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
