import type { Ledger } from '../core/ledger.ts';
import { Inflow } from './inflow.ts';
import type { OutboxItem } from './outbox-items.ts';
import { receiveCredit, receiveRefund, receiveRefundReturn, receiveReturn } from './receive-money.ts';
import { receiveReversal, receiveReversalRefused, receiveReversalRequest } from './receive-reversal.ts';
import { demandOwnRows, takeDelivery } from './receive-rows.ts';
import type { Receive, Received } from './receive-schemas.ts';

/**
 * Consumes another bank's outbox rows in order, each item once (P6): credits customers, sends back what cannot be
 * credited, answers requests. Takes at most 20 rows, 10,000 items of several rows, and 1,000 items about older payments,
 * if need be part of a row; the result says how far it came. Refuses, in order: SENDER_UNKNOWN, NOTHING_TO_RECEIVE,
 * OUTBOX_ROW_MISSING.
 */
export function receive(ledger: Ledger, request: Receive): Received {
  const { from } = request;
  const { items, upTo, position } = takeDelivery(ledger, request);
  demandOwnRows(ledger, from, items);

  const inflow = new Inflow(ledger, from);
  const counts = { credited: 0, returned: 0, other: 0 };
  for (const item of items) counts[receiveItem(inflow, item)] += 1;
  inflow.post();

  ledger.lane.advanceInbox(from, upTo, position);
  return { from, upTo, ...(position > 0 ? { position } : {}), ...counts, credits: inflow.credits };
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
