import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const settledMilliseconds = 1_000;

/** Gives back what issuing keys and loading modules left on the heap; only a last-resort collection returns it to the system. */
export function releaseStartMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  setFlagsFromString('--no-expose-gc');
  setTimeout(() => collect({ type: 'major', flavor: 'last-resort' }), settledMilliseconds).unref();
}
