export interface EndorserChoice {
  /** Home and `othersCount` other organisations that are thought to be up. */
  choose(home: string, othersCount: number): string[];
  /** Avoids an organisation for a while after its endorser failed. */
  markLost(mspId: string): void;
  isHealthy(mspId: string): boolean;
}

const REST_MILLISECONDS = 5_000;

/**
 * Chooses endorsing organisations explicitly, because the peer's own plan also asks for every namespace that is only
 * read. The order is fixed per gateway, starting after the own place, so that banks spread over each other.
 */
export function createEndorserChoice(mspIds: string[], ownMspId: string, now = Date.now): EndorserChoice {
  const lostUntil = new Map<string, number>();
  const place = mspIds.indexOf(ownMspId) + 1;
  const ring = [...mspIds.slice(place), ...mspIds.slice(0, place)];
  const isHealthy = (mspId: string) => now() >= (lostUntil.get(mspId) ?? 0);
  return {
    isHealthy,
    markLost: (mspId) => {
      lostUntil.set(mspId, now() + REST_MILLISECONDS);
    },
    choose: (home, othersCount) => {
      const others = ring.filter((mspId) => mspId !== home);
      const healthy = others.filter(isHealthy);
      // Those that failed longest ago come first among the unhealthy: one of them must be tried again.
      const resting = others
        .filter((mspId) => !isHealthy(mspId))
        .sort((a, b) => (lostUntil.get(a) ?? 0) - (lostUntil.get(b) ?? 0));
      return [home, ...[...healthy, ...resting].slice(0, othersCount)];
    },
  };
}
