import type { BatchEntry } from '@tangram/chaincode/core/batch.ts';
import { decodeRow } from '@tangram/chaincode/core/wire/row-codec.ts';
import type { LedgerBlock, LedgerTransaction } from '../fabric/decode-block.ts';
import { operationTable } from '../fabric/operation-table.ts';
import { knownWrites, parseJsonRow, type Reader, type StoredWrite } from './block-facts.ts';
import { parseLedgerId, toLedgerId } from './position.ts';
import type { EventView } from './types.ts';

export interface EventFeed {
  /** Events after a ledger id, oldest first; one that is no ledger id reads as the beginning. */
  list(after: string | undefined, limit: number): Promise<EventView[]>;
  /** Remembers a block that was just applied: those who follow events want it next. */
  remember(block: LedgerBlock): void;
}

export interface EventFeedOptions extends Reader {
  /** Last block whose events may be told. */
  appliedBlock(): bigint | null;
  /** Reads blocks of the own peer again, from one to another. */
  readBlocks(from: bigint, upTo: bigint): AsyncIterable<LedgerBlock>;
}

const BLOCKS_MAX = 16;
const BATCH_PREFIX = 'lane/0/batch/';
const DIRECT_PREFIX = 'direct/';

/**
 * Events as the ledger's blocks tell them: they follow from the batches, so nothing is stored. The last blocks stay in
 * memory for those who follow; who begins further back has them read from the own peer.
 */
export function createEventFeed(options: EventFeedOptions): EventFeed {
  const recent = new Map<bigint, LedgerBlock>();
  const decoded = new Map<bigint, EventView[]>();

  function eventsOf(block: LedgerBlock): EventView[] {
    const known = decoded.get(block.number);
    if (known !== undefined) return known;
    const events = block.transactions.flatMap((transaction) => readEvents(transaction, block.number, options));
    keep(decoded, block.number, events);
    return events;
  }

  const known = (number: bigint): EventView[] | undefined => {
    const block = recent.get(number);
    return decoded.get(number) ?? (block && eventsOf(block));
  };

  /** Events block by block, as far as blocks are applied. */
  async function* eventsFrom(first: bigint): AsyncIterable<EventView[]> {
    let next = first;
    for (;;) {
      const last = options.appliedBlock() ?? -1n;
      if (next > last) return;
      for (let events = known(next); events !== undefined && next <= last; events = known(next)) {
        yield events;
        next += 1n;
      }
      if (next > last) continue;
      for await (const block of options.readBlocks(next, last)) {
        yield eventsOf(block);
        next = block.number + 1n;
        if (known(next) !== undefined) break;
      }
    }
  }

  return {
    remember: (block) => {
      keep(recent, block.number, block);
    },
    list: async (after, limit) => {
      const position = after === undefined ? undefined : parseLedgerId(after);
      const events: EventView[] = [];
      const first = position === undefined ? 0n : BigInt(String(after).split('.')[0] ?? 0);
      for await (const found of eventsFrom(first)) {
        for (const event of found) {
          if (position !== undefined && (parseLedgerId(event.id) ?? '') <= position) continue;
          events.push(event);
          if (events.length === limit) return events;
        }
      }
      return events;
    },
  };
}

function keep<Value>(kept: Map<bigint, Value>, number: bigint, value: Value): void {
  kept.set(number, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= BLOCKS_MAX) break;
    kept.delete(oldest);
  }
}

const REGULATOR = 'centralbank';

/**
 * Events of a ledger transaction, numbered so that every gateway gives an event the same id. A bank tells its own, those
 * that name its customers and those that name no customer; the central bank, as the regulator, all. They are public.
 */
function readEvents(transaction: LedgerTransaction, block: bigint, reader: Reader): EventView[] {
  const { organization } = reader;
  const isOwn = (accountId: string) => accountId.startsWith(`${organization}-`);
  const events: EventView[] = [];
  let index = -1;
  for (const write of knownWrites(transaction, reader.namespaces)) {
    const { namespace: lane } = write;
    for (const { entry, time } of entriesOf(write)) {
      for (const { type, data } of entry.events ?? []) {
        index += 1;
        const accounts = accountsOf(data);
        const isForeign = lane !== organization && accounts.length > 0;
        if (isForeign && organization !== REGULATOR && !accounts.some(isOwn)) continue;
        const id = toLedgerId(block, transaction.index, index);
        events.push({ id, lane, type, data, accounts, time, transactionId: transaction.transactionId });
      }
    }
  }
  return events;
}

function entriesOf({ key, value }: StoredWrite): { entry: Pick<BatchEntry, 'events'>; time: string }[] {
  if (key.startsWith(BATCH_PREFIX)) {
    const { entries, time } = decodeRow(operationTable, value);
    return entries.filter(({ outcome }) => outcome === 'accepted').map((entry) => ({ entry, time }));
  }
  if (!key.startsWith(DIRECT_PREFIX)) return [];
  const entry = parseJsonRow(value) as BatchEntry & { time: string };
  return [{ entry, time: entry.time }];
}

const ACCOUNT_FIELDS = [
  ...['accountId', 'debtorAccount', 'creditorAccount'],
  // Of loans, and of credit data, whose subject is named by its account.
  ...['borrowerAccount', 'lenderAccount', 'sellerAccount', 'buyerAccount', 'subjectId'],
];

function accountsOf(data: object): string[] {
  const fields = data as Record<string, unknown>;
  return ACCOUNT_FIELDS.map((name) => fields[name]).filter((value) => typeof value === 'string');
}
