export interface Latency {
  /** `size` compares work: a call of size 2 is expected to take up to twice as long as one of size 1. */
  record(milliseconds: number, size?: number): void;
  /** How long an answer may take before another is asked as well. */
  patience(size?: number): number;
}

const SAMPLES = 64;
const SAMPLES_MIN = 8;
/** By how much the bounds grow with the size of a call. */
const BOUNDS_PER_SIZE = 0.25;
const BYTES_PER_SIZE = 16_384;

/** How much work a call is, by what it carries: an endorser needs longer for ten thousand operations than for one. */
export const sizeOfCall = (bytes: number): number => 1 + bytes / BYTES_PER_SIZE;

/**
 * Learns how long a call takes. Silence of three times what 95 of 100 calls need is unusual enough to ask somebody
 * else; the bounds keep a quick network from asking twice at every pause, and a slow one from waiting for the dead.
 */
export function createLatency(bounds: { least: number; most: number }): Latency {
  const samples: number[] = [];
  let place = 0;
  let expected = 0;
  return {
    record: (milliseconds, size = 1) => {
      samples[place % SAMPLES] = milliseconds / size;
      place += 1;
      if (samples.length < SAMPLES_MIN) return;
      const sorted = samples.toSorted((one, other) => one - other);
      expected = 3 * (sorted[Math.floor(sorted.length * 0.95)] as number);
    },
    patience: (size = 1) => {
      const scale = 1 + (size - 1) * BOUNDS_PER_SIZE;
      return Math.min(Math.max(expected * size, bounds.least * scale), bounds.most * scale);
    },
  };
}
