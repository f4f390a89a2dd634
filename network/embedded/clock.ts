import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The network's time: the machine's, moved by an offset that chaincode hosts and gateways read from the same file. */
export interface Clock {
  now(): number;
  readonly offset: number;
  setOffset(milliseconds: number): void;
}

/** Opens the clock kept in a JSON file `{"offsetMs": n}`; without the file, or without a path, the offset is 0. */
export function openClock(file?: string): Clock {
  let offset = file ? readOffset(file) : 0;
  return {
    now: () => Date.now() + offset,
    get offset() {
      return offset;
    },
    setOffset(milliseconds) {
      if (!Number.isSafeInteger(milliseconds)) throw new RangeError('the clock offset must be whole milliseconds');
      offset = milliseconds;
      if (!file) return;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, `${JSON.stringify({ offsetMs: offset })}\n`);
      renameSync(`${file}.new`, file);
    },
  };
}

function readOffset(file: string): number {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { offsetMs: number }).offsetMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
