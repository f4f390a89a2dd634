import type { OperationOutcome } from '@tangram/gateway/client.ts';
import { wait } from './pace.ts';

const pauseMilliseconds = 20;

/** Submits until every operation is accepted; repetitions are harmless. Throws with what was refused. */
export async function demandAll(submit: () => Promise<OperationOutcome[]>): Promise<void> {
  for (;;) {
    const open = (await submit()).filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'replayed');
    const refused = open.find(({ outcome }) => outcome === 'refused');
    if (refused) throw new Error(`What a bench needs was refused: ${JSON.stringify(refused)}`);
    if (open.length === 0) return;
    await wait(pauseMilliseconds);
  }
}
