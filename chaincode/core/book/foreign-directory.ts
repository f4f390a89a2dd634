import { Type } from 'typebox';
import { directoryKey } from '../batch.ts';
import { sha256 } from '../canonical.ts';
import { errors as coreErrors } from '../core-errors.ts';
import { errors } from '../lane-errors.ts';
import type { Peer } from '../peer.ts';
import { checker } from '../schema.ts';
import { decodeListings, type Listing } from './directory-codec.ts';

const ROWS_MAX = 256;

/** An account of another bank as it stood after a row of that bank's directory. */
interface Version {
  readonly row: number;
  readonly listing: Listing;
  /** As it stood before. */
  readonly before: Version | undefined;
}

/** What a bank tells of its directory: its rows from one on, in base64. */
interface DirectoryRows {
  /** The row asked from, or 1 where the asker's last row is none of this ledger's. */
  readonly from: number;
  readonly rows: readonly string[];
}

/**
 * Another bank's directory in memory. Its rows are immutable and numbered; a batch's signed header says up to which row
 * its endorsers shall know it, so that they agree whatever each knows beyond. The digest of that row, or of the last known
 * one before it, proves with every batch that all rows are this ledger's: a ledger may have been reverted meanwhile.
 */
export class ForeignDirectory {
  readonly #bank: string;
  /** The newest version of each account. */
  readonly #versions = new Map<string, Version>();
  /** SHA-256 of the known rows; row n stands at n - 1. */
  readonly #digests: string[] = [];

  constructor(bank: string) {
    this.#bank = bank;
  }

  /** Learns the rows up to one. Refuses: LANE_MEMORY_BEHIND (the peer does not have them all yet). */
  async learn(peer: Peer, upTo: number): Promise<void> {
    do {
      // Asked even when nothing is missing: a call leaves its trace in the read set, which endorsers must share.
      const known = Math.min(this.#known, upTo);
      const request = { known, upTo, digest: this.#digests[known - 1] ?? '' };
      const answer = JSON.parse(await peer.invoke(this.#bank, 'lane:readDirectory', JSON.stringify(request)));
      const { from, rows } = answer as DirectoryRows;
      if (from <= known) this.#forget();
      if (rows.length === 0 && this.#known < upTo) throw errors.MEMORY_BEHIND({ lane: this.#bank });
      for (const [offset, row] of rows.entries()) this.#add(from + offset, Buffer.from(row, 'base64'));
    } while (this.#known < upTo);
  }

  get #known(): number {
    return this.#digests.length;
  }

  /** An account as of a row that was learned. */
  find(accountId: string, asOf: number): Listing | undefined {
    if (asOf > this.#known) throw errors.MEMORY_BEHIND({ lane: this.#bank });
    let version = this.#versions.get(accountId);
    while (version !== undefined && version.row > asOf) version = version.before;
    return version?.listing;
  }

  // Batches of several lanes ask at the same time: a row that another one has added meanwhile is passed over.
  #add(number: number, row: Uint8Array): void {
    if (number !== this.#known + 1) return;
    for (const listing of decodeListings(row)) {
      const { accountId } = listing;
      this.#versions.set(accountId, { row: number, listing, before: this.#versions.get(accountId) });
    }
    this.#digests.push(sha256(row));
  }

  #forget(): void {
    this.#versions.clear();
    this.#digests.length = 0;
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
    {
      known: Type.Integer({ minimum: 0, maximum: 999_999_999_999 }),
      upTo: Type.Integer({ minimum: 0, maximum: 999_999_999_999 }),
      digest: Type.String({ pattern: '^([0-9a-f]{64})?$', description: 'SHA-256 of the known row.' }),
    },
    { additionalProperties: false },
  ),
);

/**
 * Rows of this namespace's directory after the known ones, as far as they are committed. Who knows all that is asked for
 * is told so by one read of the last row, which all endorsers share: its history would have the peer open the whole
 * transaction that wrote it. Refuses: REQUEST_INVALID.
 */
export async function readDirectory(peer: Peer, argument: string): Promise<string> {
  const range = JSON.parse(argument || '{}') as unknown;
  if (!isRange(range)) {
    throw coreErrors.REQUEST_INVALID({ operation: 'lane:readDirectory', reason: 'it takes known, upTo and digest' });
  }
  const { known, upTo } = range;
  const [last] = upTo === 0 ? [] : await peer.getStates([directoryKey(upTo)]);
  const isOurs = known === upTo ? isRow(last, range) : await isKnownRow(peer, range);
  const from = isOurs ? known + 1 : 1;
  const count = Math.max(0, Math.min(ROWS_MAX, upTo - from + 1));
  const keys = Array.from({ length: count }, (_, offset) => directoryKey(from + offset));
  const rows: string[] = [];
  for (const value of await peer.latest(keys)) {
    if (value === undefined) break;
    rows.push(Buffer.from(value).toString('base64'));
  }
  return JSON.stringify({ from, rows } satisfies DirectoryRows);
}

interface KnownRow {
  readonly known: number;
  readonly digest: string;
}

async function isKnownRow(peer: Peer, { known, digest }: KnownRow): Promise<boolean> {
  if (known === 0) return true;
  const [value] = await peer.latest([directoryKey(known)]);
  return isRow(value, { known, digest });
}

const isRow = (value: Uint8Array | undefined, { known, digest }: KnownRow): boolean =>
  known === 0 || (value !== undefined && sha256(value) === digest);
