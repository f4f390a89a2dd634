import { type AuditedBatch, audit } from '../auditor/audit.ts';
import type { SettlementFacts } from '../auditor/settle.ts';
import { loadMember } from '../conformance/member.ts';
import { closeClients, Session } from '../conformance/session.ts';
import { networkAt } from './attacker.ts';

const FOUNDERS = ['cedar', 'maple', 'pine', 'willow'];
/** Rows asked for at a time: a row may hold thousands of operations. */
const ROWS_AT_A_TIME = 8;

interface Head {
  readonly sequence: number;
  readonly sent: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Fetches every batch row of a running network and lists what the independent auditor finds wrong with them. */
export async function auditLedger(running: { dataFolder: string; portBase: number }): Promise<string[]> {
  try {
    return await auditRows(running);
  } finally {
    // An open connection would keep the process alive.
    closeClients();
  }
}

async function auditRows(running: { dataFolder: string; portBase: number }): Promise<string[]> {
  const network = networkAt(running.dataFolder, running.portBase);
  const session = new Session(network, loadMember(network, 'CentralbankMSP'));
  const read = async (lane: string, keys: readonly string[]): Promise<unknown[]> => {
    const target = { chaincode: lane, endorsers: ['CentralbankMSP'] };
    const bytes = await session.call('lane:read', [JSON.stringify(keys)], target).evaluate();
    const values = JSON.parse(Buffer.from(bytes).toString()) as (string | null)[];
    return values.map((value) => (value === null ? undefined : JSON.parse(value)));
  };

  const [registry] = (await read('consortium', ['registry/banks'])) as ({ banks: { bank: string }[] } | undefined)[];
  const banks = registry?.banks.map(({ bank }) => bank) ?? FOUNDERS;
  const rows: AuditedBatch[] = [];
  const settlements: SettlementFacts[] = [];
  for (const lane of [...banks, 'centralbank', 'consortium']) {
    const [head] = (await read(lane, ['lane/0/head'])) as (Head | undefined)[];
    if (head === undefined) continue;
    for (let first = 1; first <= head.sequence; first += ROWS_AT_A_TIME) {
      rows.push(...((await read(lane, batchKeys(first, head.sequence))) as AuditedBatch[]));
    }
    settlements.push(...(await settledBy(lane, head, read)));
  }
  return audit(rows, { settlements, banks });
}

function batchKeys(first: number, last: number): string[] {
  const count = Math.min(ROWS_AT_A_TIME, last - first + 1);
  return Array.from({ length: count }, (_, offset) => `lane/0/batch/${String(first + offset).padStart(12, '0')}`);
}

/** What a bank has settled with each other one, as one settlement each. */
async function settledBy(
  lane: string,
  head: Head,
  read: (lane: string, keys: readonly string[]) => Promise<unknown[]>,
): Promise<SettlementFacts[]> {
  const pairs = Object.entries(head.sent).flatMap(([bank, byCurrency]) =>
    Object.keys(byCurrency).map((currency) => ({ debtorBank: lane, creditorBank: bank, currency })),
  );
  const found = await read(
    lane,
    pairs.map(({ creditorBank, currency }) => `settled-out/${creditorBank}/${currency}`),
  );
  return pairs.flatMap((pair, index) => {
    const row = found[index] as { amount: string } | undefined;
    return row === undefined ? [] : [{ ...pair, amount: row.amount }];
  });
}
