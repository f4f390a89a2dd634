/** A fault put in by a test, in force until removed or used up. */
export interface Fault {
  kind: 'stop-endorser' | 'delay-endorser' | 'lose-events' | 'timeout-commit-status';
  mspId?: string;
  channel?: string;
  milliseconds?: number;
  /** How many times it strikes; absent means until removed. */
  count?: number;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** The first fault of that kind that fits, its count used up by one. */
  strike(kind: Fault['kind'], at: { mspId?: string; channel?: string }): Fault | undefined;
  /** Called when a fault is added, for those that act on what is already open. */
  onAdd(listener: (fault: Fault) => void): void;
}

/** Keeps the faults of a network; none at first. */
export function createFaults(): Faults {
  let faults: Fault[] = [];
  const listeners: ((fault: Fault) => void)[] = [];
  return {
    add(fault) {
      // Lost events break the streams that are open; only a count makes it happen to later ones.
      if (fault.kind !== 'lose-events' || fault.count) faults.push({ ...fault });
      for (const listener of listeners) listener(fault);
    },
    clear() {
      faults = [];
    },
    list: () => faults,
    strike(kind, { mspId, channel }) {
      const fault = faults.find(
        (candidate) =>
          candidate.kind === kind &&
          (!candidate.mspId || candidate.mspId === mspId) &&
          (!candidate.channel || candidate.channel === channel),
      );
      if (fault?.count !== undefined && --fault.count <= 0) faults = faults.filter((candidate) => candidate !== fault);
      return fault;
    },
    onAdd(listener) {
      listeners.push(listener);
    },
  };
}
