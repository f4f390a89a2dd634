import type { Ledger } from '../core/ledger.ts';
import type { AccessPage, ListAccesses } from './schemas.ts';
import { accesses, subjects } from './store.ts';

const PAGE = 100;

/** Every read and share of a subject's data at this bank, oldest first, a hundred at a time: for the subject and the central bank. */
export function listAccesses(ledger: Ledger, { subjectId, from = 1 }: ListAccesses): AccessPage {
  const accessCount = subjects.find(ledger, subjectId)?.accessCount ?? 0;
  const numbers = Array.from(
    { length: Math.min(PAGE, Math.max(0, accessCount - from + 1)) },
    (_, index) => from + index,
  );
  accesses.demand(
    ledger,
    numbers.map((number) => [subjectId, `${number}`]),
  );
  return { accesses: numbers.map((number) => accesses.get(ledger, subjectId, `${number}`)), accessCount };
}
