import type { TSchema } from 'typebox';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { countOf } from './counts.ts';
import type { NameTable } from './names.ts';
import { textCodec, textCodecs } from './text-codecs.ts';

/** What the values of one batch share. */
export interface WireContext {
  readonly names: NameTable;
}

/** Writes a value that its schema admits, and reads exactly that value back. */
export interface Codec<Value = unknown> {
  write(writer: ByteWriter, value: Value, context: WireContext): void;
  read(reader: ByteReader, context: WireContext): Value;
}

interface SchemaShape {
  readonly type?: string;
  readonly const?: unknown;
  readonly wire?: string;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: TSchema;
  readonly anyOf?: readonly TSchema[];
}

/** The codec of a schema: fields in declared order without their names, texts as their option `wire` says. */
export function codecOf(schema: TSchema): Codec {
  const shape = schema as SchemaShape;
  const named = shape.wire === undefined ? undefined : textCodecs[shape.wire];
  if (named !== undefined) return named as Codec;
  if (shape.anyOf?.every((each) => 'const' in each)) return literalsCodec(shape.anyOf as readonly SchemaShape[]);
  if ('const' in shape) return literalsCodec([shape]);
  switch (shape.type) {
    case 'string':
      return textCodec as Codec;
    case 'boolean':
      return booleanCodec as Codec;
    case 'integer':
      return integerCodec as Codec;
    case 'array':
      return arrayCodec(shape.items as TSchema);
    case 'object':
      return shape.additionalProperties === false ? (objectCodec(shape) as Codec) : jsonCodec;
    default:
      return jsonCodec;
  }
}

/** Whatever JSON holds, as its text. */
export const jsonCodec: Codec = {
  write: (writer, value) => writer.text(JSON.stringify(value)),
  read: (reader) => parseJson(reader.text()),
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RangeError('a text is no JSON');
  }
}

const booleanCodec: Codec<boolean> = {
  write: (writer, value) => writer.byte(value ? 1 : 0),
  read: (reader) => reader.byte() === 1,
};

const integerCodec: Codec<number> = {
  write(writer, value) {
    // Twice a safe integer may be unsafe.
    writer.bigVarint(BigInt(Math.abs(value)) * 2n + (value < 0 ? 1n : 0n));
  },
  read(reader) {
    const value = reader.bigVarint();
    const magnitude = countOf(value / 2n);
    if (!Number.isSafeInteger(magnitude)) throw new RangeError('a number is too large');
    return value % 2n === 1n ? -magnitude : magnitude;
  },
};

function literalsCodec(shapes: readonly SchemaShape[]): Codec {
  const values = shapes.map((shape) => shape.const);
  return {
    write: (writer, value) => writer.varint(values.indexOf(value)),
    read(reader) {
      const number = reader.varint();
      if (number >= values.length) throw new RangeError('a literal is missing');
      return values[number];
    },
  };
}

function arrayCodec(items: TSchema): Codec {
  const item = codecOf(items);
  return {
    write(writer, value, context) {
      const values = value as readonly unknown[];
      writer.varint(values.length);
      for (const each of values) item.write(writer, each, context);
    },
    read(reader, context) {
      const values: unknown[] = [];
      for (let rest = reader.varint(); rest > 0; rest -= 1) values.push(item.read(reader, context));
      return values;
    },
  };
}

type Fields = Record<string, unknown>;

interface Field {
  readonly name: string;
  readonly codec: Codec;
  /** Bit of the mask that says whether the field is there; 0 = it always is. */
  readonly bit: number;
}

/** Bits of a mask are read as a number below 2^53. */
const OPTIONAL_MAX = 50;

function fieldsOf({ properties = {}, required = [] }: Pick<SchemaShape, 'properties' | 'required'>): Field[] {
  let optional = 0;
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    codec: codecOf(schema),
    bit: required.includes(name) ? 0 : 2 ** optional++,
  }));
}

function hasOptional(fields: readonly Field[]): boolean {
  const count = fields.filter(({ bit }) => bit > 0).length;
  if (count > OPTIONAL_MAX) throw new Error('a schema has too many optional fields for one mask');
  return count > 0;
}

function objectCodec(shape: SchemaShape): Codec<Fields> {
  const fields = fieldsOf(shape);
  const optional = fields.filter(({ bit }) => bit > 0);
  const hasMask = hasOptional(fields);
  return {
    write(writer, value, context) {
      if (hasMask) {
        let mask = 0;
        for (const { name, bit } of optional) if (value[name] !== undefined) mask += bit;
        writer.varint(mask);
      }
      for (const { name, codec, bit } of fields) {
        const field = value[name];
        if (bit === 0 || field !== undefined) codec.write(writer, field, context);
      }
    },
    read(reader, context) {
      const mask = hasMask ? reader.varint() : 0;
      const value: Fields = {};
      for (const { name, codec, bit } of fields) {
        if (bit > 0 && Math.floor(mask / bit) % 2 === 0) continue;
        value[name] = codec.read(reader, context);
      }
      return value;
    },
  };
}

/**
 * The codec of a result that repeats fields of its request: a field whose value is the request's takes one bit. A
 * field counts as the request's when both schemas name it.
 */
export function resultCodecOf(request: TSchema, result: TSchema): ResultCodec {
  const { properties, additionalProperties, ...rest } = result as SchemaShape;
  if (properties === undefined || additionalProperties !== false) return plainResultCodec(codecOf(result));
  const asked = (request as SchemaShape).properties ?? {};
  const fields = fieldsOf({ properties, required: (rest.required ?? []).filter((name) => asked[name] === undefined) });
  const hasMask = hasOptional(fields);
  let place = 0;
  // Absent and "as in the request" are one bit each, so every shared field may be left out.
  const parts = fields.map((field) => ({ ...field, sharedBit: asked[field.name] === undefined ? 0 : 2 ** place++ }));
  return {
    write(writer, { request: before, result: answered }, context) {
      let absent = 0;
      let mask = 0;
      for (const { name, bit, sharedBit } of parts) {
        const value = answered[name];
        if (sharedBit > 0 && value === undefined) absent += sharedBit;
        else if (bit > 0 && value !== undefined && !(sharedBit > 0 && isSame(value, before[name]))) mask += bit;
      }
      writer.varint(absent);
      if (hasMask) writer.varint(mask);
      for (const { name, codec, bit } of parts) {
        if (bit === 0 || Math.floor(mask / bit) % 2 === 1) codec.write(writer, answered[name], context);
      }
    },
    read(reader, before, context) {
      const absent = reader.varint();
      const mask = hasMask ? reader.varint() : 0;
      const answered: Fields = {};
      for (const { name, codec, bit, sharedBit } of parts) {
        if (bit === 0 || Math.floor(mask / bit) % 2 === 1) answered[name] = codec.read(reader, context);
        else if (sharedBit > 0 && Math.floor(absent / sharedBit) % 2 === 0) answered[name] = before[name];
      }
      return answered;
    },
  };
}

export interface ResultCodec {
  write(writer: ByteWriter, value: { readonly request: Fields; readonly result: Fields }, context: WireContext): void;
  read(reader: ByteReader, request: Fields, context: WireContext): unknown;
}

function plainResultCodec(codec: Codec): ResultCodec {
  return {
    write: (writer, { result }, context) => codec.write(writer, result, context),
    read: (reader, _request, context) => codec.read(reader, context),
  };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
