import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, FabricClient } from './fabric-client.ts';
import { decodeFabricError } from './fabric-failure.ts';

const BEHIND_CODE = 'LANE_MEMORY_BEHIND';
const TRIES = 20;
const PAUSE_MILLISECONDS = 25;

/** Runs a query; asks again while the peer has not indexed the block that it has just committed. Throws FabricFailure. */
export async function evaluateWhenReady(
  client: Pick<FabricClient, 'evaluate'>,
  call: Call,
  options?: { ownPeerOnly?: boolean },
): Promise<string> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await client.evaluate(call, options);
    } catch (error) {
      if (decodeFabricError(error).code !== BEHIND_CODE || left === 0) throw error;
      await sleep(PAUSE_MILLISECONDS);
    }
  }
}
