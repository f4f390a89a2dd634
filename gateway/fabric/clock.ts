import { readFileSync } from 'node:fs';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** True when a controlled clock may differ from the machine's. */
  readonly controlled: boolean;
}

/** The machine's clock, or with a clock file the machine's clock plus the file's offset, read anew at each call. */
export function createClock(clockFile?: string): Clock {
  if (clockFile === undefined) return { now: () => Date.now(), controlled: false };
  return { now: () => Date.now() + readOffset(clockFile), controlled: true };
}

function readOffset(clockFile: string): number {
  try {
    const { offsetMs } = JSON.parse(readFileSync(clockFile, 'utf8')) as { offsetMs?: number };
    return offsetMs ?? 0;
  } catch (error) {
    // The network writes the file when the clock is first moved.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
