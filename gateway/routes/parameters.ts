import { createHash } from 'node:crypto';
import { errors } from '../plugins/errors.ts';
import type { Page, PageRequest } from '../read-model/types.ts';

const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/;

/** Reads one page of a list: cursors hold for this list and filter only. Refuses: CURSOR_INVALID. */
export async function pageOfList<Item>(
  query: { cursor?: string; limit?: string },
  list: { scope: unknown; read: (page: PageRequest) => Promise<Page<Item>> },
): Promise<Page<Item>> {
  const cursor = query.cursor === undefined ? undefined : openCursor(query.cursor, list.scope);
  const page = await list.read({
    ...(cursor === undefined ? {} : { cursor }),
    ...(query.limit === undefined ? {} : { limit: Number.parseInt(query.limit, 10) }),
  });
  return { ...page, nextCursor: page.nextCursor === null ? null : sealCursor(page.nextCursor, list.scope) };
}

/** The read model's cursor with a checksum over it and the list, so that a cursor of another list is no cursor. */
function sealCursor(inner: string, scope: unknown): string {
  return `${checksumOf(inner, scope)}.${Buffer.from(inner).toString('base64url')}`;
}

function openCursor(cursor: string, scope: unknown): string {
  const [checksum, encoded = ''] = cursor.split('.');
  const inner = Buffer.from(encoded, 'base64url').toString('utf8');
  if (checksum !== checksumOf(inner, scope)) throw errors.CURSOR_INVALID();
  return inner;
}

function checksumOf(inner: string, scope: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([scope, inner]))
    .digest('base64url')
    .slice(0, 16);
}

/** A date or instant as ISO instant with milliseconds. Refuses: TIME_INVALID (also the 30th of February). */
export function instantOf(value: string, field: string): string {
  const milliseconds = MOMENT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw errors.TIME_INVALID({ field });
  const instant = new Date(milliseconds).toISOString();
  if (!instant.startsWith(value.slice(0, 10))) throw errors.TIME_INVALID({ field });
  return instant;
}

/** A half-open period, either end of which may be missing. Refuses, in order: TIME_INVALID, PERIOD_INVALID. */
export function periodOf(query: { from?: string; to?: string }): { from?: string; to?: string } {
  const from = query.from === undefined ? undefined : instantOf(query.from, 'from');
  const to = query.to === undefined ? undefined : instantOf(query.to, 'to');
  if (from !== undefined && to !== undefined && from >= to) throw errors.PERIOD_INVALID({ from, to });
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
