import { isMainThread } from 'node:worker_threads';
import type { AnyOperation } from '../core/operation.ts';
import { serveVerifications } from './signature-worker.ts';

/**
 * The chaincode's program: a host of the operations, and in its worker threads a verifier of signatures. One file does
 * both, so that one digest tells of all code that endorses; what only the host needs is loaded by the host alone.
 */
export function runProgram(loadOperations: () => Promise<readonly AnyOperation[]>): void {
  if (!isMainThread) {
    serveVerifications();
    return;
  }
  Promise.all([import('./run-host.ts'), loadOperations()]).then(
    ([{ runHost }, operations]) => runHost(operations),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
}
