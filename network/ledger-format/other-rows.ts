import { type AccountStatus, type DecodedKey, readStatus } from './batch-row.ts';
import { ByteCursor } from './byte-cursor.ts';
import type { Fields } from './layout-reader.ts';
import { itemReader } from './layouts.ts';
import { nameAt, readAccount, readCurrency, readId, readJson } from './scalars.ts';

export const OUTBOX_ROW = 3;
export const SEGMENT = 5;
export const ID_PAGE = 6;
export const DIRECTORY_ROW = 7;
export const INDEXED_ID_PAGE = 8;

export interface DecodedOutboxRow {
  readonly lane: string;
  readonly to: string;
  readonly index: number;
  readonly sequence: number;
  readonly items: readonly Fields[];
}

export interface DecodedListing {
  readonly accountId: string;
  readonly currency: string;
  readonly status: AccountStatus;
}

export interface DecodedDirectoryRow {
  readonly bank: string;
  /** Of the batch that wrote the row. */
  readonly previousHash: string;
  readonly listings: readonly DecodedListing[];
}

export interface DecodedHolding extends DecodedListing {
  readonly keys?: readonly DecodedKey[];
  readonly debits: string;
  readonly credits: string;
  readonly pending: string;
}

export interface DecodedSegment {
  readonly sequence: number;
  readonly bank: string;
  readonly holdings: readonly DecodedHolding[];
}

/** Where an accepted operation stands. */
interface Place {
  readonly sequence: number;
  readonly entry: number;
}

/** `index` tells of ids by their last eight hex digits. */
export type DecodedIdPage = { readonly index?: readonly (Place & { readonly ending: string })[] } & (
  | { readonly split: true }
  | { readonly ids: readonly (Place & { readonly id: string })[] }
);

/** Decodes an outbox row, version 3. Throws a RangeError where the bytes are none, as all of these do. */
export function decodeOutboxRow(bytes: Uint8Array): DecodedOutboxRow {
  const cursor = open(bytes, OUTBOX_ROW);
  const header = readJson(cursor) as Omit<DecodedOutboxRow, 'items'>;
  const names = cursor.list(() => cursor.text());
  const items = cursor.list(() => {
    const kind = nameAt(names, cursor.count());
    return { kind, ...(itemReader(kind)(cursor, names) as Fields) };
  });
  return atEnd(cursor, { ...header, items });
}

/** Decodes a segment of a bank's book, version 5. */
export function decodeSegment(bytes: Uint8Array): DecodedSegment {
  const cursor = open(bytes, SEGMENT);
  const sequence = cursor.count();
  const bank = cursor.text();
  const holdings = cursor.list(() => {
    const listing = readListing(cursor, [bank]);
    const [debits, credits, pending] = [0, 1, 2].map(() => String(cursor.whole())) as [string, string, string];
    return { ...listing, debits, credits, pending };
  });
  return atEnd(cursor, { sequence, bank, holdings });
}

/** Decodes a page of ids, version 6 or 8. */
export function decodeIdPage(bytes: Uint8Array): DecodedIdPage {
  const isIndexed = bytes[0] === INDEXED_ID_PAGE;
  const cursor = open(bytes, isIndexed ? INDEXED_ID_PAGE : ID_PAGE);
  const index = isIndexed ? { index: readIndex(cursor.bytes(cursor.count())) } : {};
  if (cursor.byte() === 1) return atEnd(cursor, { ...index, split: true as const });
  const ids = cursor.list(() => ({ id: readId(cursor), sequence: cursor.count(), entry: cursor.count() }));
  return atEnd(cursor, { ...index, ids });
}

/** Batch by batch; sequences and places are told by how much they grow. */
function readIndex(bytes: Uint8Array): (Place & { readonly ending: string })[] {
  const cursor = new ByteCursor(bytes);
  const index: (Place & { readonly ending: string })[] = [];
  let sequence = 0;
  while (!cursor.isAtEnd) {
    sequence += cursor.count();
    let entry = 0;
    for (let rest = cursor.count(); rest > 0; rest -= 1) {
      entry += cursor.count();
      index.push({ ending: cursor.hex(4), sequence, entry });
    }
  }
  return index;
}

/** Decodes a row of a bank's directory, version 7. */
export function decodeDirectoryRow(bytes: Uint8Array): DecodedDirectoryRow {
  const cursor = open(bytes, DIRECTORY_ROW);
  const bank = cursor.text();
  const previousHash = cursor.hex(32);
  const listings = cursor.list(() => readListing(cursor, [bank]));
  return atEnd(cursor, { bank, previousHash, listings });
}

function readListing(cursor: ByteCursor, names: readonly string[]): DecodedListing {
  const accountId = readAccount(cursor, names);
  const currency = readCurrency(cursor);
  return { accountId, currency, ...readStatus(cursor) };
}

function open(bytes: Uint8Array, version: number): ByteCursor {
  const cursor = new ByteCursor(bytes);
  if (cursor.byte() !== version) throw new RangeError(`The row does not begin with ${version}.`);
  return cursor;
}

function atEnd<Value>(cursor: ByteCursor, value: Value): Value {
  if (!cursor.isAtEnd) throw new RangeError('Bytes follow the row.');
  return value;
}
