import type { BatchOperation, BatchResponse, BatchRow, Header, LaneHead } from './batch.ts';
import { BatchSchema, batchKey, FIRST_PREVIOUS_HASH, HEAD_KEY, HeaderSchema } from './batch.ts';
import { CanonicalText, canonicalJson, sha256 } from './canonical.ts';
import { assertProposalTime, type Clock } from './clock.ts';
import { assertEntryPoint } from './entry-point.ts';
import { NO_COUNTERS, RunningLaneBook } from './lane-book.ts';
import { errors } from './lane-errors.ts';
import { chainsOf, runChain } from './linked-chain.ts';
import { namespaceOwner } from './names.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import { type Attempt, entryOf, newAttempt, prepare } from './pipeline.ts';
import { prefetch } from './prefetch.ts';
import { checker } from './schema.ts';
import { Session } from './session.ts';

export const NEW_HEAD: LaneHead = {
  ...NO_COUNTERS,
  sequence: 0,
  hash: FIRST_PREVIOUS_HASH,
  epoch: 0,
  holder: '',
  time: '1970-01-01T00:00:00.000Z',
};

const MAX_BATCH_BYTES = 8 * 1024 * 1024;
const isHeader = checker(HeaderSchema);
const isBatch = checker(BatchSchema);

/**
 * The pipeline of a submission: parse -> authorise -> once-only -> run -> audit -> meter -> flush.
 * Header errors abort it, in order: BATCH_INVALID, NOT_YOURS, DIGEST_MISMATCH, CLOCK_SKEW, EPOCH_STALE, SEQUENCE_STALE,
 * PREVIOUS_HASH_MISMATCH. A refused operation leaves its neighbours untouched; nothing accepted, nothing written.
 */
export async function submitBatch(
  peer: Peer,
  table: OperationTable,
  submission: { argument: string; clock: Clock },
): Promise<BatchResponse> {
  const header = readHeader(peer, submission.argument);
  assertProposalTime(peer, submission.clock);
  const [stored] = await peer.getStates([HEAD_KEY]);
  const head: LaneHead = stored === undefined ? NEW_HEAD : JSON.parse(stored);
  assertFollows(header, head);
  const operations = readBatch(peer);

  // Gateways' clocks differ a little; the lane's time never goes backwards.
  const now = Math.max(peer.timestampMilliseconds, Date.parse(head.time));
  const session = new Session(peer, table, {
    nowMilliseconds: now,
    lane: (undo) => new RunningLaneBook(header.lane, head, undo),
  });

  const attempts = operations.map((envelope) => newAttempt(session, envelope));
  for (const attempt of attempts) prepare(session, attempt, ['submit']);
  await prefetch(session, attempts);
  for (const chain of chainsOf(attempts)) await runChain(session, chain);
  return flush(session, { header, head, attempts });
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

function readBatch(peer: Peer): readonly BatchOperation[] {
  const batch = readJson(new TextDecoder().decode(peer.transient('batch')), 'the batch is not JSON');
  if (!isBatch(batch)) throw errors.BATCH_INVALID({ reason: 'the batch does not match its schema' });
  return batch.operations as readonly BatchOperation[];
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
  readonly attempts: readonly Attempt[];
}

async function flush(session: Session, { header, head, attempts }: Submission): Promise<BatchResponse> {
  const results = attempts.map((attempt) => attempt.outcome as BatchResponse['results'][number]);
  const accepted = results.filter(({ outcome }) => outcome === 'accepted').length;
  if (accepted === 0) return { lane: header.lane, sequence: header.sequence, hash: head.hash, accepted, results };

  const lane = session.lane as RunningLaneBook;
  const counters = lane.after();
  const row: Omit<BatchRow, 'entries'> & { entries: unknown } = {
    lane: header.lane,
    sequence: header.sequence,
    previousHash: header.previousHash,
    epoch: header.epoch,
    holder: header.holder,
    time: session.now,
    txId: session.peer.transactionId,
    head: counters,
    entries: session.onceOnly.recorded(attempts).map(entryOf),
  };
  const text = canonicalJson(row);
  const hash = sha256(text);
  session.onceOnly.save(attempts);
  for (const outbox of lane.outboxRows()) session.state.put(outbox.key, outbox.row);
  session.state.put(batchKey(header.sequence), new CanonicalText(text));
  const { sequence, epoch, holder } = header;
  session.state.put(HEAD_KEY, { ...counters, sequence, hash, epoch, holder, time: session.now } satisfies LaneHead);
  await session.peer.putStates(session.state.writes());
  return { lane: header.lane, sequence, hash, accepted, results };
}
