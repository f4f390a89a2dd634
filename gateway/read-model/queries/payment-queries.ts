import { type RawBuilder, sql } from 'kysely';
import { listOf, numbersOf, type ReadModelDatabase } from '../database.ts';
import type { Page, PaymentFilter, PaymentStatus, PaymentView } from '../types.ts';
import { decodeCursor, encodeCursor, limitOf } from './cursor.ts';

/** A payment with what became of it. */
export interface PaymentRecord {
  number: bigint;
  payment_id: string;
  debtor_bank: string;
  kind: string;
  debtor_account: string;
  creditor_account: string;
  debtor_previous: bigint | null;
  creditor_previous: bigint | null;
  amount: string;
  currency: string;
  uetr: string | null;
  expires_at: string | null;
  outbox_index: bigint | null;
  block: bigint;
  transaction_id: string;
  accepted_at: string;
  state: string | null;
  posted_at: string | null;
  delivered_at: string | null;
  reason: string | null;
  refunded: string | null;
  reversal: string | null;
  reversal_id: string | null;
  end_to_end_id: string | null;
  remittance: string | null;
  debtor_name: string | null;
  creditor_name: string | null;
  original_payment_id: string | null;
}

async function select({ db }: ReadModelDatabase, rest: RawBuilder<unknown>): Promise<PaymentRecord[]> {
  const { rows } = await sql<PaymentRecord>`
    select p.number, p.payment_id, p.debtor_bank, p.kind, p.debtor_account, p.creditor_account,
      p.debtor_previous, p.creditor_previous, coalesce(s.posted, p.amount) as amount, p.currency, p.uetr,
      coalesce(s.outbox_index, p.outbox_index) as outbox_index,
      b.block, b.transaction_id, b.time as accepted_at,
      s.status as state, s.posted_at, s.expires_at, s.reason, s.refunded, s.reversal, s.reversal_id,
      coalesce(t.end_to_end_id, ot.end_to_end_id) as end_to_end_id, t.remittance, t.debtor_name, t.creditor_name,
      o.payment_id as original_payment_id,
      (select d.time from delivery d
        where d.sender = p.debtor_bank and d.receiver = p.creditor_bank
          and d.up_to >= coalesce(s.outbox_index, p.outbox_index)
        order by d.up_to limit 1) as delivered_at
    from payment p
      join batch b on b.number = p.batch
      left join payment_state s on s.number = p.number
      left join payment_text t on t.number = p.number
      left join payment o on o.number = p.original
      left join payment_text ot on ot.number = p.original
    ${rest}`.execute(db);
  return rows;
}

/**
 * The payments of an id. Ids are unique per debtor's bank: the own bank's payment comes first, then those that other
 * banks' customers sent here.
 */
export async function findPaymentRows(
  database: ReadModelDatabase,
  paymentId: string,
  organization: string,
): Promise<PaymentRecord[]> {
  const rows = await select(database, sql`where p.payment_id = ${paymentId} order by p.number`);
  const isOwn = (row: PaymentRecord) => row.debtor_bank === organization;
  return [...rows.filter(isOwn), ...rows.filter((row) => !isOwn(row))];
}

/** Payments of these ids, and those that were reversed under them. */
export async function findReferenced(database: ReadModelDatabase, references: string[]): Promise<PaymentRecord[]> {
  if (references.length === 0) return [];
  const byId = sql`where p.payment_id in ${listOf(database, references)}`;
  const byReversal = sql`where s.reversal_id in ${listOf(database, references)} and s.reversal_id is not null`;
  return [...(await select(database, byId)), ...(await select(database, byReversal))];
}

const CHUNK_MIN = 50;
/** Lanes' times differ a little and batches wait to be committed, but none for so long. */
const DISORDER_MILLISECONDS = 600_000;

/** Payments, newest first. */
export async function listPayments(database: ReadModelDatabase, filter: PaymentFilter): Promise<Page<PaymentView>> {
  const limit = limitOf(filter);
  const cursor = decodeCursor(filter.cursor);
  const below = cursor !== undefined && /^\d{1,15}$/.test(cursor) ? BigInt(cursor) : undefined;
  const earliest = filter.from && new Date(Date.parse(filter.from) - DISORDER_MILLISECONDS).toISOString();
  const chunks = filter.accounts
    ? byAccounts(database, filter.accounts, { below, limit })
    : all(database, { below, limit });
  const found: PaymentRecord[] = [];
  for await (const chunk of chunks) {
    for (const row of chunk) if (found.length <= limit && isWanted(row, filter)) found.push(row);
    const isPast = earliest && chunk.every((row) => row.accepted_at < earliest);
    if (found.length > limit || isPast) break;
  }
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const nextCursor = found.length > limit && last ? encodeCursor(String(last.number)) : null;
  return { items: rows.map(toPaymentView), nextCursor };
}

function isWanted(row: PaymentRecord, { status, from, to }: PaymentFilter): boolean {
  if (status !== undefined && statusOf(row) !== status) return false;
  return (from === undefined || row.accepted_at >= from) && (to === undefined || row.accepted_at < to);
}

async function* all(database: ReadModelDatabase, { below, limit }: { below: bigint | undefined; limit: number }) {
  let next = below;
  for (;;) {
    const before = next === undefined ? sql`` : sql`where p.number < ${next}`;
    const count = Math.max(limit + 1, CHUNK_MIN);
    const rows = await select(database, sql`${before} order by p.number desc limit ${sql.lit(count)}`);
    yield rows;
    if (rows.length < count) return;
    next = rows.at(-1)?.number;
  }
}

/** Follows the accounts' payments from the last one on, several accounts at once, always the newest first. */
async function* byAccounts(
  database: ReadModelDatabase,
  accountIds: string[],
  page: { below: bigint | undefined; limit: number },
) {
  const heads = await database.db
    .selectFrom('account')
    .select(['account_id', 'last_payment'])
    .where('account_id', 'in', listOf(database, accountIds))
    .execute();
  /** Where each account's payments are followed from. */
  const starts = new Map(heads.map(({ account_id, last_payment }) => [account_id, last_payment]));
  const count = Math.max(page.limit + 1, CHUNK_MIN);
  let { below } = page;
  for (;;) {
    const lists = new Map<string, bigint[]>();
    for (const [account, start] of starts) {
      if (start !== null) lists.set(account, await numbersBelow(database, { account, start, below, count }));
    }
    // Each list holds the newest of its account, so the newest of all stand in them.
    const numbers = [...new Set([...lists.values()].flat())].sort(newestFirst).slice(0, count);
    if (numbers.length === 0) return;
    const last = numbers.at(-1) as bigint;
    for (const [account, list] of lists)
      starts.set(account, list.findLast((number) => number >= last) ?? starts.get(account) ?? null);
    below = last;
    yield await select(database, sql`where p.number in ${numbersOf(database, numbers)} order by p.number desc`);
  }
}

async function numbersBelow(
  { db }: ReadModelDatabase,
  chain: { account: string; start: bigint; below: bigint | undefined; count: number },
): Promise<bigint[]> {
  const { account, start, below, count } = chain;
  const isWanted = below === undefined ? sql`` : sql`where number < ${below}`;
  const previous = sql`case when p.debtor_account = ${account} then p.debtor_previous else p.creditor_previous end`;
  const { rows } = await sql<{ number: bigint }>`
    with recursive chain as (
      select p.number, ${previous} as previous from payment p where p.number = ${start}
      union all
      select p.number, ${previous} as previous from chain c join payment p on p.number = c.previous
    )
    select number from chain ${isWanted} limit ${sql.lit(count)}`.execute(db);
  return rows.map(({ number }) => number);
}

const newestFirst = (one: bigint, other: bigint): number => (one > other ? -1 : 1);

/** Holds of the own bank that are past their expiry. */
export async function listExpiredHolds(
  { db }: ReadModelDatabase,
  expired: { organization: string; now: string; limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('payment_state')
    .innerJoin('payment', 'payment.number', 'payment_state.number')
    .select('payment.payment_id')
    // Literal, because a partial index is not chosen for a parameter.
    .where('payment_state.status', '=', sql.lit('HELD'))
    .where('payment.debtor_bank', '=', expired.organization)
    .where('payment_state.expires_at', '<=', expired.now)
    .orderBy('payment_state.expires_at')
    .limit(expired.limit)
    .execute();
  return rows.map((row) => row.payment_id);
}

/** A payment to another bank is SETTLED when that bank's inbox has passed its outbox row, unless it came back. */
function statusOf({ state, outbox_index, delivered_at }: PaymentRecord): PaymentStatus {
  if (state !== null) return state as PaymentStatus;
  return outbox_index === null || delivered_at !== null ? 'SETTLED' : 'ACCEPTED';
}

function settledAt(row: PaymentRecord): string | null {
  if (row.outbox_index !== null) return row.delivered_at;
  return row.kind === 'hold' ? row.posted_at : row.accepted_at;
}

/** The row as clients see it. */
export function toPaymentView(row: PaymentRecord): PaymentView {
  return {
    paymentId: row.payment_id,
    kind: row.kind,
    status: statusOf(row),
    debtorAccount: row.debtor_account,
    creditorAccount: row.creditor_account,
    amount: { amount: row.amount, currency: row.currency },
    uetr: row.uetr,
    endToEndId: row.end_to_end_id,
    remittance: row.remittance,
    debtorName: row.debtor_name,
    creditorName: row.creditor_name,
    reason: row.reason,
    refunded: row.refunded ?? '0',
    reversal: row.reversal,
    reversalId: row.reversal_id,
    originalPaymentId: row.original_payment_id,
    expiresAt: row.expires_at,
    acceptedAt: row.accepted_at,
    settledAt: settledAt(row),
    transactionId: row.transaction_id,
    blockNumber: String(row.block),
  };
}
