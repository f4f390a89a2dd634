import { randomBytes } from 'node:crypto';
import type { Clock } from '../../fabric/clock.ts';
import { gatewayErrors, problemOf } from '../gateway-errors.ts';
import type { LaneStatus, OperationOutcome } from '../types.ts';
import { bookBatch, type LaneState } from './book-batch.ts';
import type { LaneTransport } from './lane-transport.ts';
import { createOperationQueue, defaultQueueLimits, type OperationGroup, type QueueLimits } from './operation-queue.ts';

export interface LaneWriterOptions {
  lane: string;
  transport: LaneTransport;
  clock: Clock;
  /** Name of the organisation; a random part makes each process a holder of its own. */
  organization: string;
  limits?: Partial<QueueLimits>;
  /** How long one batch is tried before its operations are answered failed or unknown. */
  patienceMilliseconds?: number;
  /** Resolves when reads will show the block; answers wait for it, the next batch does not. */
  afterBlock: (blockNumber: bigint) => Promise<unknown>;
  /** Block of a ledger transaction that is known to be committed. */
  findBlockOf: (transactionId: string) => Promise<bigint | undefined>;
  onBatch?: (batch: { outcomes: OperationOutcome[]; seconds: number }) => void;
}

export interface LaneWriter {
  readonly lane: string;
  /** Adds groups to the queue; false when it is full. */
  tryAdd(groups: OperationGroup[]): boolean;
  start(): void;
  /** Takes no more work and finishes what is queued. */
  stop(): Promise<void>;
  status(): LaneStatus;
}

/** The one writer of a lane in this process: one batch at a time, the next forms while the last one commits. */
export function createLaneWriter(options: LaneWriterOptions): LaneWriter {
  const queue = createOperationQueue({ ...defaultQueueLimits, ...options.limits });
  const state: LaneState = {
    holder: `${options.organization}-${randomBytes(6).toString('hex')}`,
    head: undefined,
    held: false,
  };
  let running: Promise<void> | undefined;
  let underWay: OperationGroup[] = [];

  async function run(): Promise<void> {
    for (let groups = await queue.take(); groups; groups = await queue.take()) {
      const startedAt = performance.now();
      underWay = groups;
      const answers = await bookOrFail(options, state, groups);
      underWay = [];
      const seconds = (performance.now() - startedAt) / 1000;
      options.onBatch?.({ outcomes: answers.outcomes.flat(), seconds });
      void answerAfterBlock(options, groups, answers);
    }
  }

  return {
    lane: options.lane,
    tryAdd: (groups) => queue.tryAdd(groups),
    start: () => {
      running ??= run();
    },
    stop: async () => {
      queue.close();
      await running;
    },
    status: () => ({
      lane: options.lane,
      holding: state.held,
      sequence: state.head?.sequence ?? 0,
      queued: queue.length(),
      oldestSeconds: secondsSince(underWay[0]?.addedAt ?? queue.oldestAt()),
    }),
  };
}

const secondsSince = (milliseconds: number | undefined) =>
  milliseconds === undefined ? 0 : (performance.now() - milliseconds) / 1000;

interface Answers {
  /** Per group, per operation. */
  outcomes: OperationOutcome[][];
  /** Blocks that the read model must have applied before the client is told. */
  lastBlock: bigint | undefined;
}

/** Books a batch. One operation that breaks the whole batch is found by halving, so that its neighbours are booked. */
async function bookOrFail(options: LaneWriterOptions, state: LaneState, groups: OperationGroup[]): Promise<Answers> {
  try {
    const booked = await bookBatch(options, state, groups);
    if (booked.kind === 'answered') return { outcomes: booked.outcomes, lastBlock: booked.blockNumber };
    if (groups.length === 1 || !booked.isPoisoned) {
      const problem = booked.problem;
      return { outcomes: groups.map((group) => group.texts.map(() => problem)), lastBlock: undefined };
    }
  } catch (error) {
    const problem = problemOf(gatewayErrors.INTERNAL({ reason: (error as Error).message }));
    return { outcomes: groups.map((group) => group.texts.map(() => problem)), lastBlock: undefined };
  }
  const middle = groups.length >> 1;
  const first = await bookOrFail(options, state, groups.slice(0, middle));
  const second = await bookOrFail(options, state, groups.slice(middle));
  return {
    outcomes: [...first.outcomes, ...second.outcomes],
    lastBlock: second.lastBlock ?? first.lastBlock,
  };
}

async function answerAfterBlock(options: LaneWriterOptions, groups: OperationGroup[], answers: Answers): Promise<void> {
  if (answers.lastBlock !== undefined) await options.afterBlock(answers.lastBlock);
  groups.forEach((group, index) => {
    group.answer(answers.outcomes[index] ?? []);
  });
}
