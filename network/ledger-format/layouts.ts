import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadResult, readerOf, resultReaderOf } from './layout-reader.ts';
import { type Layout, parseNotation } from './notation.ts';
import { type Read, readJson } from './scalars.ts';

/** The file `layouts.json`, written by `npm run docs` and printed in docs/reference/ledger-format.md. */
interface LayoutFile {
  readonly operations: Readonly<Record<string, { readonly request: string; readonly result: string }>>;
  readonly events: Readonly<Record<string, string>>;
  readonly items: Readonly<Record<string, string>>;
}

export interface OperationLayout {
  readonly request: Read;
  readonly result: ReadResult;
}

const file = JSON.parse(readFileSync(join(import.meta.dirname, 'layouts.json'), 'utf8')) as LayoutFile;

function byName<Text, Reader>(texts: Readonly<Record<string, Text>>, make: (text: Text) => Reader) {
  return new Map(Object.entries(texts).map(([name, text]) => [name, make(text)]));
}

const plain = (text: string): Read => readerOf(parseNotation(text));

const operations = byName(file.operations, ({ request, result }): OperationLayout => {
  const [asked, answered]: Layout[] = [request, result].map(parseNotation);
  return { request: readerOf(asked as Layout), result: resultReaderOf(asked as Layout, answered as Layout) };
});
const events = byName(file.events, plain);
const items = byName(file.items, plain);

/** How request and result of an operation stand in the bytes. Throws a RangeError for an operation with no layout. */
export function operationLayout(operation: string): OperationLayout {
  const layout = operations.get(operation);
  if (layout === undefined) throw new RangeError(`The layout of ${operation} is not known.`);
  return layout;
}

/** Data of an event: by its layout, else as JSON. */
export const eventReader = (type: string): Read => events.get(type) ?? readJson;

/** Fields of an outbox item beside its kind: by its layout, else as JSON. */
export const itemReader = (kind: string): Read => items.get(kind) ?? readJson;
