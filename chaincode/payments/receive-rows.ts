import { findBank } from '../core/banks.ts';
import { outboxKey } from '../core/batch.ts';
import type { Ledger, OutboxRow } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { findOwnRefund } from './find-original.ts';
import type { OutboxItem } from './outbox-items.ts';
import type { Receive } from './receive-schemas.ts';
import type { HoldFunds } from './schemas.ts';
import { aftermaths, holds, receivedAftermaths, refundReturns } from './store.ts';

// A row holds the items of one batch of the sender, up to 10,000. What one batch takes must pass through one message and
// fit one block, so rows are asked for by number and taken by what they hold.
const MAX_ROWS = 20;
const MAX_ITEMS = 10_000;
/** Whoever fills rows with texts chooses their size, so few are asked for in one message. */
const ROWS_AT_ONCE = 4;
/** Items about payments of old, each of which may lie in a batch row of its own. A row that holds more is taken in parts. */
const MAX_ORIGINALS = 256;

/** What one `receive` takes. */
export interface Delivery {
  readonly items: readonly OutboxItem[];
  /** Last row that is taken to its end. */
  readonly upTo: number;
  /** Items taken of the row after it; 0 = none. */
  readonly position: number;
}

/** The next items that another bank has sent. Refuses, in order: SENDER_UNKNOWN, NOTHING_TO_RECEIVE, OUTBOX_ROW_MISSING. */
export function takeDelivery(ledger: Ledger, { from, upTo }: Receive): Delivery {
  if (from === ledger.namespace || findBank(ledger, from) === undefined) throw errors.SENDER_UNKNOWN({ from });
  const done = ledger.lane.inboxIndex(from);
  if (upTo <= done) throw errors.NOTHING_TO_RECEIVE({ from, inboxIndex: done, upTo });
  const taken: OutboxItem[] = [];
  let position = ledger.lane.inboxPosition(from);
  let originals = 0;
  const last = Math.min(upTo, done + MAX_ROWS);
  for (let next = done + 1; next <= last; next += 1) {
    const items = loadRow(ledger, { from, next, done, last }).items as unknown as OutboxItem[];
    if (taken.length > 0 && taken.length + items.length - position > MAX_ITEMS)
      return { items: taken, upTo: next - 1, position: 0 };
    for (; position < items.length; position += 1) {
      const item = items[position] as OutboxItem;
      originals += originalOf(item).length;
      if (originals > MAX_ORIGINALS) return { items: taken, upTo: next - 1, position };
      taken.push(item);
    }
    position = 0;
  }
  return { items: taken, upTo: last, position: 0 };
}

interface Wanted {
  readonly from: string;
  readonly next: number;
  readonly done: number;
  readonly last: number;
}

function loadRow(ledger: Ledger, { from, next, done, last }: Wanted): OutboxRow {
  const place = (next - done - 1) % ROWS_AT_ONCE;
  const first = next - place;
  const count = Math.min(ROWS_AT_ONCE, last - first + 1);
  const keys = Array.from({ length: count }, (_, offset) => outboxKey(ledger.namespace, first + offset));
  const row = (ledger.readFrom(from, keys) as (OutboxRow | null | undefined)[])[place];
  if (row === undefined || row === null) throw errors.OUTBOX_ROW_MISSING({ from, index: next });
  return row;
}

/** Has the rows of this bank that the items are about read together: one by one, each would run all of them again. */
export function demandOwnRows(ledger: Ledger, from: string, items: readonly OutboxItem[]): void {
  const originals = items.flatMap(originalOf);
  ledger.demandAccepted('payment', originals);
  aftermaths.demand(
    ledger,
    originals.map((id) => [id]),
  );
  refundReturns.demand(
    ledger,
    items.flatMap((item) => (item.kind === 'refund-return' ? [[item.refundId]] : [])),
  );
  receivedAftermaths.demand(
    ledger,
    items.flatMap((item) => receivedPayment(ledger, item)).map((paymentId) => [from, paymentId]),
  );
  holds.demand(
    ledger,
    originals.flatMap((id) => heldAs(ledger, id)).map((holdId) => [holdId]),
  );
}

/** The payment or refund of this bank that an item is about. */
function originalOf(item: OutboxItem): string[] {
  switch (item.kind) {
    case 'return':
    case 'refund':
    case 'reversal':
      return [item.paymentId];
    case 'refund-return':
      return [item.refundId];
    default:
      return [];
  }
}

/** The payment of the sender that an item is about. */
function receivedPayment(ledger: Ledger, item: OutboxItem): string[] {
  if (item.kind === 'reversal-request') return [item.paymentId];
  if (item.kind !== 'refund-return') return [];
  const refund = findOwnRefund(ledger, item.refundId);
  return refund === undefined ? [] : [refund.request.paymentId];
}

function heldAs(ledger: Ledger, id: string): string[] {
  const request = ledger.findAccepted('payment', id)?.request as Partial<HoldFunds> | undefined;
  return request?.holdId === undefined ? [] : [request.holdId];
}
