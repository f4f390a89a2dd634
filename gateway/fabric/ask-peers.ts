import { decodeFabricError, type FabricFailure } from './fabric-failure.ts';
import { hedge } from './hedge.ts';
import type { Latency } from './latency.ts';
import type { CallKind, PeerConnection } from './peer-connection.ts';

export interface PeerCall<Result> {
  kind: CallKind;
  latency: Latency;
  /** How much work it is; 1 when absent (latency.ts). */
  size?: number;
  run(connection: PeerConnection): Promise<Result>;
}

/**
 * Asks the peers in their order until one answers: the next when a connection is lost, a peer cannot serve the call, or
 * it stays silent for longer than such calls take. Throws FabricFailure.
 */
export function askPeers<Result>(peers: PeerConnection[], call: PeerCall<Result>): Promise<Result> {
  const { kind, latency, size } = call;
  const left = [...peers];
  return hedge({
    patienceMilliseconds: latency.patience(size),
    next: () => {
      const connection = left.shift();
      if (!connection) return undefined;
      return {
        result: timed(connection, call),
        // A commit waits for a block: without one every peer is silent, and none is to blame.
        onSilence: () => {
          if (kind !== 'commit') connection.markLost(kind);
        },
        isWorthAnother: (error) => decodeFabricError(error).kind === 'unavailable',
      };
    },
  });
}

/** Runs the call on one peer and remembers how long it took, or that the connection failed. Throws FabricFailure. */
export async function timed<Result>(
  connection: PeerConnection,
  { kind, latency, size, run }: PeerCall<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  try {
    const result = await run(connection);
    latency.record(performance.now() - startedAt, size);
    connection.markAnswered(kind);
    return result;
  } catch (error) {
    const failure: FabricFailure = decodeFabricError(error);
    if (failure.connectionLost) connection.markLost(kind);
    throw failure;
  }
}

/** Healthy peers first; of those that failed, the one that may be tried again soonest. */
export function byHealth(peers: PeerConnection[]): PeerConnection[] {
  const resting = peers.filter((peer) => !peer.healthy());
  resting.sort((one, other) => one.restingUntil() - other.restingUntil());
  return [...peers.filter((peer) => peer.healthy()), ...resting];
}
