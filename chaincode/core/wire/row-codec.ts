import type { BatchEntry, BatchRow } from '../batch.ts';
import { mspIdOf } from '../names.ts';
import type { OperationTable } from '../operation-table.ts';
import { decodeBatch, readNames, type WireBatch, type WireEntry, writeNames } from './batch-codec.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { NameTable } from './names.ts';
import { OutcomeCodec, type StoredOutcome } from './outcome-codec.ts';

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

/** The header alone: counters after the batch and where it stands in its lane. */
export function decodeRowHeader(bytes: Uint8Array): RowHeader {
  return JSON.parse(openRow(bytes).text()) as RowHeader;
}

/** Reads a batch row with everything that follows from it. Throws a RangeError where the bytes are none. */
export function decodeRow(table: OperationTable, bytes: Uint8Array): BatchRow {
  const reader = openRow(bytes);
  const header = JSON.parse(reader.text()) as RowHeader;
  const length = reader.varint();
  const start = reader.position;
  const batch = decodeBatch(table, bytes, start, start + length);
  const outcomes = decodeOutcomes(table, batch, bytes.subarray(start + length));
  const entries = batch.entries.map((entry, place) =>
    entryOf(table, header.lane, { entry, outcome: outcomes[place] as StoredOutcome }),
  );
  return { ...header, entries };
}

function openRow(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== ROW_VERSION) throw new RangeError('the version of the batch row is not 4');
  return reader;
}

/** The evidence of an operation, as auditors and read models see it. */
function entryOf(
  table: OperationTable,
  lane: string,
  { entry, outcome }: { entry: WireEntry; outcome: StoredOutcome },
): BatchEntry {
  const { operation, caller, request = {}, requestDigest } = entry;
  const about = {
    operation,
    request,
    ...(requestDigest === undefined ? {} : { requestDigest }),
    caller,
    ...(entry.isLinked ? { linked: true } : {}),
  };
  if (outcome.outcome === 'replayed') return { ...about, outcome: 'replayed' };
  const audit = { mspId: mspIdOf(lane) };
  if (outcome.outcome === 'refused') {
    return { ...about, outcome: 'refused', code: outcome.code, params: outcome.params, audit };
  }
  const { result, effects = { postings: [], standings: [], events: [] } } = outcome;
  const follows = table.find(operation)?.consequencesOf(request, result, { namespace: lane });
  const [module = '', verb = ''] = operation.split(':');
  return {
    ...about,
    outcome: 'accepted',
    result,
    postings: [...(follows?.postings ?? []), ...effects.postings].map((posting) => ({
      ...posting,
      amount: String(posting.amount),
    })),
    ...(effects.standings.length === 0
      ? {}
      : { standings: effects.standings.map((each) => ({ ...each, pending: String(each.pending) })) }),
    events: [...effects.events, ...(follows?.events ?? [])],
    audit,
    usage: { module, operation: verb, units: 1 },
  };
}
