import { nameOf, type VerifySignatures } from './signatures.ts';

/** Checks that are remembered: those of some batches. */
const CHECKS_MAX = 20_000;

/** Where the verdict on a check will stand. */
interface Asked {
  readonly verdicts: Promise<readonly boolean[]>;
  readonly place: number;
}

/**
 * Verifies what was not verified lately. A gateway that hears nothing for some seconds asks for the same batch again,
 * and an endorser that then began anew would never end. What could not be verified is forgotten.
 */
export function rememberVerdicts(verify: VerifySignatures): VerifySignatures {
  const asked = new Map<string, Asked>();
  return async (checks) => {
    const names = checks.map(nameOf);
    const fresh = checks.flatMap((check, index) => (asked.has(names[index] as string) ? [] : [{ check, index }]));
    if (fresh.length > 0) {
      const verdicts = verify(fresh.map(({ check }) => check));
      fresh.forEach(({ index }, place) => void asked.set(names[index] as string, { verdicts, place }));
      verdicts.catch(() => {
        for (const { index } of fresh) asked.delete(names[index] as string);
      });
    }
    const answers = names.map((name) => asked.get(name) as Asked);
    forgetOldest(asked);
    const settled = new Map<Asked['verdicts'], readonly boolean[]>();
    for (const { verdicts } of answers) if (!settled.has(verdicts)) settled.set(verdicts, await verdicts);
    return answers.map(({ verdicts, place }) => settled.get(verdicts)?.[place] === true);
  };
}

function forgetOldest(asked: Map<string, Asked>): void {
  for (const name of asked.keys()) {
    if (asked.size <= CHECKS_MAX) return;
    asked.delete(name);
  }
}
