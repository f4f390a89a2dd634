import { bank } from './parties.ts';
import { answerReversal } from './run-corrections.ts';
import {
  type AuditPosting,
  type BankState,
  bump,
  type Item,
  type Model,
  refused,
  type Step,
  ship,
  type Verdict,
} from './state.ts';

/** Rows that one receive asks for at most; of these it takes the first that hold no more than 10,000 items together. */
export const MAX_ROWS = 20;
const MAX_ITEMS = 10_000;
/** Items about payments of old that one receive takes at most, if need be a part of a row. */
const MAX_OLDER = 256;
const ABOUT_OLDER = new Set(['return', 'refund', 'reversal', 'refund-return']);
/** What is left of a row that was received: its number. */
const RECEIVED: Item[] = [];

interface Arrival {
  readonly model: Model;
  readonly lane: string;
  readonly from: string;
  readonly state: BankState;
  readonly postings: AuditPosting[];
}

/** Consumes rows of another bank's outbox, as its own record of that bank's sendings has them. */
export function receive(model: Model, { lane, request }: Step): Verdict {
  const { from } = request;
  if (!model.banks.has(from) || from === lane) return refused('PAYMENTS_SENDER_UNKNOWN');
  const state = bank(model, lane);
  const done = state.inbox.get(from) ?? 0;
  if (request.upTo <= done) return refused('PAYMENTS_NOTHING_TO_RECEIVE');
  const asked = Math.min(request.upTo, done + MAX_ROWS);
  const rows = bank(model, from).outbox.get(lane) ?? [];
  const delivery = plan(rows, { done, asked, part: state.inboxPart.get(from) ?? 0 });
  if (delivery === undefined) return refused('PAYMENTS_OUTBOX_ROW_MISSING');

  const postings: AuditPosting[] = [];
  const arrival: Arrival = { model, lane, from, state, postings };
  for (const { index, start, end } of delivery.slices) {
    for (const item of (rows[index] as Item[]).slice(start, end)) take(arrival, item, index + 1);
    if (index < delivery.upTo) rows[index] = RECEIVED;
  }
  state.inbox.set(from, delivery.upTo);
  state.inboxPart.set(from, delivery.part);
  return { postings: withDueFrom(arrival) };
}

interface Delivery {
  readonly slices: readonly { readonly index: number; readonly start: number; readonly end: number }[];
  /** Rows that are received to their end. */
  readonly upTo: number;
  /** Items received of the row after them. */
  readonly part: number;
}

/** What one receive takes; undefined where a row is missing. */
function plan(
  rows: readonly Item[][],
  { done, asked, part }: { done: number; asked: number; part: number },
): Delivery | undefined {
  const slices: { index: number; start: number; end: number }[] = [];
  let [count, older] = [0, 0];
  for (let index = done; index < asked; index += 1) {
    const row = rows[index];
    if (row === undefined) return undefined;
    const start = index === done ? part : 0;
    if (count > 0 && count + row.length - start > MAX_ITEMS) return { slices, upTo: index, part: 0 };
    for (let place = start; place < row.length; place += 1) {
      if (ABOUT_OLDER.has((row[place] as Item).kind)) older += 1;
      if (older > MAX_OLDER) return { slices: [...slices, { index, start, end: place }], upTo: index, part: place };
      count += 1;
    }
    slices.push({ index, start, end: row.length });
  }
  return { slices, upTo: asked, part: 0 };
}

function take(arrival: Arrival, item: Item, index: number): void {
  const { model, lane, from, state, postings } = arrival;
  if (item.kind === 'reversal-request') {
    const verdict = answerReversal(model, { lane, from }, item);
    if ('postings' in verdict) postings.push(...verdict.postings);
  } else if (item.kind === 'reversal-refused') {
    const payment = state.payments.get(item.paymentId);
    if (payment?.reversal === 'REQUESTED' && payment.reversalId === item.id) payment.reversal = 'REFUSED';
  } else {
    bump(state.taken, `${from}/${item.currency}`, item.amount);
    takeMoney(arrival, item, index);
  }
}

function takeMoney(arrival: Arrival, item: Item, index: number): void {
  const takers: Record<string, (arrival: Arrival, item: Item, index: number) => void> = {
    credit: takeCredit,
    return: takeReturn,
    refund: takeRefund,
    'refund-return': takeRefundReturn,
    reversal: takeReversal,
  };
  takers[item.kind]?.(arrival, item, index);
}

function takeCredit(arrival: Arrival, item: Item, index: number): void {
  const { state, from } = arrival;
  const owner = state.accounts.get(item.creditor);
  const isGood = owner?.status === 'OPEN' && owner.currency === item.currency;
  state.received.set(`${from}/${item.paymentId}`, {
    item,
    index,
    refunded: 0n,
    returned: !isGood,
    reversal: 'NONE',
    reversalId: '',
  });
  if (isGood) credit(arrival, item, item.creditor);
  else sendBack(arrival, item, 'return');
}

function takeReturn(arrival: Arrival, item: Item): void {
  const payment = arrival.state.payments.get(item.paymentId);
  if (payment === undefined || payment.returned) {
    suspend(arrival, item);
    return;
  }
  payment.returned = true;
  giveBack(arrival, item, payment.debtor);
}

function takeRefund(arrival: Arrival, item: Item): void {
  const payment = arrival.state.payments.get(item.paymentId);
  if (payment === undefined || payment.refunded + item.amount > payment.amount) {
    suspend(arrival, item);
    return;
  }
  if (arrival.state.accounts.get(payment.debtor)?.status === 'CLOSED') {
    sendBack(arrival, item, 'refund-return');
    return;
  }
  payment.refunded += item.amount;
  credit(arrival, item, payment.debtor);
}

function takeRefundReturn(arrival: Arrival, item: Item): void {
  const refund = arrival.state.refunds.get(item.id);
  if (refund === undefined || refund.returned) {
    suspend(arrival, item);
    return;
  }
  refund.returned = true;
  const received = arrival.state.received.get(`${refund.from}/${refund.paymentId}`);
  if (received !== undefined) received.refunded -= item.amount;
  giveBack(arrival, item, refund.debtor);
}

function takeReversal(arrival: Arrival, item: Item): void {
  const payment = arrival.state.payments.get(item.paymentId);
  if (payment?.reversal !== 'REQUESTED' || payment.reversalId !== item.id) {
    suspend(arrival, item);
    return;
  }
  payment.reversal = 'DONE';
  giveBack(arrival, item, payment.debtor);
}

function credit({ state, postings }: Arrival, item: Item, accountId: string): void {
  const owner = state.accounts.get(accountId);
  if (owner === undefined) throw new Error(`the auditor knows no account ${accountId}`);
  owner.booked += item.amount;
  postings.push({ account: accountId, side: 'C', amount: String(item.amount), currency: item.currency });
}

function giveBack(arrival: Arrival, item: Item, accountId: string): void {
  const isClosed = arrival.state.accounts.get(accountId)?.status === 'CLOSED';
  if (isClosed) suspend(arrival, item);
  else credit(arrival, item, accountId);
}

function suspend({ state, postings, lane }: Arrival, item: Item): void {
  bump(state.suspense, item.currency, item.amount);
  postings.push({ account: `${lane}.suspense`, side: 'C', amount: String(item.amount), currency: item.currency });
}

function sendBack({ model, lane, from, state, postings }: Arrival, item: Item, kind: string): void {
  bump(state.sent, `${from}/${item.currency}`, item.amount);
  ship(model, { lane, to: from }, { ...item, kind });
  postings.push({
    account: `${lane}.due-to-${from}`,
    side: 'C',
    amount: String(item.amount),
    currency: item.currency,
  });
}

/** What came in is owed by the sender: one debit per currency that balances the rest. */
function withDueFrom({ lane, from, postings }: Arrival): AuditPosting[] {
  const open = new Map<string, bigint>();
  for (const { side, amount, currency } of postings)
    bump(open, currency, side === 'C' ? BigInt(amount) : -BigInt(amount));
  const debits = [...open].filter(([, amount]) => amount > 0n);
  return [
    ...postings,
    ...debits.map(([currency, amount]) => ({
      account: `${lane}.due-from-${from}`,
      side: 'D',
      amount: String(amount),
      currency,
    })),
  ];
}
