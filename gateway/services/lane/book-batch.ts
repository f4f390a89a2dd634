import { setTimeout as sleep } from 'node:timers/promises';
import type { Header } from '@tangram/chaincode/core/batch.ts';
import { sha256 } from '@tangram/chaincode/core/canonical.ts';
import { encodeBatch } from '@tangram/chaincode/core/wire/batch-codec.ts';
import type { Clock } from '../../fabric/clock.ts';
import type { EndorsedTransaction } from '../../fabric/endorsement.ts';
import { decodeFabricError } from '../../fabric/fabric-failure.ts';
import { operationTable } from '../../fabric/operation-table.ts';
import { gatewayErrors, problemOf } from '../gateway-errors.ts';
import type { LiveHolder, Siblings } from '../siblings/siblings.ts';
import type { OperationOutcome, OperationProblem } from '../types.ts';
import { awaitCommit, type CommitTools } from './await-commit.ts';
import { type LaneAnswer, outcomesOf, readAnswer } from './batch-outcomes.ts';
import type { JudgedBatch } from './batch-size.ts';
import { heldElsewhere } from './forwarder.ts';
import { judgeFailure } from './judge-failure.ts';
import type { LaneHead } from './lane-transport.ts';
import type { OperationGroup } from './operation-group.ts';

type Directories = NonNullable<Header['directories']>;

/** What this process knows of its lane. */
export interface LaneState {
  readonly holder: string;
  /** Undefined: ask the ledger before the next batch. */
  head: LaneHead | undefined;
  /** True once this process has written a batch: from then on another holder means that it was displaced. */
  held: boolean;
  /** What was last read or written of the lease. */
  lease: { holder: string; epoch: number; sequence: number };
  /** Last rows of directories that this process's last committed batch named. */
  directories?: Directories | undefined;
  /** Ledger transaction of the last batch that this process saw committed. */
  lastTransactionId?: string;
  /** Resolves when those that endorse next have that one too. */
  level?: Promise<void>;
}

export interface BookingTools extends CommitTools {
  lane: string;
  clock: Clock;
  /** Last known row of each bank's directory: the batch is judged by what these banks had published by then. */
  directories: () => Directories;
  /** The organisation's other gateways; without any, another holder is an older process of this one. */
  siblings?: Pick<Siblings, 'count' | 'locate'> | undefined;
  patienceMilliseconds?: number;
  /** Told of each batch that endorsers have judged or not come to judge. */
  onJudged?(batch: JudgedBatch): void;
}

export type Booking =
  | { kind: 'answered'; outcomes: OperationOutcome[][]; blockNumber: bigint | undefined }
  /** A sibling that lives holds the lane: nothing was written. */
  | { kind: 'elsewhere'; holder: LiveHolder }
  /** `isPoisoned`: the batch as a whole was rejected, so one of its operations may be the reason. */
  | { kind: 'problem'; problem: OperationProblem; isPoisoned: boolean };

type Decided = Exclude<Booking, { kind: 'elsewhere' }>;

const GENESIS: LaneHead = { sequence: 0, hash: '0'.repeat(64), epoch: 0, holder: '', time: '' };
const LEASE_MILLISECONDS = 10_000;
const PATIENCE_MILLISECONDS = 40_000;
const UNCLEAR_MILLISECONDS = 700;
/** An endorser that lags further behind is not waited for: the next one takes its place. */
const LEVEL_MILLISECONDS = 300;

/**
 * Books one batch and says for certain what became of it, or that it cannot be said. Endorses anew when the lane has
 * moved; when no operation is accepted, the endorsement is the answer and nothing is submitted.
 */
export async function bookBatch(tools: BookingTools, state: LaneState, groups: OperationGroup[]): Promise<Booking> {
  const operations = groups.flatMap((group) => group.operations);
  const { bytes: batch, names } = encodeBatch(operationTable, operations);
  const digest = sha256(batch);
  const waits = operations.filter(({ operation }) => readsPrivateData(operation)).length;
  const deadline = Date.now() + (tools.patienceMilliseconds ?? PATIENCE_MILLISECONDS);
  // Siblings soon tell who lives; where none are, nothing will be clearer in a moment.
  const clearUntil = tools.siblings?.count ? Date.now() + UNCLEAR_MILLISECONDS : 0;
  let last: OperationProblem | undefined;

  for (let attempt = 0; attempt === 0 || Date.now() < deadline; attempt += 1) {
    if (attempt > 0) await pause(attempt);
    try {
      const head = state.head ?? (await tools.transport.readHead()) ?? GENESIS;
      noteLease(state, head);
      const elsewhere = await findHolder(tools, state, head);
      if (elsewhere?.kind === 'problem' && Date.now() < clearUntil) {
        last = elsewhere.problem;
        continue;
      }
      if (elsewhere) return elsewhere;
      state.head = head;

      const directories = tools.directories();
      const grown = grownSince(state.directories ?? directories, directories).filter((bank) => bank !== tools.lane);
      const own = { lane: tools.lane, holder: state.holder, digest, directories };
      const header = nextHeader(head, { ...own, ...(grown.length > 0 && { grown }) });
      await state.level;
      const endorsed = await judged(tools, operations.length, tools.transport.endorse(header, batch, waits));
      const answer = readAnswer(endorsed, { operations, names });
      if (answer.accepted === 0) return answered(await outcomesOf(tools, groups, { results: answer.results }));

      const booking = await commit(tools, state, { header, endorsed, answer, groups, deadline });
      if (booking.kind === 'answered' || booking.problem.outcome === 'unknown') return booking;
      last = booking.problem;
    } catch (error) {
      const failure = decodeFabricError(error);
      const next = judgeFailure(failure, attempt);
      if (next.isHeadDoubtful) state.head = undefined;
      if (failure.kind === 'mismatch') waitForOthers(tools, state);
      if (next.isFinal) return { kind: 'problem', ...next };
      last = next.problem;
    }
  }
  state.head = undefined;
  return { kind: 'problem', problem: last ?? problemOf(gatewayErrors.OUTCOME_UNKNOWN()), isPoisoned: false };
}

async function judged(
  { onJudged }: BookingTools,
  operations: number,
  endorsement: Promise<EndorsedTransaction>,
): Promise<EndorsedTransaction> {
  const startedAt = performance.now();
  let isEndorsed = false;
  try {
    const endorsed = await endorsement;
    isEndorsed = true;
    return endorsed;
  } finally {
    onJudged?.({ operations, seconds: (performance.now() - startedAt) / 1000, isEndorsed });
  }
}

const readsPrivateData = (operation: string) => operation === 'accounts:openAccount' || operation.startsWith('credit:');

/** Peers catch up within 15 to 100 ms; what lasts longer is not worth asking more than once a second. */
function pause(attempt: number): Promise<void> {
  return sleep(Math.min(15 * 2 ** (attempt - 1), 1_000) * (0.75 + Math.random() / 2));
}

/** Banks whose directories have rows that were not named before. */
const grownSince = (before: Directories, now: Directories): string[] =>
  Object.keys(now).filter((bank) => (now[bank] ?? 0) > (before[bank] ?? 0));

function nextHeader(head: LaneHead, own: Omit<Header, 'epoch' | 'sequence' | 'previousHash'>): Header {
  return {
    ...own,
    // A new holder takes the lane over with the next epoch; from then on the ledger refuses the old one.
    epoch: head.holder === own.holder ? head.epoch : head.epoch + 1,
    sequence: head.sequence + 1,
    previousHash: head.hash,
  };
}

function noteLease(state: LaneState, { holder, epoch, sequence }: LaneHead): void {
  state.lease = { holder, epoch, sequence };
}

/**
 * Where the lane is when another process holds it; undefined when this one may take it. A sibling that lives keeps it.
 * One that has written since it was last seen lives behind a broken line: then, as where no sibling tells, a displaced
 * writer stays away while the lease runs, else two gateways would take the lane in turns.
 */
async function findHolder(tools: BookingTools, state: LaneState, head: LaneHead): Promise<Booking | undefined> {
  if (head.holder === state.holder || head.holder === '') return undefined;
  const isLeaseRunning = tools.clock.now() - Date.parse(head.time) <= LEASE_MILLISECONDS;
  let isKept = state.held && isLeaseRunning;
  if (tools.siblings && tools.siblings.count > 0) {
    const found = await tools.siblings.locate(head.holder);
    if (found.kind === 'alive') {
      state.head = undefined;
      return { kind: 'elsewhere', holder: found.holder };
    }
    const hasWrittenSince = found.kind === 'gone' && found.since !== undefined && Date.parse(head.time) > found.since;
    isKept = isLeaseRunning && (found.kind === 'unclear' || hasWrittenSince);
  }
  if (!isKept) return undefined;
  state.head = undefined;
  const problem = problemOf(heldElsewhere(tools.lane, head.holder));
  return { kind: 'problem', problem, isPoisoned: false };
}

/** Home judges a whole batch in vain where another endorser has yet to commit the one before. */
function waitForOthers({ transport }: BookingTools, state: LaneState): void {
  const { lastTransactionId } = state;
  if (lastTransactionId) state.level = transport.committedAtOthers(lastTransactionId, LEVEL_MILLISECONDS);
}

interface Attempt {
  header: Header;
  endorsed: EndorsedTransaction;
  answer: LaneAnswer;
  groups: OperationGroup[];
  deadline: number;
}

async function commit(tools: BookingTools, state: LaneState, attempt: Attempt): Promise<Decided> {
  const { header, endorsed, answer } = attempt;
  state.head = undefined;
  const verdict = await awaitCommit(tools, {
    endorsed,
    sequence: header.sequence,
    deadline: attempt.deadline,
  });
  if (verdict.kind === 'committed') {
    state.lastTransactionId = endorsed.transactionId;
    state.directories = header.directories;
    waitForOthers(tools, state);
    state.head = { ...header, hash: answer.hash, time: new Date(tools.clock.now()).toISOString() };
    state.held = true;
    noteLease(state, state.head);
    const position = { transactionId: endorsed.transactionId, blockNumber: verdict.blockNumber };
    return answered(
      await outcomesOf(tools, attempt.groups, { results: answer.results, position }),
      position.blockNumber,
    );
  }
  const problem =
    verdict.kind === 'not-committed'
      ? problemOf(gatewayErrors.NOT_COMMITTED({ validationCode: verdict.validationCode }), endorsed.transactionId)
      : problemOf(gatewayErrors.OUTCOME_UNKNOWN(), endorsed.transactionId);
  return { kind: 'problem', problem, isPoisoned: false };
}

const answered = (outcomes: OperationOutcome[][], blockNumber?: bigint): Decided => ({
  kind: 'answered',
  outcomes,
  blockNumber,
});
