/** How a set of chaincode processes comes into force beside the one that serves. */
export interface Candidate {
  /** Starts its processes and commits its definitions. */
  deploy(): Promise<void>;
  /** Versions that committed definitions ask for now, of whatever names. */
  versions(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Refuses the version that runs, and any but the one that an earlier deployment brought into force for some names. */
export function demandNextVersion(version: string, current: string, inForce: readonly string[]): void {
  if (version === current) throw new Error(`Version ${version} runs already: give the next one another name.`);
  const begun = inForce.find((each) => each !== current);
  if (begun === undefined || begun === version) return;
  throw new Error(
    `Version ${begun} is in force for some names only: deploy it again, which finishes it, then ${version}.`,
  );
}

/**
 * Deploys a set. When that fails it is stopped, unless a name asks for it already: then it stays beside the former one,
 * because peers would find no chaincode for that name, and the error says how to go on.
 */
export async function bringIntoForce(version: string, { deploy, versions, stop }: Candidate): Promise<void> {
  try {
    await deploy();
  } catch (error) {
    // Where no peer can tell, one may ask for it.
    const inForce = await versions().catch(() => [version]);
    if (!inForce.includes(version)) {
      await stop();
      throw error;
    }
    throw new Error(
      `${(error as Error).message}\nVersion ${version} may be in force for some names, so it runs beside the former one. Give the same command again: it finishes what is missing.`,
      { cause: error },
    );
  }
}
