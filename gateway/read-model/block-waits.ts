import { setTimeout as sleep } from 'node:timers/promises';

export interface BlockWaits {
  /** Resolves when the block is applied or the time is over; at once with false while the read model stands still. */
  wait(blockNumber: bigint, milliseconds: number): Promise<boolean>;
  /** Called after each applied block. */
  moved(): void;
  /** Called when a block could not be applied. */
  stands(): void;
}

/**
 * Lets answers wait until reads show their block. A read model that stands still may do so for long: what was booked is
 * answered without it, until it applies the next block.
 */
export function createBlockWaits(appliedBlock: () => bigint | null): BlockWaits {
  const waiting = new Set<() => void>();
  let isStanding = false;

  async function wait(blockNumber: bigint, milliseconds: number): Promise<boolean> {
    const isApplied = () => (appliedBlock() ?? -1n) >= blockNumber;
    if (isApplied()) return true;
    if (isStanding) return false;
    const before = appliedBlock();
    const over = new AbortController();
    const look = () => {
      if (isApplied() || isStanding) over.abort();
    };
    waiting.add(look);
    await sleep(milliseconds, undefined, { signal: over.signal }).catch(() => undefined);
    waiting.delete(look);
    if (!isApplied() && appliedBlock() === before) isStanding = true;
    return isApplied();
  }

  const ring = () => {
    for (const look of waiting) look();
  };
  return {
    wait,
    moved: () => {
      isStanding = false;
      ring();
    },
    stands: () => {
      isStanding = true;
      ring();
    },
  };
}
