import type { BatchResponse, Header, LaneHead, OperationOutcome } from './batch.ts';
import { batchKey, directoryKey, HEAD_KEY, HeaderSchema, NEW_HEAD, segmentKey } from './batch.ts';
import { advance } from './book/checkpoint.ts';
import { encodeListings } from './book/directory-codec.ts';
import type { Directories } from './book/foreign-directory.ts';
import { type Holding, segmentOf } from './book/holding.ts';
import type { LaneMemory } from './book/lane-memory.ts';
import { encodeSegment } from './book/segment-codec.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { assertProposalTime, type Clock } from './clock.ts';
import { assertEntryPoint } from './entry-point.ts';
import { RunningLaneBook } from './lane-book.ts';
import { errors } from './lane-errors.ts';
import { chainsOf, runChain } from './linked-chain.ts';
import { namespaceOwner } from './names.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import { type Attempt, effectsOf, newAttempt, prepare } from './pipeline.ts';
import { prefetch } from './prefetch.ts';
import { checker } from './schema.ts';
import { Session } from './session.ts';
import type { VerifySignatures } from './signatures.ts';
import { decodeBatch, type WireBatch, type WireEntry, withheld } from './wire/batch-codec.ts';
import { encodeOutboxRow } from './wire/outbox-codec.ts';
import type { StoredOutcome } from './wire/outcome-codec.ts';
import { encodeOutcomes, encodeRow, type RowHeader } from './wire/row-codec.ts';

const MAX_BATCH_BYTES = 8 * 1024 * 1024;
const isHeader = checker(HeaderSchema);

/**
 * The pipeline of a submission: parse -> authorise -> once-only -> run -> audit -> meter -> flush.
 * Header errors abort it, in order: BATCH_INVALID, NOT_YOURS, DIGEST_MISMATCH, CLOCK_SKEW, EPOCH_STALE, SEQUENCE_STALE,
 * PREVIOUS_HASH_MISMATCH. A refused operation leaves its neighbours untouched; nothing accepted, nothing written.
 */
export async function submitBatch(
  peer: Peer,
  table: OperationTable,
  submission: {
    argument: string;
    clock: Clock;
    memory: LaneMemory;
    directories: Directories;
    verify: VerifySignatures;
  },
): Promise<BatchResponse> {
  const header = readHeader(peer, submission.argument);
  assertProposalTime(peer, submission.clock);
  const [stored] = await peer.getStates([HEAD_KEY]);
  const head: LaneHead = stored === undefined ? NEW_HEAD : JSON.parse(Buffer.from(stored).toString('utf8'));
  assertFollows(header, head);
  const bytes = peer.transient('batch') as Uint8Array;
  const wire = readBatch(table, bytes);

  // Gateways' clocks differ a little; the lane's time never goes backwards.
  const now = Math.max(peer.timestampMilliseconds, Date.parse(head.time));
  const { memory } = submission;
  await memory.attach(peer, head);
  const { version } = memory;
  const session = new Session(peer, table, {
    nowMilliseconds: now,
    memory,
    head,
    directories: { memory: submission.directories, asOf: header.directories ?? {} },
    verify: submission.verify,
    lane: (undo) => new RunningLaneBook(header.lane, head, undo),
  });

  // A few rows with each batch: a payment that came after a hundred thousand new accounts would wait for all of them.
  for (const bank of header.grown ?? []) await session.learnDirectory(bank);

  const attempts = wire.entries.map((entry) => newAttempt(session, entry));
  for (const attempt of attempts) prepare(session, attempt, ['submit']);
  await prefetch(session, attempts);
  for (const chain of chainsOf(attempts)) {
    const waiting = runChain(session, chain);
    if (waiting !== undefined) await waiting;
  }
  // Another batch was committed and moved the memory while this one waited for rows: it was judged on sand.
  if (memory.version !== version)
    throw errors.SEQUENCE_STALE({ expectedSequence: head.sequence + 1, expectedPreviousHash: head.hash });
  return flush(session, { header, head, bytes, wire, attempts, memory });
}

function readHeader(peer: Peer, argument: string): Header {
  const header = readJson(argument, 'the header is not JSON');
  if (!isHeader(header)) throw errors.BATCH_INVALID({ reason: 'the header does not match its schema' });
  assertEntryPoint(peer, 'lane:submit', undefined);
  const owner = namespaceOwner(peer.namespace);
  if (header.lane !== peer.namespace || owner?.mspId !== peer.creatorMspId) {
    throw errors.NOT_YOURS({ lane: header.lane, mspId: peer.creatorMspId });
  }
  // The transient map is outside the creator's signature; the digest in the signed argument binds it.
  const bytes = peer.transient('batch');
  if (bytes === undefined || bytes.length > MAX_BATCH_BYTES) {
    throw errors.BATCH_INVALID({ reason: 'the transient map holds no batch of at most 8 MB' });
  }
  if (sha256(bytes) !== header.digest) throw errors.DIGEST_MISMATCH();
  return header;
}

function assertFollows(header: Header, head: LaneHead): void {
  const isHolder = header.epoch === head.epoch && header.holder === head.holder;
  const isTakeOver = header.epoch === head.epoch + 1;
  if (!isHolder && !isTakeOver) throw errors.EPOCH_STALE({ epoch: head.epoch, holder: head.holder });
  const expected = { expectedSequence: head.sequence + 1, expectedPreviousHash: head.hash };
  if (header.sequence !== expected.expectedSequence) throw errors.SEQUENCE_STALE(expected);
  if (header.previousHash !== head.hash) throw errors.PREVIOUS_HASH_MISMATCH(expected);
}

function readBatch(table: OperationTable, bytes: Uint8Array): WireBatch {
  try {
    return decodeBatch(table, bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw errors.BATCH_INVALID({ reason: error.message });
  }
}

function readJson(text: string, reason: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw errors.BATCH_INVALID({ reason });
  }
}

interface Submission {
  readonly header: Header;
  readonly head: LaneHead;
  readonly bytes: Uint8Array;
  readonly wire: WireBatch;
  readonly attempts: readonly Attempt[];
  readonly memory: LaneMemory;
}

async function flush(session: Session, submission: Submission): Promise<BatchResponse> {
  const { header, head, wire, attempts } = submission;
  const outcomes = encodeOutcomes(session.table, wire, attempts.map(storedOutcome));
  const accepted = attempts.filter(({ outcome }) => outcome?.outcome === 'accepted').length;
  const hash = accepted === 0 ? head.hash : write(session, submission, outcomes);
  if (accepted > 0) await session.peer.putStates(session.state.writes());
  return {
    lane: header.lane,
    sequence: header.sequence,
    hash,
    accepted,
    ...(accepted === 0 ? { outcomes: outcomes.toString('base64') } : {}),
    replays: attempts.flatMap(({ outcome }) =>
      outcome?.outcome === 'replayed' ? [{ result: outcome.result, transactionId: outcome.transactionId }] : [],
    ),
  };
}

/** Buffers everything that the batch leaves behind; gives its row's hash. */
function write(session: Session, submission: Submission, outcomes: Uint8Array): string {
  const { header, head, bytes, wire, attempts, memory } = submission;
  const { state, table, book } = session;
  const lane = session.lane as RunningLaneBook;
  const listings = book.listings();
  if (listings.length > 0) state.put(directoryKey(lane.addDirectoryRow()), encodeListings(header, listings));
  const counters = lane.after();
  const { sequence, previousHash, epoch, holder } = header;
  const place = { lane: header.lane, sequence, previousHash, epoch, holder, time: session.now };
  const rowHeader: RowHeader = { ...place, txId: session.peer.transactionId, head: counters };
  const row = encodeRow(canonicalJson(rowHeader), withheld(bytes, wire, digestsOf(bytes, wire, attempts)), outcomes);
  const hash = sha256(row);
  const ids = session.onceOnly.save(attempts);
  for (const { key, row: outbox } of lane.outboxRows()) state.put(key, encodeOutboxRow(table, outbox));
  state.put(batchKey(sequence), row);
  const saved = advance(
    head.checkpoint,
    { sequence, operations: attempts.length },
    (segment) => memory.holdings.accountsOf(segment).length,
  );
  for (const segment of saved.segments) {
    const holdings = segmentAfter(session, memory, segment);
    state.put(segmentKey(segment, sequence), encodeSegment(header.lane, sequence, holdings));
  }
  state.put(HEAD_KEY, {
    ...counters,
    sequence,
    hash,
    epoch,
    holder,
    time: session.now,
    checkpoint: saved.checkpoint,
    ids: ids.state,
  } satisfies LaneHead);
  memory.expect({ sequence, previousHash, hash, row, holdings: book.changed, ids: ids.added, idState: ids.state });
  return hash;
}

/** A segment's holdings with what the batch changed in it. */
function segmentAfter({ book }: Session, memory: LaneMemory, segment: number): Iterable<Holding> {
  const accounts = new Set(memory.holdings.accountsOf(segment));
  for (const accountId of book.changed.keys()) if (segmentOf(accountId) === segment) accounts.add(accountId);
  return [...accounts].map((accountId) => book.find(accountId) as Holding);
}

function storedOutcome(attempt: Attempt): StoredOutcome {
  const outcome = attempt.outcome as OperationOutcome;
  if (outcome.outcome === 'replayed') return { outcome: 'replayed' };
  if (outcome.outcome === 'refused') return outcome;
  const effects = effectsOf(attempt);
  return effects === undefined ? outcome : { outcome: 'accepted', result: outcome.result, effects };
}

/** SHA-256 of the requests that no schema admitted, by their place. */
function digestsOf(bytes: Uint8Array, wire: WireBatch, attempts: readonly Attempt[]): Map<number, string> {
  const digests = new Map<number, string>();
  for (const [place, { isAdmitted }] of attempts.entries()) {
    const { requestStart, end } = wire.entries[place] as WireEntry;
    if (!isAdmitted) digests.set(place, sha256(bytes.subarray(requestStart, end)));
  }
  return digests;
}
