import type { ByteCursor } from './byte-cursor.ts';
import type { Layout, LayoutField } from './notation.ts';
import { type Read, scalars } from './scalars.ts';

export type Fields = Record<string, unknown>;
export type ReadResult = (cursor: ByteCursor, names: readonly string[], request: Fields) => unknown;

/** The reader of a layout. */
export function readerOf(layout: Layout): Read {
  switch (layout.kind) {
    case 'scalar':
      return scalarOf(layout.name);
    case 'literal':
      return (cursor) => {
        const number = cursor.count();
        if (number >= layout.values.length) throw new RangeError(`There is no literal ${number}.`);
        return layout.values[number];
      };
    case 'list': {
      const readItem = readerOf(layout.of);
      return (cursor, names) => cursor.list(() => readItem(cursor, names));
    }
    case 'object':
      return objectReader(layout.fields);
  }
}

function scalarOf(name: string): Read {
  const read = scalars[name];
  if (read === undefined) throw new Error(`${name} is no scalar of the notation.`);
  return read;
}

/** Where any field may be absent, a mask comes first: one bit per such field, the first of them lowest. */
function objectReader(fields: readonly LayoutField[]): (cursor: ByteCursor, names: readonly string[]) => Fields {
  const readers = fields.map(({ layout }) => readerOf(layout));
  const hasMask = fields.some(({ isOptional }) => isOptional);
  return (cursor, names) => {
    let mask = hasMask ? cursor.count() : 0;
    const value: Fields = {};
    fields.forEach(({ name, isOptional }, place) => {
      if (isOptional) {
        const isThere = mask % 2 === 1;
        mask = Math.floor(mask / 2);
        if (!isThere) return;
      }
      value[name] = (readers[place] as Read)(cursor, names);
    });
    return value;
  };
}

/**
 * The reader of a result, which does not repeat its request: first a mask of the fields that both name and the result
 * does not have; then the result, where each field that both name may be absent and is then the request's.
 */
export function resultReaderOf(request: Layout, result: Layout): ReadResult {
  if (result.kind !== 'object') return readerOf(result);
  const asked = new Set(request.kind === 'object' ? request.fields.map(({ name }) => name) : []);
  const shared = result.fields.filter(({ name }) => asked.has(name)).map(({ name }) => name);
  const readOwn = objectReader(
    result.fields.map((field) => (asked.has(field.name) ? { ...field, isOptional: true } : field)),
  );
  return (cursor, names, request) => {
    const absent = cursor.count();
    const own = readOwn(cursor, names);
    const isAbsent = (name: string) => Math.floor(absent / 2 ** shared.indexOf(name)) % 2 === 1;
    const value: Fields = {};
    for (const { name } of result.fields) {
      const taken = own[name] === undefined && asked.has(name) && !isAbsent(name) ? request[name] : own[name];
      if (taken !== undefined) value[name] = taken;
    }
    return value;
  };
}
