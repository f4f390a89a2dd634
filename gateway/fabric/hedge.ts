/** One of several ways to get the same answer. */
export interface Attempt<Result> {
  result: Promise<Result>;
  /** Called when the patience is over and the next attempt begins beside this one. */
  onSilence?: () => void;
  /** Whether another attempt may fare better after this failure. */
  isWorthAnother(error: unknown): boolean;
}

export interface Hedge<Result> {
  /** Begins the next attempt; undefined when there is none left. */
  next(): Attempt<Result> | undefined;
  patienceMilliseconds: number;
}

/**
 * Answers with the first attempt that succeeds. The next one begins when one fails in a way that another may not, or
 * stays silent longer than the patience; those that are silent may still win. The patience doubles with each attempt:
 * where all are silent the network is slow, and asking everybody at once would make it slower. Throws the last failure.
 */
export function hedge<Result>({ next, patienceMilliseconds }: Hedge<Result>): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  let openCount = 0;
  let begunCount = 0;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const end = (settle: () => void) => {
    isOver = true;
    clearTimeout(timer);
    settle();
  };
  const fail = (attempt: Attempt<Result>, error: unknown) => {
    openCount -= 1;
    if (isOver) return;
    if (!attempt.isWorthAnother(error)) end(() => reject(error));
    else if (!begin() && openCount === 0) end(() => reject(error));
  };
  function begin(): boolean {
    const attempt = next();
    if (!attempt) return false;
    openCount += 1;
    begunCount += 1;
    clearTimeout(timer);
    const patience = patienceMilliseconds * 2 ** (begunCount - 1);
    timer = setTimeout(() => {
      attempt.onSilence?.();
      begin();
    }, patience);
    attempt.result.then(
      (result) => end(() => resolve(result)),
      (error: unknown) => fail(attempt, error),
    );
    return true;
  }
  if (!begin()) end(() => reject(new Error('no peer is configured')));
  return promise;
}
