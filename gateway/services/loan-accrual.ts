import { setTimeout as sleep } from 'node:timers/promises';
import type { PagesToAccrue } from '@tangram/chaincode/lending/schemas.ts';
import type { Clock } from '../fabric/clock.ts';
import type { LedgerQueries, OperationService } from './types.ts';

export interface LoanAccrualOptions {
  operations: OperationService;
  queries: LedgerQueries;
  clock: Clock;
  signal: AbortSignal;
  onProblem: (message: string, error?: unknown) => void;
}

const EVERY_MILLISECONDS = 10_000;
/** Two thousand loans: one batch that endorsers run in well under a second, so that payments do not wait long behind it. */
const PAGES_AT_ONCE = 10;

/**
 * Accrues and ages all loans of the bank once a day, as soon as the day has begun. Where it was ended half way, by a
 * restart or because another gateway took the lane, the ledger tells which pages are left; what two do at once is booked
 * once.
 */
export async function runLoanAccrual(options: LoanAccrualOptions): Promise<void> {
  const { clock, signal, onProblem } = options;
  let accruedTo = '';
  while (!signal.aborted) {
    await sleep(EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    if (accruedTo >= new Date(clock.now()).toISOString().slice(0, 10)) continue;
    accruedTo = await accrueDuePages(options).catch((error: unknown) => {
      onProblem('loans were not accrued', error);
      return accruedTo;
    });
  }
}

/** Accrues every page that is behind the ledger's day; gives that day once none is. Throws where one stays behind. */
export async function accrueDuePages({
  operations,
  queries,
  signal,
}: Pick<LoanAccrualOptions, 'operations' | 'queries' | 'signal'>): Promise<string> {
  const behind: number[] = [];
  let after: number | undefined = 0;
  let accruedTo = '';
  while (after !== undefined) {
    const due: PagesToAccrue = await queries.evaluate('lending:listPagesToAccrue', { after });
    const { accrualDate, pages } = due;
    // The day of the first answer: a day that begins meanwhile has a run of its own.
    accruedTo ||= accrualDate;
    for (let place = 0; place < pages.length; place += PAGES_AT_ONCE) {
      if (signal.aborted) return '';
      const left = await accrue(operations, accrualDate, pages.slice(place, place + PAGES_AT_ONCE));
      // One by one, so that a page that cannot be accrued keeps no other back.
      for (const page of left) behind.push(...(await accrue(operations, accrualDate, [page])));
    }
    after = due.next;
  }
  if (behind.length > 0) throw new Error(`pages ${behind.join(', ')} of the register stay behind`);
  return accruedTo;
}

/** Accrues pages in one batch; gives those that were not. */
async function accrue(operations: OperationService, accrualDate: string, pages: number[]): Promise<number[]> {
  const requester = { kind: 'system', subject: 'loan-accrual' } as const;
  const outcomes = await operations.submit(
    pages.map((page) => ({ operation: 'lending:accrueLoans', request: { accrualDate, page }, requester })),
  );
  return pages.filter((_page, index) => outcomes[index]?.outcome !== 'accepted');
}
