import { createRest } from './rest.ts';

export interface EndorserChoice {
  /** Home and `othersCount` other organisations that are thought to be up; those in `tried` only for want of better. */
  choose(home: string, othersCount: number, tried?: ReadonlySet<string>): string[];
  /** Avoids an organisation for a while after its endorser failed or stayed silent. */
  markLost(mspId: string): void;
  markAnswered(mspId: string): void;
  /**
   * Its endorser lags behind the lane by a block. That is usual on a busy machine, and whoever takes its place has more
   * to catch up with: it is avoided only when it says so again and again, since nobody may hold up another's batches.
   */
  markBehind(mspId: string): void;
  isHealthy(mspId: string): boolean;
}

const REST = { first: 5_000, longest: 30_000 };
const BEHIND_MAX = 3;

/**
 * Chooses endorsing organisations explicitly, because the peer's own plan also asks for every namespace that is only
 * read. The order is the same everywhere but for where it begins, after the own place, so that banks spread over each
 * other: in the order of their own configurations, which name own peers first, all would ask the same one.
 */
export function createEndorserChoice(mspIds: Iterable<string>, ownMspId: string, now = Date.now): EndorserChoice {
  const rest = createRest(REST, now);
  const behind = new Map<string, number>();
  const sorted = [...new Set(mspIds)].sort();
  const place = sorted.indexOf(ownMspId) + 1;
  const ring = [...sorted.slice(place), ...sorted.slice(0, place)];
  return {
    isHealthy: (mspId) => !rest.isResting(mspId),
    markLost: rest.markLost,
    markAnswered: (mspId) => {
      behind.delete(mspId);
      rest.markAnswered(mspId);
    },
    markBehind: (mspId) => {
      const times = (behind.get(mspId) ?? 0) + 1;
      behind.set(mspId, times);
      if (times >= BEHIND_MAX) rest.markLost(mspId);
    },
    choose: (home, othersCount, tried = new Set()) => {
      const others = ring.filter((mspId) => mspId !== home);
      const healthy = others.filter((mspId) => !rest.isResting(mspId));
      // Those that failed longest ago come first among the unhealthy: one of them must be tried again.
      const resting = others
        .filter((mspId) => rest.isResting(mspId))
        .sort((one, other) => rest.until(one) - rest.until(other));
      const ordered = [...healthy, ...resting];
      const fresh = ordered.filter((mspId) => !tried.has(mspId));
      const again = ordered.filter((mspId) => tried.has(mspId));
      return [home, ...[...fresh, ...again].slice(0, othersCount)];
    },
  };
}
