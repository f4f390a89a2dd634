import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { openDatabase } from './database.ts';
import { applyNetworkChanges, loadNetworkState } from './network-state.ts';
import type { LedgerProjection, ProjectionListener } from './projection.ts';
import type { ProjectionNews, ProjectionTask } from './projection-messages.ts';
import { loadCheckpoint } from './projector.ts';

const RESTART_MILLISECONDS = 1_000;
/** Beside this file as it lies in the sources, and beside the bundle that holds this file. */
const workerFile = new URL(`projection-worker${extname(import.meta.url)}`, import.meta.url);

/** The projection in a thread of its own; this one reads what it has written. */
export async function projectInThread(task: ProjectionTask): Promise<LedgerProjection> {
  const database = await openDatabase(task.projector.config);
  let network = await loadNetworkState(database.db);
  let block = (await loadCheckpoint(database, task.projector.organization))?.block ?? null;

  function hear(news: ProjectionNews, listener: ProjectionListener): void {
    switch (news.kind) {
      case 'applied':
        applyNetworkChanges(network, news.changes);
        block = news.block;
        listener.onApplied(news.missing);
        return;
      case 'reset':
        network = { lanes: new Map(), profiles: new Map(), settled: new Map(), terms: new Map() };
        block = null;
        return;
      case 'standing':
        listener.onStanding();
        return;
      case 'problem':
        listener.onProblem(news.message, news.cause);
    }
  }

  /** Runs one thread; resolves when it has ended. */
  async function run(signal: AbortSignal, listener: ProjectionListener): Promise<void> {
    const worker = new Worker(workerFile, { workerData: task });
    const stop = () => worker.postMessage('stop');
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (news: ProjectionNews) => hear(news, listener));
    worker.on('error', (error) => {
      listener.onStanding();
      listener.onProblem('the projection failed', error);
    });
    if (signal.aborted) stop();
    // A thread that fails tells so and then ends like any other.
    await new Promise((resolve) => worker.once('exit', resolve));
    signal.removeEventListener('abort', stop);
  }

  return {
    database,
    network: () => network,
    appliedBlock: () => block,
    follow: async (signal, listener) => {
      while (!signal.aborted) {
        await run(signal, listener);
        if (!signal.aborted) await sleep(RESTART_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      }
    },
    close: () => database.db.destroy(),
  };
}
