import { parentPort } from 'node:worker_threads';
import { isSignatureValid } from '../core/verify-signature.ts';
import { unpackChecks } from './signature-messages.ts';

/** Makes this thread a worker that answers packed checks with a byte for each, 1 = good. */
export function serveVerifications(): void {
  parentPort?.on('message', (packed: Uint8Array) => {
    const verdicts = Uint8Array.from(unpackChecks(packed), (check) => (isSignatureValid(check) ? 1 : 0));
    parentPort?.postMessage(verdicts, [verdicts.buffer]);
  });
}
