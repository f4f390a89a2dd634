/** Stands for fast-check while mutants are run: a property that holds for fifty examples may hold for a mutant too. */
import fc, { type IRawProperty, type Parameters } from 'fast-check';

const EXAMPLES = 50;

/** As in fast-check, with at most fifty examples. */
function assert<Values>(property: IRawProperty<Values>, { numRuns = EXAMPLES, ...rest }: Parameters<Values> = {}) {
  return fc.assert(property, { ...rest, numRuns: Math.min(numRuns, EXAMPLES) });
}

export * from 'fast-check';
export { assert };
export default { ...fc, assert };
