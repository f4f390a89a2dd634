import { Type } from 'typebox';
import { errors } from './core-errors.ts';
import type { Peer } from './peer.ts';
import { foreignValue } from './rows.ts';
import { checker } from './schema.ts';

// Rows that others build on, the lane's gateway among them. Id pages are not: whoever read them in a batch would conflict
// with their lane.
const READABLE =
  /^(lane\/0\/(head$|batch\/|outbox\/)|account\/|registry\/|profile$|limit\/|settlement-account\/|settlement\/|settled-in\/|settled-out\/|reserves\/|received\/)/;

/** Rows of any size up to a whole batch: many of them would pass through no message, nor through memory. */
const LARGE = /^lane\/0\/(batch|outbox)\//;
const LARGE_MAX = 8;

const isKeys = checker(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 100_000 }));

/** Committed rows of this namespace as a JSON array of values (rows.ts). Refuses: REQUEST_INVALID. */
export async function readRows(peer: Peer, argument: string): Promise<string> {
  const keys = parseKeys(argument);
  const values = await peer.getStates(keys);
  return JSON.stringify(values.map(foreignValue));
}

function parseKeys(argument: string): string[] {
  const invalid = (reason: string) => errors.REQUEST_INVALID({ operation: 'lane:read', reason });
  let keys: unknown;
  try {
    keys = JSON.parse(argument);
  } catch {
    throw invalid('it is not JSON');
  }
  if (!isKeys(keys)) throw invalid('it is not an array of keys');
  if (!keys.every((key) => READABLE.test(key))) throw invalid('a key is not one that other namespaces may read');
  if (keys.filter((key) => LARGE.test(key)).length > LARGE_MAX) {
    throw invalid(`it asks for more than ${LARGE_MAX} batches and outbox rows`);
  }
  return keys;
}
