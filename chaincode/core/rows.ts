import { DIRECTORY_VERSION, decodeListings } from './book/directory-codec.ts';
import { decodeSegment, SEGMENT_VERSION } from './book/segment-codec.ts';
import type { OperationTable } from './operation-table.ts';
import { decodeOutboxRow, OUTBOX_VERSION } from './wire/outbox-codec.ts';
import { IdPage, INDEXED_PAGE_VERSION, PAGE_VERSION } from './wire/page-codec.ts';
import { decodeRow, decodeRowHeader, ROW_VERSION } from './wire/row-codec.ts';

/** A stored row: core's own kinds by their first byte, every other one as JSON. */
export function parseRow(table: OperationTable, bytes: Uint8Array): unknown {
  if (bytes[0] === ROW_VERSION) return decodeRow(table, bytes);
  if (bytes[0] === OUTBOX_VERSION) return decodeOutboxRow(table, bytes);
  if (bytes[0] === PAGE_VERSION || bytes[0] === INDEXED_PAGE_VERSION) return new IdPage(bytes);
  if (bytes[0] === SEGMENT_VERSION) return decodeSegment(bytes);
  if (bytes[0] === DIRECTORY_VERSION) return decodeListings(bytes);
  return JSON.parse(textOf(bytes));
}

/** A row as `lane:read` tells it to another namespace: JSON, or the bytes of an outbox row in base64. */
export type ForeignValue = string | { readonly base64: string } | null;

/** Of a batch its header is told: what others build on are the counters after it. */
export function foreignValue(bytes: Uint8Array | undefined): ForeignValue {
  if (bytes === undefined) return null;
  if (bytes[0] === ROW_VERSION) return JSON.stringify(decodeRowHeader(bytes));
  return bytes[0] === OUTBOX_VERSION ? { base64: Buffer.from(bytes).toString('base64') } : textOf(bytes);
}

export function parseForeign(table: OperationTable, value: ForeignValue): unknown {
  if (value === null) return undefined;
  if (typeof value === 'string') return JSON.parse(value);
  return decodeOutboxRow(table, Buffer.from(value.base64, 'base64'));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
