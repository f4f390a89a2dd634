/** One step of a change that may be cut off at any place: it says itself, by asking the network, whether it is done. */
export interface Step {
  title: string;
  /** Whose signatures or consent it needs, where it needs any. */
  signers?: string;
  isDone(): Promise<boolean>;
  run(): Promise<void>;
}

export interface PlannedStep {
  title: string;
  signers?: string;
  isDone: boolean;
}

/** What would be done, in order, and what is done already. A step that cannot be asked yet is still to do. */
export async function planOf(steps: readonly Step[]): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const { title, signers, isDone } of steps) {
    planned.push({ title, signers, isDone: await isDone().catch(() => false) });
  }
  return planned;
}

/** Does what is not done yet, in order; a step that fails names itself, and the next run goes on from there. */
export async function runSteps(steps: readonly Step[], report: (title: string) => void): Promise<PlannedStep[]> {
  const done: PlannedStep[] = [];
  for (const { title, signers, isDone, run } of steps) {
    const wasDone = await isDone();
    try {
      if (!wasDone) await run();
    } catch (error) {
      throw new Error(`${title}: ${(error as Error).message}\nWhat is done stays; run the command again to go on.`, {
        cause: error,
      });
    }
    done.push({ title, signers, isDone: wasDone });
    report(title);
  }
  return done;
}
