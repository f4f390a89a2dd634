import type { OperationProblem } from './types.ts';

/** One lane as this gateway sees it. */
export interface LaneStatus {
  lane: string;
  /** Writes it, or forwards to the sibling that does; `none` while neither is known. */
  role: 'holder' | 'forwarder' | 'none';
  holding: boolean;
  /** The process that the ledger or a sibling named last, and its epoch. */
  holder: string;
  epoch: number;
  sequence: number;
  queued: number;
  /** Age of the oldest operation that has no outcome yet, waiting or in the batch under way; 0 when there is none. */
  oldestSeconds: number;
}

export interface NetworkLane {
  lane: string;
  sequence: number;
  /** Rises by one whenever another gateway process takes the lane over. */
  epoch: number;
}

/** Credits in one bank's outbox that the other bank has not received yet. */
export interface Undelivered {
  from: string;
  to: string;
  count: number;
}

export interface GatewayHealth {
  ready: boolean;
  /** Block the read model has applied. */
  readModelBlock: string | null;
  /** Lanes this gateway writes and the length of their queues. */
  lanes: LaneStatus[];
  /** Every lane of the network as the read model has it. */
  network: { lanes: NetworkLane[]; undelivered: Undelivered[] };
  peers: { mspId: string; endpoint: string; healthy: boolean }[];
}

/** Figures since start, for /metrics; names follow Prometheus habits without the prefix. */
export interface GatewayFigures {
  batches: number;
  operations: Record<'accepted' | 'replayed' | 'refused' | 'failed' | 'unknown', number>;
  batchSeconds: { sum: number; count: number };
  /** From knowing that a batch is committed until reads show it, one observation a batch; `within` as in a histogram. */
  readModelDelay: { sum: number; count: number; within: { seconds: number; count: number }[] };
  settlements: number;
  /** Operations that were refused, failed or stayed unknown, by code. */
  rejected: { outcome: OperationProblem['outcome']; code: string; count: number }[];
  /** Ledger transactions with private data for this organisation that the own peer did not deliver. */
  privateDataMissing: number;
}
