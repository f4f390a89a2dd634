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
/** A call so many times larger than any before it is none that experience tells of. */
const SIZE_JUMP = 2;

/** How much work a call is, by what it carries: an endorser needs longer for ten thousand operations than for one. */
export const sizeOfCall = (bytes: number): number => 1 + bytes / BYTES_PER_SIZE;

/**
 * Learns how long a call takes. Silence of three times what 95 of 100 calls need is unusual enough to ask somebody
 * else; the bounds keep a quick network from asking twice at every pause, and a slow one from waiting for the dead. Of
 * large calls nothing is supposed before some were seen: asking four endorsers for a batch that each of them needs seconds
 * for keeps all of them from answering.
 */
export function createLatency(bounds: { least: number; most: number }): Latency {
  const samples: { rate: number; size: number }[] = [];
  let place = 0;
  let expected = 0;
  let largest = 1;
  return {
    record: (milliseconds, size = 1) => {
      samples[place % SAMPLES] = { rate: milliseconds / size, size };
      place += 1;
      largest = Math.max(...samples.map((sample) => sample.size));
      if (samples.length < SAMPLES_MIN) return;
      const rates = samples.map(({ rate }) => rate).sort((one, other) => one - other);
      expected = 3 * (rates[Math.floor(rates.length * 0.95)] as number);
    },
    patience: (size = 1) => {
      const scale = 1 + (size - 1) * BOUNDS_PER_SIZE;
      if (size > largest * SIZE_JUMP) return bounds.most * scale;
      return Math.min(Math.max(expected * size, bounds.least * scale), bounds.most * scale);
    },
  };
}
