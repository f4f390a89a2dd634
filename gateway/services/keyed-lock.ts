/** Runs work that names the same keys one after the other, and other work at the same time. */
export interface KeyedLock {
  run<Result>(keys: string[], work: () => Promise<Result>): Promise<Result>;
}

/** A lock per key, kept only while somebody holds or awaits it. */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run: async (keys, work) => {
      const unique = [...new Set(keys)];
      // Taking the place in every queue at once, without awaiting between, is what rules out a deadlock.
      const before = unique.map((key) => tails.get(key));
      const done = Promise.withResolvers<void>();
      for (const key of unique) tails.set(key, done.promise);
      try {
        await Promise.all(before);
        return await work();
      } finally {
        for (const key of unique) if (tails.get(key) === done.promise) tails.delete(key);
        done.resolve();
      }
    },
  };
}
