import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, FabricClient } from './fabric-client.ts';
import { decodeFabricError } from './fabric-failure.ts';

const BEHIND_CODE = 'LANE_MEMORY_BEHIND';
const PATIENCE_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = { first: 25, longest: 250 };

export interface EvaluateOptions {
  /** MSP id of the one organisation whose peers may answer. */
  only?: string;
  /** Refusals by which a peer says that it has not yet what is known to be committed. */
  notYet?: readonly string[];
}

/** Runs a query; asks again while the peer has not yet what others have committed or it has not indexed. Throws FabricFailure. */
export async function evaluateWhenReady(
  client: Pick<FabricClient, 'evaluate'>,
  call: Call,
  { notYet = [], ...options }: EvaluateOptions = {},
): Promise<string> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (let pause = PAUSE_MILLISECONDS.first; ; pause = Math.min(pause * 1.5, PAUSE_MILLISECONDS.longest)) {
    try {
      return await client.evaluate(call, options);
    } catch (error) {
      const { code } = decodeFabricError(error);
      const isBehind = code === BEHIND_CODE || notYet.includes(code);
      if (!isBehind || Date.now() + pause > deadline) throw error;
      await sleep(pause);
    }
  }
}
