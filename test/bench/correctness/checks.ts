/** One thing that must hold after a bench. */
export interface Check {
  name: string;
  isRight: boolean;
  detail: string;
}

/** Runs a check; one that throws is not right, and says so. */
export async function check(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { name, isRight: true, detail: await run() };
  } catch (error) {
    return { name, isRight: false, detail: (error as Error).message.slice(0, 1_000) };
  }
}
