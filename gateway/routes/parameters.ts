import { errors } from '../plugins/errors.ts';
import type { PageRequest } from '../read-model/types.ts';

const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/;

/** Reads page parameters that the schema has checked. */
export function pageRequestOf(query: { cursor?: string; limit?: string }): PageRequest {
  return {
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    ...(query.limit === undefined ? {} : { limit: Number.parseInt(query.limit, 10) }),
  };
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
