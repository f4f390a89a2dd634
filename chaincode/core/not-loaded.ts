/**
 * Thrown where an operation reads what is not in memory yet. Whoever runs operations undoes what this one did, loads,
 * and runs it again: operations stay plain functions, and a batch waits for the peer once, not at every read.
 */
// No Error: it is thrown in passing, and a stack trace costs more than the rest.
export class NotLoaded {
  readonly load: () => Promise<void>;

  constructor(load: () => Promise<void>) {
    this.load = load;
  }
}

/**
 * Runs a step until all that it reads is loaded; `undo` takes back what an attempt did. Gives a promise only where it
 * had to wait: thousands of operations a batch find everything there.
 */
export function untilLoaded(step: () => void, undo: () => void): Promise<void> | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (!(error instanceof NotLoaded)) throw error;
    undo();
    return error.load().then(() => untilLoaded(step, undo));
  }
}
