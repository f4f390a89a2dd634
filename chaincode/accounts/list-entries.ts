import { type BatchEntry, type BatchRow, batchKey, HEAD_KEY, type LaneHead } from '../core/batch.ts';
import type { Ledger } from '../core/ledger.ts';
import { getOwnAccount } from './find-account.ts';
import type { Entry, EntryPage, ListEntries } from './schemas.ts';

/** Entries of an account in booking order, read from the immutable batches of a range. Refuses: ACCOUNT_NOT_FOUND. */
export function listEntries(ledger: Ledger, request: ListEntries): EntryPage {
  const { accountId } = getOwnAccount(ledger, request.accountId);
  const head = ledger.state.find(HEAD_KEY) as LaneHead | undefined;
  const end = Math.min(request.fromSequence + request.limit, (head?.sequence ?? 0) + 1);
  const keys: string[] = [];
  for (let sequence = request.fromSequence; sequence < end; sequence += 1) keys.push(batchKey(sequence));

  const entries: Entry[] = [];
  for (const key of keys) {
    const row = ledger.state.find(key) as BatchRow;
    row.entries.forEach((entry, position) => {
      entries.push(...entriesOf(row, { entry, position, accountId }));
    });
  }
  return end <= (head?.sequence ?? 0) ? { entries, nextSequence: end } : { entries };
}

interface Place {
  readonly entry: BatchEntry;
  readonly position: number;
  readonly accountId: string;
}

function entriesOf(row: BatchRow, { entry, position, accountId }: Place): Entry[] {
  return (entry.postings ?? [])
    .filter((posting) => posting.account === accountId)
    .map((posting) => ({
      sequence: row.sequence,
      position,
      operation: entry.operation,
      bookedAt: row.time,
      valueDate: posting.valueDate ?? row.time.slice(0, 10),
      side: posting.side,
      amount: { amount: posting.amount, currency: posting.currency },
      ...(posting.reference === undefined ? {} : { reference: posting.reference }),
    }));
}
