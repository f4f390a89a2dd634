import type { NetworkState } from '../read-model/network-state.ts';
import type { GatewayHealth } from './types.ts';

/** Where every lane stands, and how many credits each bank has not received yet from each other. */
export function summariseNetwork({ lanes }: NetworkState): GatewayHealth['network'] {
  return {
    lanes: [...lanes].map(([lane, { sequence, epoch }]) => ({ lane, sequence, epoch })),
    undelivered: [...lanes].flatMap(([from, { counters }]) =>
      Object.entries(counters.outbox).map(([to, sent]) => ({
        from,
        to,
        count: sent - (lanes.get(to)?.counters.inbox[from] ?? 0),
      })),
    ),
  };
}
