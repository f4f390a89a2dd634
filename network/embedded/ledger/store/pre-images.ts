import { byteKeyOf, keyBytes } from '../hashing.ts';
import type { Reader, StateRange, StoredEntry, StoredValue } from './reader.ts';

/** Where a row stands: an organisation's private state when mspId is set. */
export type RowAt = { mspId?: string; namespace: string; collection: string; key: Uint8Array };

/** What the rows that one block changed held before it: kept while simulations still read that height. */
export class PreImages {
  readonly #reader: Reader;
  /** Table (organisation, namespace, collection) to byte key to what stood there. */
  readonly #tables = new Map<string, Map<string, StoredValue | undefined>>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Remembers a row that is about to change; the first change counts. */
  keep(at: RowAt): void {
    const name = tableOf(at);
    const table = this.#tables.get(name) ?? new Map<string, StoredValue | undefined>();
    this.#tables.set(name, table);
    const key = byteKeyOf(at.key);
    if (!table.has(key)) table.set(key, readRow(this.#reader, at));
  }

  find(at: RowAt): { value: StoredValue | undefined } | undefined {
    const table = this.#tables.get(tableOf(at));
    const key = byteKeyOf(at.key);
    return table?.has(key) ? { value: table.get(key) } : undefined;
  }

  /** Changed byte keys of a range. */
  keysIn(range: Omit<StateRange, 'start' | 'end'>, start: string, end: string | undefined): string[] {
    const keys = this.#tables.get(tableOf(range))?.keys() ?? [];
    return [...keys].filter((key) => key >= start && (end === undefined || key < end));
  }
}

export function readRow(reader: Reader, { mspId, namespace, collection, key }: RowAt): StoredValue | undefined {
  if (mspId === undefined) return reader.getState(namespace, collection, key);
  return reader.getPrivate(mspId, { namespace, collection, key });
}

/** Rows of a chunk as they were: changed ones as before, deleted ones back, new ones gone. */
export function restoreChunk(
  rows: readonly StoredEntry[],
  range: Omit<StateRange, 'start' | 'end'>,
  context: { overlays: readonly PreImages[]; start: string; end: string | undefined },
): StoredEntry[] {
  const { overlays, start, end } = context;
  const merged = new Map<string, StoredEntry>(rows.map((row) => [byteKeyOf(row.key), row]));
  // From the newest block back, so that what stood before the oldest of them comes out.
  for (const overlay of [...overlays].reverse()) {
    for (const key of overlay.keysIn(range, start, end)) {
      const value = overlay.find({ ...range, key: keyBytes(key) })?.value;
      if (value) merged.set(key, { key: keyBytes(key), ...value });
      else merged.delete(key);
    }
  }
  return [...merged].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
}

function tableOf({ mspId, namespace, collection }: Omit<RowAt, 'key'>): string {
  return `${mspId ?? ''}\0${namespace}\0${collection}`;
}
