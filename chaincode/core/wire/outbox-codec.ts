import type { JsonObject, OutboxRow } from '../ledger.ts';
import type { OperationTable } from '../operation-table.ts';
import { readNames, writeNames } from './batch-codec.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { jsonCodec } from './codec.ts';
import { NameTable } from './names.ts';

/*
 * An outbox row, version 3: byte 3, the row without its items as JSON, names (as in a batch), count of items, then each
 * item: number of its kind, then its other fields by the schema that the kind's module declares, else as JSON.
 */
export const OUTBOX_VERSION = 3;

/** Writes an outbox row. */
export function encodeOutboxRow(table: OperationTable, { items, ...header }: OutboxRow): Buffer {
  const names = new NameTable();
  const context = { names };
  const body = new ByteWriter(items.length * 48 + 64);
  for (const item of items) {
    const kind = typeof item.kind === 'string' ? item.kind : '';
    body.varint(names.numberOf(kind));
    const codec = table.itemCodec(kind);
    if (codec !== undefined) codec.write(body, item, context);
    else jsonCodec.write(body, withoutKind(item), context);
  }
  const writer = new ByteWriter(body.length + 256);
  writer.byte(OUTBOX_VERSION);
  writer.text(JSON.stringify(header));
  writeNames(writer, names.names);
  writer.varint(items.length);
  writer.bytes(body.view());
  return writer.toBuffer();
}

function withoutKind({ kind: _, ...fields }: JsonObject): JsonObject {
  return fields;
}

/** Reads an outbox row. Throws a RangeError where the bytes are none. */
export function decodeOutboxRow(table: OperationTable, bytes: Uint8Array): OutboxRow {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== OUTBOX_VERSION) throw new RangeError('the version of the outbox row is not 3');
  const header = JSON.parse(reader.text()) as Omit<OutboxRow, 'items'>;
  const names = new NameTable(readNames(reader));
  const context = { names };
  const items: JsonObject[] = [];
  for (let rest = reader.varint(); rest > 0; rest -= 1) {
    const kind = names.nameOf(reader.varint());
    const fields = (table.itemCodec(kind) ?? jsonCodec).read(reader, context) as JsonObject;
    items.push(kind === '' ? fields : { kind, ...fields });
  }
  return { ...header, items };
}
