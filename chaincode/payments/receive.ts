import { findBank } from '../core/banks.ts';
import { outboxKey } from '../core/batch.ts';
import type { Ledger, OutboxRow } from '../core/ledger.ts';
import { errors } from './errors.ts';
import { Inflow } from './inflow.ts';
import type { OutboxItem } from './outbox-items.ts';
import { receiveCredit, receiveRefund, receiveRefundReturn, receiveReturn } from './receive-money.ts';
import { receiveReversal, receiveReversalRefused, receiveReversalRequest } from './receive-reversal.ts';
import type { Receive, Received } from './schemas.ts';

// A row holds the items of one batch of the sender, up to 10,000. What one batch takes must pass through one message and
// fit one block, so rows are asked for by number and taken by what they hold.
const MAX_ROWS = 20;
const MAX_ITEMS = 10_000;
/** Whoever fills rows with texts chooses their size, so few are asked for in one message. */
const ROWS_AT_ONCE = 4;

/**
 * Consumes another bank's outbox rows in order, each once (P6): credits customers, sends back what cannot be credited,
 * answers requests. Takes at most 20 rows and 10,000 items, one row at least; the result says how far it came.
 * Refuses, in order: SENDER_UNKNOWN, NOTHING_TO_RECEIVE, OUTBOX_ROW_MISSING.
 */
export function receive(ledger: Ledger, request: Receive): Received {
  const { from } = request;
  const rows = loadRows(ledger, request);
  const items = rows.flatMap((row) => row.items as unknown as OutboxItem[]);
  ledger.demandAccepted('payment', items.flatMap(originalOf));

  const inflow = new Inflow(ledger, from);
  const counts = { credited: 0, returned: 0, other: 0 };
  for (const item of items) counts[receiveItem(inflow, item)] += 1;
  inflow.post();

  const upTo = ledger.lane.inboxIndex(from) + rows.length;
  ledger.lane.advanceInbox(from, upTo);
  return { from, upTo, ...counts, credits: inflow.credits };
}

function loadRows(ledger: Ledger, { from, upTo }: Receive): OutboxRow[] {
  if (from === ledger.namespace || findBank(ledger, from) === undefined) throw errors.SENDER_UNKNOWN({ from });
  const done = ledger.lane.inboxIndex(from);
  if (upTo <= done) throw errors.NOTHING_TO_RECEIVE({ from, inboxIndex: done, upTo });
  const rows: OutboxRow[] = [];
  let items = 0;
  const last = Math.min(upTo, done + MAX_ROWS);
  for (let next = done + 1; next <= last; next += ROWS_AT_ONCE) {
    for (const row of loadNext(ledger, { from, next, last })) {
      items += row.items.length;
      if (rows.length > 0 && items > MAX_ITEMS) return rows;
      rows.push(row);
    }
  }
  return rows;
}

function loadNext(ledger: Ledger, { from, next, last }: { from: string; next: number; last: number }) {
  const count = Math.min(ROWS_AT_ONCE, last - next + 1);
  const keys = Array.from({ length: count }, (_, offset) => outboxKey(ledger.namespace, next + offset));
  const rows = ledger.readFrom(from, keys) as (OutboxRow | null | undefined)[];
  const missing = rows.findIndex((row) => row === undefined || row === null);
  if (missing >= 0) throw errors.OUTBOX_ROW_MISSING({ from, index: next + missing });
  return rows as OutboxRow[];
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

/** Every kind of item, legal or not, in one place. */
function receiveItem(inflow: Inflow, item: OutboxItem): 'credited' | 'returned' | 'other' {
  switch (item.kind) {
    case 'credit':
      return receiveCredit(inflow, item);
    case 'return':
      return receiveReturn(inflow, item);
    case 'refund':
      return receiveRefund(inflow, item);
    case 'refund-return':
      return receiveRefundReturn(inflow, item);
    case 'reversal-request':
      return receiveReversalRequest(inflow, item);
    case 'reversal':
      return receiveReversal(inflow, item);
    case 'reversal-refused':
      return receiveReversalRefused(inflow, item);
  }
}
