/** The thread that projects the ledger, so that a block of ten thousand payments keeps no request waiting. */
import { parentPort, workerData } from 'node:worker_threads';
import { createClock } from '../fabric/clock.ts';
import { createFabricClient } from '../fabric/fabric-client.ts';
import { readSecrets } from '../secrets/secrets.ts';
import { projectHere } from './projection.ts';
import type { ProjectionNews, ProjectionTask } from './projection-messages.ts';
import { openProjector } from './projector.ts';

const task = workerData as ProjectionTask;
const stopping = new AbortController();
parentPort?.on('message', () => stopping.abort());

function tell(news: ProjectionNews): void {
  parentPort?.postMessage(news);
}

// It only reads blocks, and those have no clock.
const client = createFabricClient({ ...task.client, clock: createClock() });
const projector = await openProjector({ ...task.projector, secrets: readSecrets(task.secrets) });
const projection = projectHere(
  {
    ...projector,
    get network() {
      return projector.network;
    },
    reset: async () => {
      await projector.reset();
      tell({ kind: 'reset' });
    },
  },
  client,
);
await projection.follow(stopping.signal, {
  onApplied: (missing) => {
    const block = projection.appliedBlock();
    if (block !== null) tell({ kind: 'applied', block, changes: projector.lastChanges(), missing });
  },
  onStanding: () => tell({ kind: 'standing' }),
  onProblem: (message, error) => tell({ kind: 'problem', message, cause: String(error) }),
});
client.close();
await projection.close();
parentPort?.close();
