import type { BatchEntry, BatchRow } from '../batch.ts';
import type { JsonObject } from '../ledger.ts';
import { mspIdOf } from '../names.ts';
import type { OperationTable } from '../operation-table.ts';
import { BatchReader, readNames, type WireBatch, type WireEntry, writeNames } from './batch-codec.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { NameTable } from './names.ts';
import { type Effects, OutcomeCodec, type StoredOutcome } from './outcome-codec.ts';

/*
 * A batch row, version 4: byte 4, its header as canonical JSON, the length of the batch and the batch as the gateway
 * sent it (wire/batch-codec.ts), then the outcomes: names that the batch did not have, and one outcome per entry
 * (wire/outcome-codec.ts). What follows from operation and outcome alone (audit, usage, an operation's consequences) is
 * not stored; decodeRow gives it.
 */
export const ROW_VERSION = 4;

export type RowHeader = Omit<BatchRow, 'entries'>;

/** Writes what became of the entries of a batch, with the names that it needs beyond the batch's own. */
export function encodeOutcomes(table: OperationTable, batch: WireBatch, outcomes: readonly StoredOutcome[]): Buffer {
  const names = new NameTable(batch.names.names);
  const known = names.names.length;
  const codec = new OutcomeCodec(table, { names });
  const body = new ByteWriter(outcomes.length * 16 + 64);
  for (const [place, outcome] of outcomes.entries()) {
    const { operation, request = {} } = batch.entries[place] as WireEntry;
    codec.write(body, outcome, { operation, request });
  }
  const writer = new ByteWriter(body.length + 256);
  writeNames(writer, names.names.slice(known));
  writer.bytes(body.view());
  return writer.toBuffer();
}

/** Reads the outcomes of a batch whose operations are known. Throws a RangeError where the bytes are none. */
export function decodeOutcomes(
  table: OperationTable,
  batch: Pick<WireBatch, 'names'> & { readonly entries: readonly Pick<WireEntry, 'operation' | 'request'>[] },
  bytes: Uint8Array,
): StoredOutcome[] {
  const reader = new ByteReader(bytes);
  const names = new NameTable([...batch.names.names, ...readNames(reader)]);
  const codec = new OutcomeCodec(table, { names });
  return batch.entries.map(({ operation, request = {} }) => codec.read(reader, { operation, request }));
}

/** Writes a batch row. Its SHA-256 is the next header's previousHash. */
export function encodeRow(header: string, batch: Uint8Array, outcomes: Uint8Array): Buffer {
  const writer = new ByteWriter(header.length + batch.length + outcomes.length + 64);
  writer.byte(ROW_VERSION);
  writer.text(header);
  writer.varint(batch.length);
  writer.bytes(batch);
  writer.bytes(outcomes);
  return writer.toBuffer();
}

/** What became of the entries: the row's last part, as encodeOutcomes wrote it. */
export function outcomesOfRow(bytes: Uint8Array): Buffer {
  const reader = openRow(bytes);
  reader.bytes(reader.varint());
  const length = reader.varint();
  const end = reader.position + length;
  reader.seek(end);
  return Buffer.from(bytes.buffer, bytes.byteOffset + end, bytes.length - end);
}

/** The header alone: counters after the batch and where it stands in its lane. */
export function decodeRowHeader(bytes: Uint8Array): RowHeader {
  return JSON.parse(openRow(bytes).text()) as RowHeader;
}

/** A batch row whose entries are decoded one by one, when they are asked for. */
export class RowReader {
  readonly header: RowHeader;
  readonly #table: OperationTable;
  readonly #entries: BatchReader;
  readonly #outcomes: ByteReader;
  readonly #codec: OutcomeCodec;
  /** Where outcomes begin, as far as they were read: they bear no length. */
  readonly #begins: number[];

  constructor(table: OperationTable, bytes: Uint8Array) {
    const reader = openRow(bytes);
    this.header = JSON.parse(reader.text()) as RowHeader;
    const length = reader.varint();
    const start = reader.position;
    this.#table = table;
    this.#entries = new BatchReader(table, bytes, { start, end: start + length });
    this.#outcomes = new ByteReader(bytes, start + length);
    const names = new NameTable([...this.#entries.names.names, ...readNames(this.#outcomes)]);
    this.#codec = new OutcomeCodec(table, { names });
    this.#begins = [this.#outcomes.position];
  }

  get count(): number {
    return this.#entries.count;
  }

  /** Name of the operation at a place, without its request. */
  operationAt(place: number): string {
    return this.#entries.operationAt(place);
  }

  /** The entry at a place, as it was sent. */
  entryAt(place: number): WireEntry {
    return this.#entries.entryAt(place);
  }

  /** What became of the entry at a place. */
  outcomeAt(place: number, { operation, request = {} }: Pick<WireEntry, 'operation' | 'request'>): StoredOutcome {
    // The length of an outcome does not depend on its request.
    for (let next = this.#begins.length; next <= place; next += 1) {
      this.#readOutcome(next - 1, { operation: this.#entries.operationAt(next - 1), request: {} });
    }
    return this.#readOutcome(place, { operation, request });
  }

  /** What an accepted entry booked: with what always follows from it, in the order in which it was booked. */
  bookedAt(
    { operation, request }: Pick<WireEntry, 'operation' | 'request'>,
    { result, effects = NO_EFFECTS }: Extract<StoredOutcome, { outcome: 'accepted' }>,
  ): Effects {
    const follows = this.#table.find(operation)?.consequencesOf(request ?? {}, result, { namespace: this.header.lane });
    if (follows === undefined) return effects;
    if (effects === NO_EFFECTS) return { ...follows, standings: NO_EFFECTS.standings };
    return {
      standings: effects.standings,
      postings: [...follows.postings, ...effects.postings],
      events: [...effects.events, ...follows.events],
    };
  }

  #readOutcome(place: number, judged: { operation: string; request: JsonObject }): StoredOutcome {
    const begin = this.#begins[place];
    if (begin === undefined || place >= this.count) throw new RangeError('the row has no such entry');
    this.#outcomes.seek(begin);
    const outcome = this.#codec.read(this.#outcomes, judged);
    this.#begins[place + 1] = this.#outcomes.position;
    return outcome;
  }
}

const NO_EFFECTS: Effects = { postings: [], standings: [], events: [] };

/** Reads a batch row with everything that follows from it. Throws a RangeError where the bytes are none. */
export function decodeRow(table: OperationTable, bytes: Uint8Array): BatchRow {
  const reader = new RowReader(table, bytes);
  const entries = Array.from({ length: reader.count }, (_, place) => readEntry(reader, place));
  return { ...reader.header, entries };
}

function openRow(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== ROW_VERSION) throw new RangeError('the version of the batch row is not 4');
  return reader;
}

/** The evidence of an operation, as auditors and read models see it. */
function readEntry(reader: RowReader, place: number): BatchEntry {
  const entry = reader.entryAt(place);
  const outcome = reader.outcomeAt(place, entry);
  const { operation, caller, request = {}, requestDigest } = entry;
  const about = {
    operation,
    request,
    ...(requestDigest === undefined ? {} : { requestDigest }),
    caller,
    ...(entry.linked ? { linked: true } : {}),
  };
  if (outcome.outcome === 'replayed') return { ...about, outcome: 'replayed' };
  const audit = { mspId: mspIdOf(reader.header.lane) };
  if (outcome.outcome === 'refused') {
    return { ...about, outcome: 'refused', code: outcome.code, params: outcome.params, audit };
  }
  const { postings, standings, events } = reader.bookedAt(entry, outcome);
  const [module = '', verb = ''] = operation.split(':');
  return {
    ...about,
    outcome: 'accepted',
    result: outcome.result,
    postings: postings.map((posting) => ({ ...posting, amount: String(posting.amount) })),
    ...(standings.length === 0
      ? {}
      : { standings: standings.map((each) => ({ ...each, pending: String(each.pending) })) }),
    events,
    audit,
    usage: { module, operation: verb, units: 1 },
  };
}
