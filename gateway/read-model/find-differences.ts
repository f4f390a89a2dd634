import type { BatchRow } from '@tangram/chaincode/core/batch.ts';
import { sql } from 'kysely';
import { evaluateWhenReady } from '../fabric/evaluate-when-ready.ts';
import type { FabricClient } from '../fabric/fabric-client.ts';
import type { ReadModelDatabase } from './database.ts';

/** Where read model and ledger differ, in words; an empty list is what should come out. */
export interface Difference {
  what: string;
  readModel: string;
  ledger: string;
}

export interface Comparison {
  client: FabricClient;
  database: ReadModelDatabase;
  bank: string;
}

const CONCURRENT = 8;

/**
 * Compares own accounts with the ledger's: balance, available, status, and the balance its entries add up to. All of them,
 * or `most` drawn at random.
 */
export async function compareAccounts(
  { client, database, bank }: Comparison,
  most = Number.MAX_SAFE_INTEGER,
): Promise<Difference[]> {
  const { db } = database;
  const drawn = db.selectFrom('account').selectAll().orderBy(sql`random()`).limit(most);
  const accounts = await db.selectFrom(drawn.as('drawn')).selectAll().orderBy('account_id').execute();
  const differences: Difference[] = [];
  const compare = (what: string, readModel: string, ledger: string) => {
    if (readModel !== ledger) differences.push({ what, readModel, ledger });
  };
  await forEachConcurrently(accounts, async ({ account_id: accountId, booked, pending, status, last_entry: last }) => {
    const text = await evaluateWhenReady(client, {
      chaincode: bank,
      transactionName: 'accounts:getAccount',
      argument: JSON.stringify({ accountId }),
    });
    const ledger = JSON.parse(text) as { booked: string; available: string; status: string };
    compare(`${accountId} booked`, booked, ledger.booked);
    compare(`${accountId} available`, String(BigInt(booked) - BigInt(pending)), ledger.available);
    compare(`${accountId} status`, status, ledger.status);

    const sum = await sumOfEntries(database, last);
    compare(`${accountId} sum of entries`, String(sum), ledger.booked);
  });
  return differences;
}

/** Compares every loan and request that the own bank keeps with the ledger's: what became of it, and what is owed. */
export async function compareLoans({ client, database, bank }: Comparison): Promise<Difference[]> {
  const { db } = database;
  const differences: Difference[] = [];
  const ask = async (name: string, request: object) => {
    const call = { chaincode: bank, transactionName: `lending:${name}`, argument: JSON.stringify(request) };
    return JSON.parse(await evaluateWhenReady(client, call));
  };
  const compare = (what: string, readModel: string, ledger: string) => {
    if (readModel !== ledger) differences.push({ what, readModel, ledger });
  };
  const loans = await db.selectFrom('loan').selectAll().execute();
  await forEachConcurrently(loans, async ({ loan_id: loanId, status, balance, lenders }) => {
    const loan = await ask('getLoan', { loanId });
    compare(`loan ${loanId} status`, status, loan.status);
    compare(`loan ${loanId} balance`, balance, loan.balance.amount);
    compare(`loan ${loanId} lenders`, String(lenders), String(loan.shares.length));
  });
  const requests = await db.selectFrom('loan_request').selectAll().execute();
  await forEachConcurrently(requests, async ({ request_id: requestId, status }) => {
    compare(`loan request ${requestId} status`, status, (await ask('getLoanRequest', { requestId })).status);
  });
  return differences;
}

/** What an account's entries add up to, from its last one back to its first. */
async function sumOfEntries({ db }: ReadModelDatabase, last: bigint | null): Promise<bigint> {
  const { rows } = await sql<{ side: string; amount: string }>`
    with recursive chain as (
      select side, amount, previous from entry where number = ${last}
      union all
      select e.side, e.amount, e.previous from chain c join entry e on e.number = c.previous
    )
    select side, amount from chain`.execute(db);
  return rows.reduce((sum, { side, amount }) => (side === 'C' ? sum + BigInt(amount) : sum - BigInt(amount)), 0n);
}

/** Counts the accepted operations of the own lane's batches and compares them with the rows projected from them. */
export async function compareCounts(
  { client, database, bank }: Comparison,
  lastSequence: number,
): Promise<Difference[]> {
  const counts = { accounts: 0, payments: 0, holds: 0, refunds: 0, loans: 0, requests: 0 };
  const counted: Record<string, keyof typeof counts> = {
    'accounts:openAccount': 'accounts',
    'payments:sendPayment': 'payments',
    'payments:holdFunds': 'holds',
    'payments:refundPayment': 'refunds',
    'lending:disburseLoan': 'loans',
    'lending:requestLoan': 'requests',
  };
  const sequences = Array.from({ length: lastSequence }, (_, index) => index + 1);
  await forEachConcurrently(sequences, async (sequence) => {
    const call = {
      chaincode: bank,
      transactionName: 'lane:getBatch',
      argument: JSON.stringify({ sequence }),
    };
    const row = JSON.parse(await client.evaluate(call)) as BatchRow;
    for (const { operation, outcome } of row.entries) {
      const name = counted[operation];
      if (name !== undefined && outcome === 'accepted') counts[name] += 1;
    }
  });
  const projected = await countProjected(database, bank);
  return Object.entries(counts)
    .map(([what, count]) => ({ what, readModel: String(projected[what] ?? 0), ledger: String(count) }))
    .filter(({ readModel, ledger }) => readModel !== ledger);
}

async function countProjected({ db }: ReadModelDatabase, bank: string): Promise<Record<string, bigint>> {
  const rowsOf = async (table: 'account' | 'loan' | 'loan_request') => {
    const query = db.selectFrom(table).select((select) => select.fn.countAll<bigint>().as('rows'));
    return (await query.executeTakeFirstOrThrow()).rows;
  };
  const kinds = await db
    .selectFrom('payment')
    .select((select) => ['kind', select.fn.countAll<bigint>().as('count')])
    .where('debtor_bank', '=', bank)
    .groupBy('kind')
    .execute();

  const own = {
    accounts: await rowsOf('account'),
    loans: await rowsOf('loan'),
    requests: await rowsOf('loan_request'),
  };
  return { ...own, ...Object.fromEntries(kinds.map(({ kind, count }) => [`${kind}s`, count])) };
}

async function forEachConcurrently<Item>(items: Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await run(item);
  };
  await Promise.all(Array.from({ length: CONCURRENT }, worker));
}
