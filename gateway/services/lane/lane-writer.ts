import type { Clock } from '../../fabric/clock.ts';
import { gatewayErrors, problemOf } from '../gateway-errors.ts';
import type { LiveHolder, Siblings } from '../siblings/siblings.ts';
import type { LaneStatus, OperationOutcome } from '../types.ts';
import { createBatchSize } from './batch-size.ts';
import { bookBatch, type LaneState } from './book-batch.ts';
import { answerAll, createForwarder, heldElsewhere } from './forwarder.ts';
import type { LaneTransport } from './lane-transport.ts';
import { halveGroups, type OperationGroup } from './operation-group.ts';
import { createOperationQueue, defaultQueueLimits, type QueueLimits } from './operation-queue.ts';

export interface LaneWriterOptions {
  lane: string;
  transport: LaneTransport;
  clock: Clock;
  directories: () => Record<string, number>;
  /** Name of this process on the ledger; no two processes have the same. */
  holder: string;
  siblings?: Pick<Siblings, 'count' | 'locate'>;
  limits?: Partial<QueueLimits>;
  /** How long one batch is tried before its operations are answered failed or unknown. */
  patienceMilliseconds?: number;
  /** Resolves when reads will show the block; answers wait for it, the next batch does not. */
  afterBlock: (blockNumber: bigint) => Promise<unknown>;
  /** Block of a ledger transaction that is known to be committed. */
  findBlockOf: (transactionId: string) => Promise<bigint | undefined>;
  onBatch?: (batch: { seconds: number }) => void;
  /** Called with how long reads took to show a batch that was known to be committed. */
  onReadable?: (seconds: number) => void;
}

export interface LaneWriter {
  readonly lane: string;
  /** Adds groups to the queue; false when it is full. */
  tryAdd(groups: readonly OperationGroup[]): boolean;
  start(): void;
  /** Takes no more work and finishes what is queued. */
  stop(): Promise<void>;
  status(): LaneStatus;
  /** A sibling says that it holds the lane under this epoch: if it is a later one, this process was displaced. */
  hearClaim(claim: { holder: string; epoch: number }): void;
  /** Called when this process begins or ceases to hold the lane. */
  onRole(listener: (status: LaneStatus) => void): void;
}

/**
 * Batches that the own read model may be behind. What it has yet to show is what the inbox has yet to credit: a lane that
 * ran further ahead of it would only take in debits faster than the banks book them. A read model that stands still
 * delays each batch by `afterBlock`'s patience, and stops none.
 */
const UNREAD_MAX = 2;

/**
 * The one writer of a lane in this process: one batch at a time, the next forms while the last one commits. While a
 * sibling holds the lane its batches are forwarded; when that is lost, the next batch takes the lane over.
 */
export function createLaneWriter(options: LaneWriterOptions): LaneWriter {
  const { lane, holder } = options;
  const limits = { ...defaultQueueLimits, ...options.limits };
  const queue = createOperationQueue(limits);
  const size = createBatchSize(limits.batchOperationsMax);
  const tools = { ...options, onJudged: size.record };
  const state: LaneState = { holder, head: undefined, held: false, lease: { holder: '', epoch: 0, sequence: 0 } };
  let elsewhere: LiveHolder | undefined;
  const listeners = new Set<(status: LaneStatus) => void>();
  const forwarder = createForwarder({
    ...{ lane, queue, afterBlock: options.afterBlock },
    onMoved: () => {
      elsewhere = undefined;
    },
  });
  let running: Promise<void> | undefined;
  let underWay: OperationGroup[] = [];
  const unread: Promise<void>[] = [];
  let wasHolding = false;

  const status = (): LaneStatus => {
    const holding = state.held && state.lease.holder === holder;
    const role = holding ? 'holder' : elsewhere?.isAlive() ? 'forwarder' : 'none';
    const oldestSeconds = secondsSince(underWay[0]?.addedAt ?? queue.oldestAt());
    return { lane, role, holding, ...state.lease, queued: queue.length(), oldestSeconds };
  };

  function tellRole(): void {
    const now = status();
    if (now.holding === wasHolding) return;
    wasHolding = now.holding;
    for (const listener of listeners) listener(now);
  }

  async function book(groups: OperationGroup[]): Promise<void> {
    const startedAt = performance.now();
    underWay = groups;
    const answers = await bookOrFail(tools, state, groups);
    underWay = [];
    const seconds = (performance.now() - startedAt) / 1000;
    elsewhere = answers.elsewhere;
    const moved = answers.groups.filter(({ outcomes }) => outcomes === undefined).map(({ group }) => group);
    if (moved.length < answers.groups.length) options.onBatch?.({ seconds });
    tellRole();
    unread.push(answerAfterBlock(options, answers));
    const staying = moved.filter((group) => group.stays);
    if (staying.length > 0) answerAll(staying, heldElsewhere(lane, state.lease.holder));
    if (staying.length < moved.length) forwarder.putBack(moved.filter((group) => !group.stays));
  }

  async function run(): Promise<void> {
    for (;;) {
      while (unread.length >= UNREAD_MAX) await unread.shift();
      const groups = await queue.take(size.most);
      if (!groups && !forwarder.isBusy()) return;
      if (!groups) await forwarder.oneDone();
      else if (elsewhere?.isAlive()) await handOver(elsewhere, groups);
      else await book(groups);
    }
  }

  async function handOver(live: LiveHolder, groups: OperationGroup[]): Promise<void> {
    const staying = groups.filter((group) => group.stays);
    if (staying.length > 0) answerAll(staying, heldElsewhere(lane, live.holder));
    if (staying.length < groups.length) {
      await forwarder.send(
        live,
        groups.filter((group) => !group.stays),
      );
    }
  }

  return {
    lane,
    tryAdd: (groups) => queue.tryAdd(groups),
    start: () => {
      running ??= run();
    },
    stop: async () => {
      queue.close();
      await running;
    },
    status,
    hearClaim: (claim) => {
      if (claim.holder === holder || claim.epoch <= state.lease.epoch) return;
      state.lease = { ...state.lease, ...claim };
      state.head = undefined;
      tellRole();
    },
    onRole: (listener) => {
      listeners.add(listener);
    },
  };
}

const secondsSince = (milliseconds: number | undefined) =>
  milliseconds === undefined ? 0 : (performance.now() - milliseconds) / 1000;

interface Answers {
  /** Without outcomes where the lane turned out to be elsewhere. */
  groups: { group: OperationGroup; outcomes: OperationOutcome[] | undefined }[];
  /** Blocks that the read model must have applied before the client is told. */
  lastBlock: bigint | undefined;
  elsewhere: LiveHolder | undefined;
}

/** Books a batch. One operation that breaks the whole batch is found by halving, so that its neighbours are booked. */
async function bookOrFail(options: LaneWriterOptions, state: LaneState, groups: OperationGroup[]): Promise<Answers> {
  const allAnswered = (problem: OperationOutcome): Answers => ({
    groups: groups.map((group) => ({ group, outcomes: group.operations.map(() => problem) })),
    lastBlock: undefined,
    elsewhere: undefined,
  });
  let halves: ReturnType<typeof halveGroups>;
  try {
    const booked = await bookBatch(options, state, groups);
    if (booked.kind === 'answered') {
      const answered = groups.map((group, index) => ({ group, outcomes: booked.outcomes[index] }));
      return { groups: answered, lastBlock: booked.blockNumber, elsewhere: undefined };
    }
    if (booked.kind === 'elsewhere') {
      const moved = groups.map((group) => ({ group, outcomes: undefined }));
      return { groups: moved, lastBlock: undefined, elsewhere: booked.holder };
    }
    halves = booked.isPoisoned ? halveGroups(groups) : undefined;
    if (halves === undefined) return allAnswered(booked.problem);
  } catch (error) {
    return allAnswered(problemOf(gatewayErrors.INTERNAL({ reason: (error as Error).message })));
  }
  const first = await bookOrFail(options, state, halves[0]);
  const second = await bookOrFail(options, state, halves[1]);
  return {
    groups: [...first.groups, ...second.groups],
    lastBlock: second.lastBlock ?? first.lastBlock,
    elsewhere: second.elsewhere,
  };
}

async function answerAfterBlock(options: LaneWriterOptions, answers: Answers): Promise<void> {
  const answer = (isReadElsewhere: boolean) => {
    for (const { group, outcomes } of answers.groups) {
      if (outcomes && (group.isReadElsewhere === true) === isReadElsewhere) group.answer(outcomes);
    }
  };
  answer(true);
  if (answers.lastBlock !== undefined) {
    const committedAt = performance.now();
    await options.afterBlock(answers.lastBlock);
    options.onReadable?.((performance.now() - committedAt) / 1000);
  }
  answer(false);
}
