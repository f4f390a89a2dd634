import { createHash } from 'node:crypto';
import type { Applicant } from './columns.ts';

export interface Split {
  readonly development: Applicant[];
  readonly heldOut: Applicant[];
}

/**
 * Holds out every third applicant of each outcome, in the order of the SHA-256 of seed and row number: as good as
 * chance, the same again for the same seed, and with the same share of bad outcomes in both parts.
 */
export function splitOff(applicants: readonly Applicant[], seed: string): Split {
  const shuffled = applicants
    .map((applicant, row) => ({ applicant, order: createHash('sha256').update(`${seed}/${row}`).digest('hex') }))
    .sort((left, right) => (left.order < right.order ? -1 : 1))
    .map(({ applicant }) => applicant);
  const development: Applicant[] = [];
  const heldOut: Applicant[] = [];
  for (const isGood of [true, false]) {
    shuffled
      .filter((applicant) => applicant.isGood === isGood)
      .forEach((applicant, index) => {
        (index % 3 === 2 ? heldOut : development).push(applicant);
      });
  }
  return { development, heldOut };
}
