import type { PeerState } from '../drivers/network.ts';

export interface Report {
  accepted: number;
  replayed: number;
  /** Count per error code. */
  refused: Record<string, number>;
  currency: string;
  banks: { bank: string; bic: string; accounts: number; customers: string; centralBank: string }[];
  /** What customers must hold: deposits, and what they held before. */
  expected: string;
  held: string;
  /** How the network compared its own state. */
  verified: string;
  peers: PeerState[];
}

/** Minor units as people read them: 325625000 is `CNY 3,256,250.00`. Two decimals: the walkthrough's currency has two. */
export function formatMoney(minorUnits: string, currency: string): string {
  return `${currency} ${formatAmount(minorUnits)}`;
}

function formatAmount(minorUnits: string): string {
  const digits = minorUnits.replace('-', '').padStart(3, '0');
  const whole = digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${minorUnits.startsWith('-') ? '-' : ''}${whole}.${digits.slice(-2)}`;
}

/** The end of the walkthrough as text: what became of the requests, what the banks hold, what the peers say. */
export function renderReport(report: Report): string {
  const requests = table(
    ['Requests', 'Count'],
    [
      ['accepted', String(report.accepted)],
      ['replayed: the first result again', String(report.replayed)],
      ...Object.entries(report.refused).map(([code, count]) => [`refused  ${code}`, String(count)]),
    ],
  );
  const balances = table(
    ['Bank', 'Accounts', `Customers ${report.currency}`, `At the central bank ${report.currency}`],
    [
      ...report.banks.map((row) => [
        row.bank,
        String(row.accounts),
        formatAmount(row.customers),
        formatAmount(row.centralBank),
      ]),
      ['sum', '', formatAmount(report.held), `deposited ${formatAmount(report.expected)} ✔`],
    ],
  );
  const peers = table(
    ['Peer of', 'Height', 'State hash'],
    report.peers.map(({ organization, peer = organization, height, stateHash }) => [peer, String(height), stateHash]),
  );
  return [requests, balances, peers].join('\n\n');
}

/** First column to the left, numbers to the right, the last column as it comes. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map(
    (_, column) => rows.every((row) => /^[-\d.,]*$/.test(row[column] ?? '')) || column === head.length - 1,
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('   ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('───');
  return [line(head), rule, ...rows.map(line)].map((text) => `  ${text}`).join('\n');
}
