import { ByteCursor } from './byte-cursor.ts';
import type { Fields } from './layout-reader.ts';
import { operationLayout } from './layouts.ts';
import { nameAt } from './scalars.ts';

export const BATCH = 2;
const [LINKED, AS_JSON, AS_DIGEST] = [1, 2, 4];

/** One operation as it was sent. */
export interface BatchEntry {
  readonly operation: string;
  readonly request: Fields;
  /** SHA-256 of a request that no schema admitted; a row does not keep its bytes. */
  readonly requestDigest?: string;
  readonly caller: { readonly kind: string; readonly ref: string };
  readonly linked?: true;
}

export interface DecodedBatch {
  readonly names: readonly string[];
  readonly entries: readonly BatchEntry[];
}

/** Decodes a batch, version 2, as transient data and batch rows hold it. Throws a RangeError where the bytes are none. */
export function readBatch(bytes: Uint8Array): DecodedBatch {
  const cursor = new ByteCursor(bytes);
  if (cursor.byte() !== BATCH) throw new RangeError('The batch does not begin with 2: its version is not known.');
  const names = cursor.list(() => cursor.text());
  const entries = cursor.list(() => readEntry(cursor, { bytes, names }));
  if (!cursor.isAtEnd) throw new RangeError('Bytes follow the last entry.');
  return { names, entries };
}

function readEntry(cursor: ByteCursor, { bytes, names }: { bytes: Uint8Array; names: readonly string[] }): BatchEntry {
  const operation = nameAt(names, cursor.count());
  const [kind = '', ref = ''] = nameAt(names, cursor.count()).split('/');
  const flags = cursor.byte();
  const has = (bit: number | undefined) => Math.floor(flags / (bit ?? 1)) % 2 === 1;
  const length = cursor.count();
  const start = cursor.at;
  const kept = cursor.bytes(length);
  const about = { operation, caller: { kind, ref }, ...(has(LINKED) && { linked: true as const }) };
  if (has(AS_DIGEST)) return { ...about, request: {}, requestDigest: kept.toString('hex') };
  if (has(AS_JSON)) return { ...about, request: JSON.parse(kept.toString('utf8')) as Fields };
  const request = new ByteCursor(bytes, start, start + length);
  const fields = operationLayout(operation).request(request, names) as Fields;
  if (!request.isAtEnd) throw new RangeError(`A request of ${operation} is longer than its layout.`);
  return { ...about, request: fields };
}
