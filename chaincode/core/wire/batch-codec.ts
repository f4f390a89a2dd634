import type { BatchOperation } from '../batch.ts';
import type { JsonObject } from '../ledger.ts';
import type { OperationTable } from '../operation-table.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { NameTable } from './names.ts';

/*
 * A batch, version 2:
 *   byte     2
 *   varint   count of names, then each as text: names that entries use by number
 *   varint   count of entries, then each:
 *     varint   number of the operation's name
 *     varint   number of the caller, `<kind>/<ref>`
 *     byte     flags: 1 = linked with the next entry, 2 = the request stands as JSON, 4 = as the SHA-256 of its bytes
 *     varint   length of the request in bytes, then the request, as wire/codec.ts writes it by its schema
 * Numbers are LEB128 varints; a text is UTF-8 after its length.
 */
export const BATCH_VERSION = 2;
const LINKED = 1;
const RAW = 2;
const WITHHELD = 4;
const OPERATIONS_MAX = 10_000;
const NAMES_MAX = 100_000;
const CALLER = /^(customer|operator|system)\/([0-9a-f]{0,64})$/;

/** An entry as it stands in a batch; the request is decoded when it is asked for. */
export interface WireEntry {
  readonly operation: string;
  readonly caller: BatchOperation['caller'];
  readonly linked: boolean;
  readonly isRaw: boolean;
  /** SHA-256 of a request that no schema admitted, in a batch row; its bytes are not kept. */
  readonly requestDigest: string | undefined;
  readonly request: JsonObject | undefined;
  /** Where the entry's bytes begin and end. */
  readonly start: number;
  readonly end: number;
  readonly requestStart: number;
}

export interface WireBatch {
  readonly names: NameTable;
  readonly entries: readonly WireEntry[];
  /** Where the first entry begins: names and count stand before it. */
  readonly entriesStart: number;
}

/** Writes operations as one batch. A request that its schema does not admit travels as JSON, to be refused there. */
export function encodeBatch(
  table: OperationTable,
  operations: readonly BatchOperation[],
): { readonly bytes: Buffer; readonly names: NameTable } {
  const names = new NameTable();
  const body = new ByteWriter(operations.length * 64 + 64);
  const callers: CallerNumbers = new Map();
  for (const operation of operations) writeEntry(body, { table, names, callers, operation });
  const writer = new ByteWriter(body.length + 1024);
  writer.byte(BATCH_VERSION);
  writeNames(writer, names.names);
  writer.varint(operations.length);
  writer.bytes(body.view());
  return { bytes: writer.toBuffer(), names };
}

const scratch = new ByteWriter();

/** Numbers of callers by the objects that stand for them, because their names are long and built for each use. */
type CallerNumbers = Map<BatchOperation['caller'], number>;

interface EntryTools {
  table: OperationTable;
  names: NameTable;
  callers: CallerNumbers;
  operation: BatchOperation;
}

function writeEntry(body: ByteWriter, { table, names, callers, operation: envelope }: EntryTools): void {
  const { operation, request, caller, linked } = envelope;
  const row = table.find(operation);
  const isRaw = row === undefined || row.whyInvalid(request) !== undefined;
  scratch.truncate(0);
  if (isRaw) scratch.bytes(Buffer.from(JSON.stringify(request)));
  else row.requestCodec.write(scratch, request, { names });
  body.varint(names.numberOf(operation));
  const number = callers.get(caller) ?? names.numberOf(`${caller.kind}/${caller.ref}`);
  callers.set(caller, number);
  body.varint(number);
  body.byte((linked === true ? LINKED : 0) + (isRaw ? RAW : 0));
  body.varint(scratch.length);
  body.bytes(scratch.view());
}

/** Reads a batch. Throws a RangeError where the bytes are none; a request that cannot be read is undefined. */
export function decodeBatch(table: OperationTable, bytes: Uint8Array): WireBatch {
  const reader = new BatchReader(table, bytes, { start: 0, end: bytes.length });
  const entries: WireEntry[] = [];
  for (let place = 0; place < reader.count; place += 1) entries.push(reader.entryAt(place));
  return { names: reader.names, entries, entriesStart: reader.entriesStart };
}

/** A batch whose entries are decoded when they are asked for; where each begins is known. */
export class BatchReader {
  readonly names: NameTable;
  readonly entriesStart: number;
  readonly #table: OperationTable;
  readonly #reader: ByteReader;
  readonly #starts: number[] = [];
  readonly #callers = new Map<number, BatchOperation['caller']>();

  /** Throws a RangeError where the bytes are no batch. */
  constructor(table: OperationTable, bytes: Uint8Array, { start, end }: { start: number; end: number }) {
    const reader = new ByteReader(bytes, start, end);
    this.#table = table;
    this.#reader = reader;
    if (reader.byte() !== BATCH_VERSION) throw new RangeError('the version of the batch is not 2');
    this.names = new NameTable(readNames(reader));
    const count = reader.varint();
    if (count < 1 || count > OPERATIONS_MAX) throw new RangeError('a batch holds 1 to 10,000 operations');
    this.entriesStart = reader.position;
    for (let place = 0; place < count; place += 1) {
      this.#starts.push(reader.position);
      reader.varint();
      reader.varint();
      reader.byte();
      reader.seek(reader.varint() + reader.position);
    }
    if (!reader.isAtEnd) throw new RangeError('bytes follow the batch');
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The name of the operation at a place. */
  operationAt(place: number): string {
    this.#reader.seek(this.#starts[place] as number);
    return this.names.nameOf(this.#reader.varint());
  }

  /** Throws a RangeError where there is no such entry, or names are missing. */
  entryAt(place: number): WireEntry {
    const start = this.#starts[place];
    if (start === undefined) throw new RangeError('the batch has no such entry');
    const reader = this.#reader;
    reader.seek(start);
    const operation = this.names.nameOf(reader.varint());
    const caller = this.#callerAt(reader.varint());
    const flags = reader.byte();
    const length = reader.varint();
    const requestStart = reader.position;
    const isRaw = (flags & RAW) !== 0;
    const requestDigest = (flags & WITHHELD) === 0 ? undefined : reader.hex(length);
    const end = requestStart + length;
    let request: JsonObject | undefined;
    if (requestDigest === undefined) {
      const row = this.#table.find(operation);
      request = isRaw
        ? parseObject(reader.bytes(length).toString('utf8'))
        : readRequest(row, { reader, end, names: this.names });
    }
    const linked = (flags & LINKED) !== 0;
    return { operation, caller, linked, isRaw, requestDigest, request, start, end, requestStart };
  }

  #callerAt(number: number): BatchOperation['caller'] {
    const known = this.#callers.get(number);
    if (known !== undefined) return known;
    const caller = callerOf(this.names.nameOf(number));
    this.#callers.set(number, caller);
    return caller;
  }
}

// Only this entry is refused when its request is not what its schema says; where the next one begins is known.
function readRequest(
  row: ReturnType<OperationTable['find']>,
  { reader, end, names }: { reader: ByteReader; end: number; names: NameTable },
): JsonObject | undefined {
  try {
    const request = reader.within(end, () => row?.requestCodec.read(reader, { names })) as JsonObject | undefined;
    return reader.position === end ? request : undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

function callerOf(name: string): BatchOperation['caller'] {
  const [, kind, ref] = CALLER.exec(name) ?? [];
  if (kind === undefined || ref === undefined) throw new RangeError('a caller is malformed');
  return { kind: kind as BatchOperation['caller']['kind'], ref };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

export function writeNames(writer: ByteWriter, names: readonly string[]): void {
  writer.varint(names.length);
  for (const name of names) writer.text(name);
}

export function readNames(reader: ByteReader): string[] {
  const count = reader.varint();
  if (count > NAMES_MAX) throw new RangeError('too many names');
  return Array.from({ length: count }, () => reader.text());
}

/** The batch's bytes for its row, with a digest where a request must not be kept: it may hold anything. */
export function withheld(bytes: Uint8Array, batch: WireBatch, digests: ReadonlyMap<number, string>): Buffer {
  if (digests.size === 0) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const writer = new ByteWriter(bytes.length);
  writer.bytes(bytes.subarray(0, batch.entriesStart));
  for (const [place, entry] of batch.entries.entries()) {
    const digest = digests.get(place);
    if (digest === undefined) {
      writer.bytes(bytes.subarray(entry.start, entry.end));
      continue;
    }
    writer.varint(batch.names.numberOf(entry.operation));
    writer.varint(batch.names.numberOf(`${entry.caller.kind}/${entry.caller.ref}`));
    writer.byte((entry.linked ? LINKED : 0) + WITHHELD);
    writer.varint(32);
    writer.hex(digest);
  }
  return writer.toBuffer();
}
