/** Keeps what failed out of use for a while: longer each time it fails again, no more once it answers. */
export interface Rest {
  isResting(name: string): boolean;
  /** When it may be tried again; 0 when it never failed since it last answered. */
  until(name: string): number;
  markLost(name: string): void;
  markAnswered(name: string): void;
}

export function createRest(limits: { first: number; longest: number }, now: () => number = Date.now): Rest {
  const rests = new Map<string, { until: number; length: number }>();
  const until = (name: string) => rests.get(name)?.until ?? 0;
  return {
    until,
    isResting: (name) => now() < until(name),
    markLost: (name) => {
      const earlier = rests.get(name);
      // What fails again during its rest was asked because nobody else was left: that says nothing new.
      if (earlier && now() < earlier.until) return;
      const length = earlier ? Math.min(earlier.length * 2, limits.longest) : limits.first;
      rests.set(name, { until: now() + length, length });
    },
    markAnswered: (name) => {
      rests.delete(name);
    },
  };
}
