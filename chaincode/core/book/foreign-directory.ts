import { Type } from 'typebox';
import { directoryKey } from '../batch.ts';
import { errors as coreErrors } from '../core-errors.ts';
import { errors } from '../lane-errors.ts';
import type { Peer } from '../peer.ts';
import { checker } from '../schema.ts';
import { decodeListings, type Listing } from './directory-codec.ts';

const ROWS_MAX = 256;

/** An account of another bank as it stood after a row of that bank's directory. */
type Version = readonly [row: number, listing: Listing];

/**
 * Another bank's directory in memory. Its rows are immutable and numbered; a batch's signed header says up to which row
 * its endorsers shall know it, so that they agree whatever each knows beyond.
 */
export class ForeignDirectory {
  readonly #bank: string;
  readonly #versions = new Map<string, Version[]>();
  #known = 0;

  constructor(bank: string) {
    this.#bank = bank;
  }

  /** Learns the rows up to one. Refuses: LANE_MEMORY_BEHIND (the peer does not have them all yet). */
  async learn(peer: Peer, upTo: number): Promise<void> {
    do {
      // Asked even when nothing is missing: a call leaves its trace in the read set, which endorsers must share.
      const request = JSON.stringify({ from: this.#known + 1, upTo });
      const rows = JSON.parse(await peer.invoke(this.#bank, 'lane:readDirectory', request)) as string[];
      for (const row of rows) this.#add(decodeListings(Buffer.from(row, 'base64')));
      if (rows.length === 0 && this.#known < upTo) throw errors.MEMORY_BEHIND({ lane: this.#bank });
    } while (this.#known < upTo);
  }

  /** An account as of a row. */
  find(accountId: string, asOf: number): Listing | undefined {
    const versions = this.#versions.get(accountId) ?? [];
    for (let place = versions.length - 1; place >= 0; place -= 1) {
      const [row, listing] = versions[place] as Version;
      if (row <= asOf) return listing;
    }
    return undefined;
  }

  #add(listings: readonly Listing[]): void {
    this.#known += 1;
    for (const listing of listings) {
      const versions = this.#versions.get(listing.accountId);
      if (versions === undefined) this.#versions.set(listing.accountId, [[this.#known, listing]]);
      else versions.push([this.#known, listing]);
    }
  }
}

/** The directories that a chaincode process knows, by bank. */
export class Directories {
  readonly #banks = new Map<string, ForeignDirectory>();

  of(bank: string): ForeignDirectory {
    const known = this.#banks.get(bank) ?? new ForeignDirectory(bank);
    this.#banks.set(bank, known);
    return known;
  }
}

const isRange = checker(
  Type.Object(
    { from: Type.Integer({ minimum: 1 }), upTo: Type.Integer({ minimum: 0 }) },
    { additionalProperties: false },
  ),
);

/** Rows of this namespace's directory in base64, as far as they are committed. Refuses: REQUEST_INVALID. */
export async function readDirectory(peer: Peer, argument: string): Promise<string> {
  const range = JSON.parse(argument || '{}') as unknown;
  if (!isRange(range)) throw coreErrors.REQUEST_INVALID({ operation: 'lane:readDirectory', reason: 'from and upTo' });
  const count = Math.min(ROWS_MAX, range.upTo - range.from + 1);
  if (count <= 0) return '[]';
  const keys = Array.from({ length: count }, (_, offset) => directoryKey(range.from + offset));
  const rows: string[] = [];
  for (const value of await peer.latest(keys)) {
    if (value === undefined) break;
    rows.push(Buffer.from(value).toString('base64'));
  }
  return JSON.stringify(rows);
}
