import type { AccountState, Model } from './state.ts';

/** A committed row that is JSON, parsed; undefined where there is none. */
export type CompareRead = (namespace: string, key: string) => any;

/** What the auditor compares his books with. */
export interface Books {
  readonly readRow: CompareRead;
  /** A bank's customer accounts, all of them. */
  readonly accounts: (bank: string) => AsyncIterable<FoundAccount> | Iterable<FoundAccount>;
}

/** An account as whoever is compared has it; amounts in minor units. */
export interface FoundAccount {
  readonly accountId: string;
  readonly status: string;
  readonly booked: string | bigint;
  readonly pending: string | bigint;
}

/** Compares every balance, counter and cursor that the auditor knows with the ledger's. */
export async function compareWithLedger(model: Model, { readRow, accounts }: Books): Promise<string[]> {
  const problems: string[] = [];
  for (const [name] of model.banks) problems.push(...(await compareAccounts(model, name, accounts(name))));
  return [...problems, ...compareCounters(model, readRow)];
}

/** Compares a bank's accounts with the auditor's: status, booked balance and what is pending, of each and no others. */
export async function compareAccounts(
  model: Model,
  bank: string,
  found: AsyncIterable<FoundAccount> | Iterable<FoundAccount>,
): Promise<string[]> {
  const problems: string[] = [];
  const known = model.banks.get(bank)?.accounts ?? new Map<string, AccountState>();
  let count = 0;
  for await (const { accountId, ...has } of found) {
    count += 1;
    const wanted = known.get(accountId);
    if (wanted === undefined) problems.push(`${accountId} was never opened`);
    else problems.push(...compareAccount(accountId, wanted, has));
  }
  if (count !== known.size) problems.push(`${bank} has ${count} accounts, the auditor ${known.size}`);
  return problems;
}

/** Compares one account with what the auditor knows of it. */
export function compareAccount(
  accountId: string,
  wanted: AccountState,
  found: Omit<FoundAccount, 'accountId'>,
): string[] {
  const fields = ['status', 'booked', 'pending'] as const;
  return fields
    .filter((field) => String(wanted[field]) !== String(found[field]))
    .map((field) => `${accountId} ${field}: the ledger has ${found[field]}, the auditor ${wanted[field]}`);
}

/** Compares one figure. */
export function compareCounter(what: string, expected: unknown, found: unknown): string[] {
  return String(expected) === String(found) ? [] : [`${what}: the ledger has ${found}, the auditor ${expected}`];
}

/** Compares the counters and cursors of heads, settlement balances and what is settled. */
export function compareCounters(model: Model, readRow: CompareRead): string[] {
  const problems: string[] = [];
  const expectSame = (what: string, expected: unknown, found: unknown) => {
    problems.push(...compareCounter(what, expected, found));
  };
  for (const [name, state] of model.banks) {
    const head = readRow(name, 'lane/0/head');
    for (const [key, amount] of state.sent) expectSame(`${name} sent ${key}`, amount, counter(head?.sent, key));
    for (const [key, amount] of state.taken)
      expectSame(`${name} received ${key}`, amount, counter(head?.received, key));
    for (const [from, index] of state.inbox) expectSame(`${name} inbox ${from}`, index, head?.inbox[from] ?? 0);
    for (const [from, part] of state.inboxPart)
      expectSame(`${name} inbox part ${from}`, part, head?.inboxPositions?.[from] ?? 0);
    for (const [to, rows] of state.outbox) expectSame(`${name} outbox ${to}`, rows.length, head?.outbox[to] ?? 0);
    for (const [currency, amount] of state.suspense) {
      expectSame(`${name} suspense ${currency}`, amount, readRow(name, `suspense/${currency}`)?.credits ?? '0');
    }
  }
  for (const [name, currency, reserves] of reservesOf(model)) {
    const flow = readRow(name, `reserves/${currency}`);
    const cash = BigInt(flow?.deposited ?? '0') - BigInt(flow?.withdrawn ?? '0');
    expectSame(`${name} cash ${currency}`, reserves - settledNet(model, name, currency), cash);
  }
  for (const [key, balance] of model.balances) {
    const row = readRow('centralbank', `settlement-account/${key}`);
    expectSame(`settlement balance ${key}`, balance, row?.balance ?? '0');
  }
  for (const [key, amount] of model.settled) {
    const [debtor, creditor, currency] = key.split('/') as [string, string, string];
    expectSame(`settled out ${key}`, amount, readRow(debtor, `settled-out/${creditor}/${currency}`)?.amount);
    expectSame(`settled in ${key}`, amount, readRow(creditor, `settled-in/${debtor}/${currency}`)?.amount);
  }
  return problems;
}

const reservesOf = (model: Model): [bank: string, currency: string, reserves: bigint][] =>
  [...model.banks].flatMap(([name, { reserves }]) =>
    [...reserves].map(([currency, amount]): [string, string, bigint] => [name, currency, amount]),
  );

/** What settlements have brought a bank, less what they took. */
function settledNet(model: Model, bank: string, currency: string): bigint {
  let net = 0n;
  for (const [pair, amount] of model.settled) {
    const [debtor, creditor, settled] = pair.split('/');
    if (settled !== currency) continue;
    if (creditor === bank) net += amount;
    if (debtor === bank) net -= amount;
  }
  return net;
}

function counter(totals: Record<string, Record<string, string>> | undefined, key: string): string {
  const [bank, currency] = key.split('/') as [string, string];
  return totals?.[bank]?.[currency] ?? '0';
}
