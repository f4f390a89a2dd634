import type { Model } from './state.ts';

/** Reads a committed row of a namespace, parsed; undefined where there is none. */
export type ReadRow = (namespace: string, key: string) => any;

/** Compares every balance, counter and cursor that the auditor knows with the ledger's rows. */
export function compareWithLedger(model: Model, readRow: ReadRow): string[] {
  const problems: string[] = [];
  const expectSame = (what: string, expected: unknown, found: unknown) => {
    if (String(expected) !== String(found)) problems.push(`${what}: the ledger has ${found}, the auditor ${expected}`);
  };
  for (const [name, state] of model.banks) {
    const head = readRow(name, 'lane/0/head');
    for (const [accountId, { booked, pending, status }] of state.accounts) {
      const row = readRow(name, `account/${accountId}`);
      const found = row === undefined ? undefined : BigInt(row.bookedCredits) - BigInt(row.bookedDebits);
      expectSame(`${accountId} booked`, booked, found);
      expectSame(`${accountId} pending`, pending, row?.pendingDebits);
      expectSame(`${accountId} status`, status, row?.status);
      expectSame(`${accountId} directory`, status, readRow(name, `directory/${accountId}`)?.status);
    }
    for (const [key, amount] of state.sent) expectSame(`${name} sent ${key}`, amount, counter(head?.sent, key));
    for (const [key, amount] of state.taken)
      expectSame(`${name} received ${key}`, amount, counter(head?.received, key));
    for (const [from, index] of state.inbox) expectSame(`${name} inbox ${from}`, index, head?.inbox[from] ?? 0);
    for (const [to, rows] of state.outbox) expectSame(`${name} outbox ${to}`, rows.length, head?.outbox[to] ?? 0);
    for (const [currency, amount] of state.suspense) {
      expectSame(`${name} suspense ${currency}`, amount, readRow(name, `suspense/${currency}`)?.credits ?? '0');
    }
  }
  for (const [key, balance] of model.balances) {
    expectSame(
      `settlement balance ${key}`,
      balance,
      readRow('centralbank', `settlement-account/${key}`)?.balance ?? '0',
    );
  }
  for (const [key, amount] of model.settled) {
    const [debtor, creditor, currency] = key.split('/') as [string, string, string];
    expectSame(`settled out ${key}`, amount, readRow(debtor, `settled-out/${creditor}/${currency}`)?.amount);
    expectSame(`settled in ${key}`, amount, readRow(creditor, `settled-in/${debtor}/${currency}`)?.amount);
  }
  return problems;
}

function counter(totals: Record<string, Record<string, string>> | undefined, key: string): string {
  const [bank, currency] = key.split('/') as [string, string];
  return totals?.[bank]?.[currency] ?? '0';
}
