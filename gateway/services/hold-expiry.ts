import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../fabric/clock.ts';
import type { ServiceReadModel } from '../read-model/read-model.ts';
import type { OperationService } from './types.ts';

export interface HoldExpiryOptions {
  operations: OperationService;
  readModel: ServiceReadModel;
  clock: Clock;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

const EVERY_MILLISECONDS = 1_000;
const HOLDS_MAX = 500;

/** Releases holds that are past their expiry. An expired hold cannot be posted anyway: this only frees the money. */
export async function runHoldExpiry(options: HoldExpiryOptions): Promise<void> {
  const { operations, readModel, clock, signal, onProblem } = options;
  while (!signal.aborted) {
    await sleep(EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const now = new Date(clock.now()).toISOString();
    const holdIds = await readModel.listExpiredHolds(now, HOLDS_MAX).catch((error: unknown) => {
      onProblem('expired holds could not be looked up', error);
      return [];
    });
    if (holdIds.length === 0) continue;
    const [outcome] = await operations.submit([
      {
        operation: 'payments:expireHolds',
        request: { holdIds },
        requester: { kind: 'system', subject: 'hold-expiry' },
      },
    ]);
    if (outcome?.outcome !== 'accepted') onProblem('expired holds were not released', outcome);
  }
}
