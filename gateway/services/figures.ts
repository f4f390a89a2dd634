import type { GatewayFigures, OperationOutcome, OperationProblem } from './types.ts';

export interface FigureCounter {
  read(): GatewayFigures;
  countBatch(batch: { seconds: number }): void;
  /** How long reads took to show a committed batch. */
  countReadable(seconds: number): void;
  /** What was answered for operations, whether or not a batch held them. */
  countOutcomes(outcomes: OperationOutcome[]): void;
  countSettlement(): void;
  countPrivateDataMissing(transactions: number): void;
}

/** Bounds, in seconds, by which the read model's delay is told. */
export const DELAY_BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Counts since start, for /metrics. */
export function createFigures(): FigureCounter {
  const figures: Omit<GatewayFigures, 'rejected'> = {
    batches: 0,
    operations: { accepted: 0, replayed: 0, refused: 0, failed: 0, unknown: 0 },
    batchSeconds: { sum: 0, count: 0 },
    readModelDelay: { sum: 0, count: 0, within: DELAY_BOUNDS.map((seconds) => ({ seconds, count: 0 })) },
    settlements: 0,
    privateDataMissing: 0,
  };
  const rejected = new Map<string, GatewayFigures['rejected'][number]>();

  function countRejected({ outcome, code }: OperationProblem): void {
    const key = `${outcome} ${code}`;
    const row = rejected.get(key) ?? { outcome, code, count: 0 };
    rejected.set(key, { ...row, count: row.count + 1 });
  }

  return {
    read: () => structuredClone({ ...figures, rejected: [...rejected.values()] }),
    countBatch: ({ seconds }) => {
      figures.batches += 1;
      figures.batchSeconds.sum += seconds;
      figures.batchSeconds.count += 1;
    },
    countReadable: (seconds) => {
      const { readModelDelay } = figures;
      readModelDelay.sum += seconds;
      readModelDelay.count += 1;
      for (const bound of readModelDelay.within) if (seconds <= bound.seconds) bound.count += 1;
    },
    countOutcomes: (outcomes) => {
      for (const outcome of outcomes) {
        figures.operations[outcome.outcome] += 1;
        if ('code' in outcome) countRejected(outcome);
      }
    },
    countSettlement: () => {
      figures.settlements += 1;
    },
    countPrivateDataMissing: (transactions) => {
      figures.privateDataMissing += transactions;
    },
  };
}
