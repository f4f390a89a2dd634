import { createHash } from 'node:crypto';
import { type BatchEntry, readBatch } from './batch.ts';
import { ByteCursor } from './byte-cursor.ts';
import { consequencesOf } from './consequences.ts';
import type { Fields } from './layout-reader.ts';
import { eventReader, operationLayout } from './layouts.ts';
import { nameAt, readAccount, readBase64, readCurrency, readDate, readId, readJson } from './scalars.ts';

export const BATCH_ROW = 4;

export interface FormatPosting {
  readonly account: string;
  readonly side: 'D' | 'C';
  readonly amount: string;
  readonly currency: string;
  readonly valueDate?: string;
  readonly reference?: string;
}

export interface FormatEvent {
  readonly type: string;
  readonly data: Fields;
}

interface Effects {
  readonly postings: readonly FormatPosting[];
  readonly standings: readonly Fields[];
  readonly events: readonly FormatEvent[];
}

/** What became of an entry, in the words of the ledger. */
export type Outcome =
  | ({ readonly outcome: 'accepted'; readonly result: Fields } & Effects)
  | { readonly outcome: 'refused'; readonly code: string; readonly params: Fields }
  | { readonly outcome: 'replayed' };

export type DecodedEntry = BatchEntry & Outcome;

type AmountsByBank = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where a row stands in its lane, and the lane's counters after it. */
export interface RowHeader {
  readonly lane: string;
  readonly sequence: number;
  readonly previousHash: string;
  readonly epoch: number;
  readonly holder: string;
  readonly time: string;
  readonly txId: string;
  readonly head: {
    readonly sent: AmountsByBank;
    readonly received: AmountsByBank;
    readonly counters: AmountsByBank;
    readonly outbox: Readonly<Record<string, number>>;
    readonly inbox: Readonly<Record<string, number>>;
    /** Items received of the row after those of the inbox; absent where there are none. */
    readonly inboxPositions?: Readonly<Record<string, number>>;
    readonly directory: number;
  };
}

/** A batch row with its hash, which the next row names as its previous one. */
export interface DecodedRow extends RowHeader {
  readonly hash: string;
  readonly entries: readonly DecodedEntry[];
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Decodes a batch row, version 4. Throws a RangeError where the bytes are none. */
export function decodeBatchRow(bytes: Uint8Array): DecodedRow {
  const cursor = new ByteCursor(bytes);
  if (cursor.byte() !== BATCH_ROW)
    throw new RangeError('The row does not begin with 4: it is no batch row that is known.');
  const header = readJson(cursor) as RowHeader;
  const batch = readBatch(cursor.bytes(cursor.count()));
  const names = [...batch.names, ...cursor.list(() => cursor.text())];
  const entries = batch.entries.map((entry) => ({
    ...entry,
    ...readOutcome(cursor, { names, entry, lane: header.lane }),
  }));
  if (!cursor.isAtEnd) throw new RangeError('Bytes follow the last outcome.');
  return { ...header, hash: sha256(bytes), entries };
}

interface Judged {
  readonly names: readonly string[];
  readonly entry: BatchEntry;
  readonly lane: string;
}

const [ACCEPTED, ACCEPTED_WITH_EFFECTS, REFUSED, REPLAYED] = [0, 1, 2, 3];

function readOutcome(cursor: ByteCursor, { names, entry, lane }: Judged): Outcome {
  const kind = cursor.byte();
  if (kind === REPLAYED) return { outcome: 'replayed' };
  if (kind === REFUSED) {
    return { outcome: 'refused', code: nameAt(names, cursor.count()), params: readJson(cursor) as Fields };
  }
  if (kind !== ACCEPTED && kind !== ACCEPTED_WITH_EFFECTS) throw new RangeError(`There is no outcome ${kind}.`);
  const { operation, request } = entry;
  const result = operationLayout(operation).result(cursor, names, request) as Fields;
  const effects = kind === ACCEPTED ? { postings: [], standings: [], events: [] } : readEffects(cursor, names);
  const follows = consequencesOf({ lane, operation, request, result });
  return {
    outcome: 'accepted',
    result,
    postings: [...follows.postings, ...effects.postings],
    standings: effects.standings,
    events: [...effects.events, ...follows.events],
  };
}

function readEffects(cursor: ByteCursor, names: readonly string[]): Effects {
  return {
    postings: cursor.list(() => readPosting(cursor, names)),
    standings: cursor.list(() => readStanding(cursor, names)),
    events: cursor.list(() => {
      const type = nameAt(names, cursor.count());
      return { type, data: eventReader(type)(cursor, names) as Fields };
    }),
  };
}

function readPosting(cursor: ByteCursor, names: readonly string[]): FormatPosting {
  const flags = cursor.byte();
  const has = (bit: number) => Math.floor(flags / bit) % 2 === 1;
  return {
    account: has(2) ? readAccount(cursor, names) : nameAt(names, cursor.count()),
    side: has(1) ? 'C' : 'D',
    amount: String(cursor.whole()),
    currency: readCurrency(cursor),
    ...(has(4) && { valueDate: readDate(cursor) }),
    ...(has(8) && { reference: readId(cursor) }),
  };
}

const STATUSES = ['OPEN', 'FROZEN', 'CLOSED'] as const;
export type AccountStatus = (typeof STATUSES)[number];

const ALGORITHMS = ['ES256', 'Ed25519'] as const;
/** Added to the number of a status that signing keys follow. */
const WITH_KEYS = 128;

/** A key with which an account's customer signs. */
export interface DecodedKey {
  readonly keyId: string;
  readonly algorithm: (typeof ALGORITHMS)[number];
  readonly publicKey: string;
}

export function readStatus(cursor: ByteCursor): { readonly status: AccountStatus; readonly keys?: DecodedKey[] } {
  const byte = cursor.byte();
  const status = STATUSES[byte % WITH_KEYS];
  if (status === undefined) throw new RangeError('An account has no known status.');
  if (byte < WITH_KEYS) return { status };
  return { status, keys: cursor.list(() => readKey(cursor)) };
}

/** Number of the algorithm, key id in 8 bytes, public key after its length. */
function readKey(cursor: ByteCursor): DecodedKey {
  const algorithm = ALGORITHMS[cursor.byte()];
  if (algorithm === undefined) throw new RangeError('A signing key is of no known algorithm.');
  return { algorithm, keyId: cursor.hex(8), publicKey: readBase64(cursor) };
}

function readStanding(cursor: ByteCursor, names: readonly string[]): Fields {
  const accountId = readAccount(cursor, names);
  const currency = readCurrency(cursor);
  return { accountId, currency, ...readStatus(cursor), pending: String(cursor.whole()) };
}
