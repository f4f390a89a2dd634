import { isUtf8 } from 'node:buffer';
import { LENGTH, malformed, VARINT, WireReader } from './reader.ts';

// The ledger reads and writes protobuf itself, because validation codes depend on what Go's decoder refuses
// (truncation, invalid UTF-8, wrong wire types taken for unknown fields), and the generated classes are more lenient.

type Scalar = 'bytes' | 'string' | 'uint64' | 'int32' | 'bool';
export type Schema = Map<number, Field>;
export type Field = {
  name: string;
  kind: Scalar | 'message';
  repeated: boolean;
  oneof: boolean;
  schema?: () => Schema;
};

// biome-ignore lint/suspicious/noExplicitAny: one decoder serves every message type
type Values = Record<string, any>;

const EMPTY = Buffer.alloc(0);

/** Describes a message: field number to name and kind; `[]` repeats, `?` keeps presence (absent is undefined). */
export function schema(fields: Record<number, [name: string, kind: string, nested?: () => Schema]>): Schema {
  const result: Schema = new Map();
  for (const [number, [name, kind, nested]] of Object.entries(fields)) {
    const base = kind.replace(/(\[\]|\?)$/, '') as Field['kind'];
    result.set(Number(number), {
      name,
      kind: base,
      repeated: kind.endsWith('[]'),
      oneof: kind.endsWith('?'),
      ...(nested && { schema: nested }),
    });
  }
  return result;
}

/** Decodes a message as Go's protobuf does; throws LedgerError MALFORMED where that would return an error. */
export function decode<T>(type: Schema, bytes: Uint8Array): T {
  const values: Values = {};
  const parts = new Map<Field, Uint8Array[]>();
  for (const field of type.values()) values[field.name] = defaultOf(field);
  const drop = (field: Field) => {
    values[field.name] = undefined;
    parts.delete(field);
  };
  const reader = new WireReader(bytes);
  while (reader.position < bytes.length) {
    const tag = reader.varint();
    const wireType = tag % 8;
    const number = Math.floor(tag / 8);
    if (number < 1 || number > 0x1fffffff) throw malformed(`field number ${number}`);
    const field = type.get(number);
    const expected = field && isVarint(field.kind) ? VARINT : LENGTH;
    if (!field || wireType !== expected) {
      reader.skip(wireType, number);
    } else if (field.kind === 'message' && !field.repeated) {
      // Several occurrences of one message field merge, which is the same as decoding their bytes joined.
      const chunk = reader.chunk();
      const earlier = parts.get(field);
      if (earlier) earlier.push(chunk);
      else parts.set(field, [chunk]);
      if (field.oneof) dropOtherMembers(type, field, drop);
    } else {
      const value = readValue(reader, field);
      if (field.repeated) values[field.name].push(value);
      else values[field.name] = value;
      if (field.oneof) dropOtherMembers(type, field, drop);
    }
  }
  for (const [field, chunks] of parts) {
    values[field.name] = decode(nested(field), chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks));
  }
  return values as T;
}

function dropOtherMembers(type: Schema, kept: Field, drop: (field: Field) => void): void {
  for (const field of type.values()) if (field !== kept && field.oneof) drop(field);
}

function readValue(reader: WireReader, field: Field): unknown {
  switch (field.kind) {
    case 'bytes':
      return reader.chunk();
    case 'string': {
      const chunk = reader.chunk();
      if (!isUtf8(chunk)) throw malformed(`field ${field.name} is not UTF-8`);
      return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8');
    }
    case 'uint64':
      return reader.varint();
    case 'int32':
      return reader.int32();
    case 'bool':
      return reader.varint() !== 0;
    default:
      return decode(nested(field), reader.chunk());
  }
}

function defaultOf(field: Field): unknown {
  if (field.repeated) return [];
  if (field.oneof) return undefined;
  switch (field.kind) {
    case 'bytes':
      return EMPTY;
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'message':
      return undefined;
    default:
      return 0;
  }
}

/** Encodes in ascending field order, leaving out default values, as Go's encoder does. */
export function encode(type: Schema, message: object): Buffer {
  const chunks: Uint8Array[] = [];
  write(type, message as Values, chunks);
  return Buffer.concat(chunks);
}

function write(type: Schema, values: Values, chunks: Uint8Array[]): void {
  for (const [number, field] of type) {
    const value = values[field.name];
    if (value === undefined) continue;
    if (field.repeated) {
      for (const item of value) chunks.push(...encodeField(number, field, item));
    } else if (field.oneof || field.kind === 'message' || !isDefault(value)) {
      chunks.push(...encodeField(number, field, value));
    }
  }
}

function encodeField(number: number, field: Field, value: unknown): Uint8Array[] {
  if (isVarint(field.kind)) return [varint(number * 8 + VARINT), varint(Number(value))];
  let chunk: Uint8Array;
  if (field.kind === 'message') chunk = encode(nested(field), value as object);
  else chunk = field.kind === 'string' ? Buffer.from(value as string, 'utf8') : (value as Uint8Array);
  return [varint(number * 8 + LENGTH), varint(chunk.length), chunk];
}

/** An unsigned protobuf varint. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value < 0 ? value + 2 ** 64 : value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function isVarint(kind: Field['kind']): boolean {
  return kind === 'uint64' || kind === 'int32' || kind === 'bool';
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === '' || value === false || (value as Uint8Array).length === 0;
}

function nested(field: Field): Schema {
  if (!field.schema) throw new Error(`field ${field.name} has no schema`);
  return field.schema();
}
