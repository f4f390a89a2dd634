import { bankNames } from '../../config/topology.ts';
import type { Member } from '../../native/members.ts';
import { ask, readRows } from './ledger-questions.ts';

type ByBank = Record<string, Record<string, string>>;

interface Head {
  sent: ByBank;
  received: ByBank;
  outbox: Record<string, number>;
  inbox: Record<string, number>;
}

const nobody: Head = { sent: {}, received: {}, outbox: {}, inbox: {} };
const total = (rows: readonly ({ amount: string } | undefined)[]): bigint =>
  rows.reduce((sum, row) => sum + BigInt(row?.amount ?? '0'), 0n);

/** Everything that keeps a bank from leaving: undelivered rows, open positions, customers' money, settlement balance. */
export async function openItems(members: readonly Member[], bank: string, banks: readonly string[]): Promise<string[]> {
  const others = banks.filter((each) => each !== bank);
  const [member] = members;
  if (!member) throw new Error('No peer can be asked what stands open.');
  const heads = new Map<string, Head>();
  for (const name of banks) {
    const [head] = await readRows<Head>(member, name, ['lane/0/head']);
    heads.set(name, head ?? nobody);
  }
  const headOf = (name: string) => heads.get(name) ?? nobody;
  const { balances } = await ask<{ balances: { amount: string; currency: string }[] }>(member, 'centralbank', [
    'settlement:getSettlementAccount',
    { bank },
  ]);
  const currencies = [...new Set([...balances.map(({ currency }) => currency), ...currenciesOf(headOf(bank), others)])];
  return [
    ...others.flatMap((other) => undelivered({ from: bank, to: other }, headOf)),
    ...others.flatMap((other) => undelivered({ from: other, to: bank }, headOf)),
    ...(await openPositions(member, { bank, others, headOf })),
    ...(await customersMoney(member, { bank, others, currencies })),
    ...balances
      .filter(({ amount }) => amount !== '0')
      .map(({ amount, currency }) => `${bank} has ${amount} ${currency} at the central bank, which must withdraw it.`),
  ];
}

/** The commercial banks among members and those before them. */
export const everyBank = (network: { organizations: { name: string }[]; formerBanks: string[] }): string[] => [
  ...bankNames(network.organizations),
  ...network.formerBanks,
];

const currenciesOf = ({ sent, received }: Head, others: readonly string[]): string[] =>
  others.flatMap((other) => [...Object.keys(sent[other] ?? {}), ...Object.keys(received[other] ?? {})]);

function undelivered({ from, to }: { from: string; to: string }, headOf: (name: string) => Head): string[] {
  const rows = (headOf(from).outbox[to] ?? 0) - (headOf(to).inbox[from] ?? 0);
  return rows > 0 ? [`${rows} outbox rows of ${from} are not received by ${to} yet.`] : [];
}

interface Books {
  bank: string;
  others: readonly string[];
  headOf(name: string): Head;
}

async function openPositions(member: Member, { bank, others, headOf }: Books): Promise<string[]> {
  const found: string[] = [];
  for (const [debtor, creditor] of others.flatMap((other) => [
    [bank, other],
    [other, bank],
  ]) as [string, string][]) {
    for (const [currency, sent] of Object.entries(headOf(debtor).sent[creditor] ?? {})) {
      const settled = total(await readRows(member, debtor, [`settled-out/${creditor}/${currency}`]));
      const open = BigInt(sent) - settled;
      if (open !== 0n) found.push(`${debtor} owes ${creditor} ${open} ${currency} that is not settled.`);
    }
  }
  return found;
}

interface Reserves {
  bank: string;
  others: readonly string[];
  currencies: readonly string[];
}

/** Without open positions a bank's reserves are what its customers hold (invariant S3 of the settlement module). */
async function customersMoney(member: Member, { bank, others, currencies }: Reserves): Promise<string[]> {
  const found: string[] = [];
  for (const currency of currencies) {
    const [flow] = await readRows<{ deposited: string; withdrawn: string }>(member, bank, [`reserves/${currency}`]);
    const settled = (direction: 'in' | 'out') =>
      readRows<{ amount: string }>(
        member,
        bank,
        others.map((other) => `settled-${direction}/${other}/${currency}`),
      );
    const cash = BigInt(flow?.deposited ?? '0') - BigInt(flow?.withdrawn ?? '0');
    const reserves = cash + total(await settled('in')) - total(await settled('out'));
    if (reserves !== 0n)
      found.push(`Reserves of ${bank} are ${reserves} ${currency}: its customers' money, less what is owed to it.`);
  }
  return found;
}
