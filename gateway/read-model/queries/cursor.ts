import type { Page, PageRequest } from '../types.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;

/** Rows to read: one more than the page, to know whether another page follows. */
export function limitOf(page: PageRequest): number {
  return Math.min(Math.max(page.limit ?? LIMIT_DEFAULT, 1), LIMIT_MAX);
}

/** Cursors are opaque to clients: what they hold may change. */
export function encodeCursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** Undefined without a cursor; a cursor that is none reads as an empty text and so finds the beginning. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
}

/** Makes a page of rows read with a limit one above the page's. */
export function toPage<Row, Item>(
  rows: Row[],
  page: { limit: number; cursorOf: (row: Row) => string; itemOf: (row: Row) => Item },
): Page<Item> {
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  const hasMore = rows.length > page.limit && last !== undefined;
  return { items: items.map(page.itemOf), nextCursor: hasMore ? encodeCursor(page.cursorOf(last)) : null };
}
