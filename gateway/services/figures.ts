import type { GatewayFigures, OperationOutcome } from './types.ts';

export interface FigureCounter {
  read(): GatewayFigures;
  countBatch(batch: { outcomes: OperationOutcome[]; seconds: number }): void;
  countSettlement(): void;
}

/** Counts since start, for /metrics. */
export function createFigures(): FigureCounter {
  const figures: GatewayFigures = {
    batches: 0,
    operations: { accepted: 0, replayed: 0, refused: 0, failed: 0, unknown: 0 },
    batchSeconds: { sum: 0, count: 0 },
    settlements: 0,
  };
  return {
    read: () => structuredClone(figures),
    countBatch: ({ outcomes, seconds }) => {
      figures.batches += 1;
      figures.batchSeconds.sum += seconds;
      figures.batchSeconds.count += 1;
      for (const { outcome } of outcomes) figures.operations[outcome] += 1;
    },
    countSettlement: () => {
      figures.settlements += 1;
    },
  };
}
