import type { LaneCounters } from './batch.ts';
import { outboxKey } from './batch.ts';
import type { JsonObject, LaneBook, OutboxPosition, OutboxRow } from './ledger.ts';
import type { Amount } from './money.ts';
import type { UndoLog } from './undo-log.ts';

type Totals = Map<string, Map<string, bigint>>;

export const NO_COUNTERS: LaneCounters = { sent: {}, received: {}, counters: {}, outbox: {}, inbox: {}, directory: 0 };

/** The head's counters while a batch runs; every change can be undone. */
export class RunningLaneBook implements LaneBook {
  readonly sequence: number;
  readonly #lane: string;
  readonly #undo: UndoLog;
  readonly #sent: Totals;
  readonly #received: Totals;
  readonly #counters: Totals;
  readonly #outbox: Map<string, number>;
  readonly #inbox: Map<string, number>;
  readonly #positions: Map<string, number>;
  #directory: number;
  readonly #items = new Map<string, JsonObject[]>();

  constructor(lane: string, before: LaneCounters & { readonly sequence: number }, undo: UndoLog) {
    this.sequence = before.sequence + 1;
    this.#lane = lane;
    this.#undo = undo;
    this.#sent = readTotals(before.sent);
    this.#received = readTotals(before.received);
    this.#counters = readTotals(before.counters);
    this.#outbox = new Map(Object.entries(before.outbox));
    this.#inbox = new Map(Object.entries(before.inbox));
    this.#positions = new Map(Object.entries(before.inboxPositions ?? {}));
    this.#directory = before.directory;
  }

  sent(bank: string, currency: string): bigint {
    return this.#sent.get(bank)?.get(currency) ?? 0n;
  }

  received(bank: string, currency: string): bigint {
    return this.#received.get(bank)?.get(currency) ?? 0n;
  }

  counter(name: string, currency: string): bigint {
    return this.#counters.get(name)?.get(currency) ?? 0n;
  }

  addSent(bank: string, amount: Amount): void {
    assertNotNegative(amount);
    this.#add(this.#sent, bank, amount);
  }

  addReceived(bank: string, amount: Amount): void {
    assertNotNegative(amount);
    this.#add(this.#received, bank, amount);
  }

  addToCounter(name: string, amount: Amount): void {
    this.#add(this.#counters, name, amount);
  }

  send(bank: string, item: JsonObject): OutboxPosition {
    const items = this.#items.get(bank) ?? [];
    this.#items.set(bank, items);
    items.push(item);
    this.#undo.push(() => {
      items.pop();
    });
    return { bank, index: this.outboxIndex(bank), position: items.length - 1 };
  }

  outboxIndex(bank: string): number {
    const written = this.#outbox.get(bank) ?? 0;
    return (this.#items.get(bank)?.length ?? 0) > 0 ? written + 1 : written;
  }

  inboxIndex(bank: string): number {
    return this.#inbox.get(bank) ?? 0;
  }

  inboxPosition(bank: string): number {
    return this.#positions.get(bank) ?? 0;
  }

  advanceInbox(bank: string, upTo: number, position: number): void {
    const before = { upTo: this.inboxIndex(bank), position: this.inboxPosition(bank) };
    const isBack = upTo < before.upTo || (upTo === before.upTo && position < before.position);
    if (!Number.isSafeInteger(upTo) || isBack) throw new Error(`inbox of ${bank} cannot go back to ${upTo}`);
    this.#inbox.set(bank, upTo);
    this.#positions.set(bank, position);
    this.#undo.push(() => {
      this.#inbox.set(bank, before.upTo);
      this.#positions.set(bank, before.position);
    });
  }

  /** Counts a row of the bank's directory; gives its number. */
  addDirectoryRow(): number {
    this.#directory += 1;
    return this.#directory;
  }

  /** This batch's outbox rows, one per bank that receives anything. */
  outboxRows(): { readonly key: string; readonly row: OutboxRow }[] {
    return [...this.#items]
      .filter(([, items]) => items.length > 0)
      .map(([bank, items]) => {
        const index = this.outboxIndex(bank);
        return {
          key: outboxKey(bank, index),
          row: { lane: this.#lane, to: bank, index, sequence: this.sequence, items },
        };
      });
  }

  /** Counters and cursors after the batch. */
  after(): LaneCounters {
    const outbox = new Map(this.#outbox);
    for (const bank of this.#items.keys()) outbox.set(bank, this.outboxIndex(bank));
    return {
      sent: writeTotals(this.#sent),
      received: writeTotals(this.#received),
      counters: writeTotals(this.#counters),
      outbox: Object.fromEntries([...outbox].filter(([, index]) => index > 0)),
      inbox: Object.fromEntries([...this.#inbox].filter(([, index]) => index > 0)),
      directory: this.#directory,
      ...this.#positionsAfter(),
    };
  }

  #positionsAfter(): Pick<LaneCounters, 'inboxPositions'> {
    const positions = [...this.#positions].filter(([, position]) => position > 0);
    return positions.length === 0 ? {} : { inboxPositions: Object.fromEntries(positions) };
  }

  #add(totals: Totals, name: string, amount: Amount): void {
    const byCurrency = totals.get(name) ?? new Map<string, bigint>();
    totals.set(name, byCurrency);
    const before = byCurrency.get(amount.currency) ?? 0n;
    byCurrency.set(amount.currency, before + amount.amount);
    this.#undo.push(() => byCurrency.set(amount.currency, before));
  }
}

// Settlement takes the smaller of what one bank sent and the other received: neither may ever shrink.
function assertNotNegative(amount: Amount): void {
  if (amount.amount < 0n) throw new Error('cumulative counters never go down');
}

function readTotals(totals: LaneCounters['sent']): Totals {
  return new Map(
    Object.entries(totals).map(([name, byCurrency]) => [
      name,
      new Map(Object.entries(byCurrency).map(([currency, amount]) => [currency, BigInt(amount)])),
    ]),
  );
}

// A counter that came back to zero within a refused operation must leave no trace, so zeros are not written.
function writeTotals(totals: Totals): LaneCounters['sent'] {
  const written: Record<string, Record<string, string>> = {};
  for (const [name, byCurrency] of totals) {
    const amounts = [...byCurrency].filter(([, amount]) => amount !== 0n);
    if (amounts.length === 0) continue;
    written[name] = Object.fromEntries(amounts.map(([currency, amount]) => [currency, amount.toString()]));
  }
  return written;
}
