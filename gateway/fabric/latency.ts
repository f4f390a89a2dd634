export interface Latency {
  record(milliseconds: number): void;
  /** How long an answer may take before another is asked as well. */
  patience(): number;
}

const SAMPLES = 64;
const SAMPLES_MIN = 8;

/**
 * Learns how long a call takes. Silence of three times what 95 of 100 calls need is unusual enough to ask somebody
 * else; the bounds keep a quick network from asking twice at every pause, and a slow one from waiting for the dead.
 */
export function createLatency(bounds: { least: number; most: number }): Latency {
  const samples: number[] = [];
  let place = 0;
  let patience = bounds.least;
  return {
    record: (milliseconds) => {
      samples[place % SAMPLES] = milliseconds;
      place += 1;
      if (samples.length < SAMPLES_MIN) return;
      const sorted = samples.toSorted((one, other) => one - other);
      const slow = sorted[Math.floor(sorted.length * 0.95)] as number;
      patience = Math.min(Math.max(3 * slow, bounds.least), bounds.most);
    },
    patience: () => patience,
  };
}
