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
  start(loadOperations).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
}

async function start(loadOperations: () => Promise<readonly AnyOperation[]>): Promise<void> {
  // First, because the shim's modules ask for their loggers when they are loaded.
  await import('./shim-log.ts');
  const [{ runHost }, operations] = await Promise.all([import('./run-host.ts'), loadOperations()]);
  runHost(operations);
}
