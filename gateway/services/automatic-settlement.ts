import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceReadModel } from '../read-model/read-model.ts';
import type { PositionView } from '../read-model/types.ts';
import type { Pair, PairSettlement } from './settlement-service.ts';

export interface AutomaticSettlementOptions {
  organization: string;
  readModel: ServiceReadModel;
  settlement: PairSettlement;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

const RETRY_MILLISECONDS = 2_000;

/**
 * Settles what this bank owes as soon as the agreed share of a pair's limit is used, so that traffic never stops at
 * the limit. One settlement per pair at a time; what could not be settled is tried again with the next block or soon.
 */
export function startAutomaticSettlement(options: AutomaticSettlementOptions): void {
  const busy = new Set<string>();
  const check = async () => {
    for (const position of await options.readModel.listPositions()) {
      if (position.debtorBank !== options.organization || !isDue(position)) continue;
      const key = `${position.creditorBank}/${position.currency}`;
      if (busy.has(key)) continue;
      busy.add(key);
      void settle(options, position).finally(() => busy.delete(key));
    }
  };
  const run = () => {
    check().catch((error: unknown) => options.onProblem('positions cannot be read', error));
  };
  const stop = options.readModel.subscribe(run);
  options.signal.addEventListener('abort', stop, { once: true });
  run();
}

/** True when the share is used and the creditor's bank has received something that is not settled yet. */
export function isDue(position: PositionView): boolean {
  const { sent, received, settled, limit, settleAtShare } = position;
  const isShareUsed = (BigInt(sent) - BigInt(settled)) * 10_000n >= BigInt(limit) * BigInt(settleAtShare);
  const delivered = BigInt(sent) < BigInt(received) ? BigInt(sent) : BigInt(received);
  return isShareUsed && delivered > BigInt(settled);
}

async function settle({ settlement, signal, onProblem }: AutomaticSettlementOptions, pair: Pair): Promise<void> {
  try {
    if (await settlement.settleDelivered(pair)) return;
  } catch (error) {
    onProblem(`settling ${pair.debtorBank} to ${pair.creditorBank} failed`, error);
  }
  // No balance at the central bank, or a bank that is down: asking at every block would only make load.
  await sleep(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
}
