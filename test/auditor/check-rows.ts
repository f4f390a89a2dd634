import type { DecodedRow } from '@tangram/network/ledger-format/batch-row.ts';
import {
  type DecodedDirectoryRow,
  type DecodedOutboxRow,
  decodeDirectoryRow,
  decodeOutboxRow,
  decodeSegment,
} from '@tangram/network/ledger-format/other-rows.ts';
import type { TransactionWrites } from './block-writes.ts';
import { checkRecord } from './check-records.ts';
import { compareAccount } from './compare.ts';
import { compareKeys } from './signatures.ts';
import type { Item, Model } from './state.ts';

const SEGMENTS = 64;
const JSON_START = 0x7b;
const SEGMENT = 'lane/0/segment/';
const OUTBOX = 'lane/0/outbox/';
const DIRECTORY = 'lane/0/directory/';
/** Operations that change what other banks may know of an account. */
const LISTED = new Set(['openAccount', 'freezeAccount', 'unfreezeAccount', 'closeAccount']);

/** FNV-1a modulo 64, as the layout says. */
function segmentOf(accountId: string): number {
  let hash = 2_166_136_261;
  for (const byte of Buffer.from(accountId)) hash = Math.imul(hash ^ byte, 16_777_619);
  return (hash >>> 0) % SEGMENTS;
}

/** How many accounts each part of each bank's book must hold. */
export class SegmentCounts {
  readonly #counts = new Map<string, number[]>();

  /** Counts the accounts that a batch opened. */
  add({ lane, entries }: DecodedRow): void {
    for (const { operation, outcome, request } of entries) {
      if (operation !== 'accounts:openAccount' || outcome !== 'accepted') continue;
      const counts = this.#counts.get(lane) ?? Array<number>(SEGMENTS).fill(0);
      this.#counts.set(lane, counts);
      const segment = segmentOf(String(request.accountId));
      counts[segment] = (counts[segment] ?? 0) + 1;
    }
  }

  of(lane: string, segment: number): number {
    return this.#counts.get(lane)?.[segment] ?? 0;
  }
}

interface Written {
  readonly writes: TransactionWrites['writes'];
  readonly segments: SegmentCounts;
}

/** Compares what a batch left beside its row with the auditor's model, which has booked the row already. */
export function checkRows(model: Model, row: DecodedRow, { writes, segments }: Written): string[] {
  const problems: string[] = [];
  const listed = new Set<string>();
  for (const { key, value } of writes) {
    const name = `${row.lane} ${row.sequence} ${key}`;
    try {
      if (value[0] === JSON_START) {
        const record = JSON.parse(Buffer.from(value).toString('utf8'));
        if (key === 'lane/0/head') problems.push(...checkHead(row, record));
        else problems.push(...checkRecord(model, { name, lane: row.lane, key, record }));
      }
      if (key.startsWith(OUTBOX)) problems.push(...checkOutbox(model, name, decodeOutboxRow(value)));
      if (key.startsWith(SEGMENT)) problems.push(...checkSegment(model, { name, value, row, segments }));
      if (key.startsWith(DIRECTORY)) {
        const directory = decodeDirectoryRow(value);
        for (const { accountId } of directory.listings) listed.add(accountId);
        problems.push(...checkDirectory(model, row, { name, ...directory }));
      }
    } catch (error) {
      problems.push(`${name} cannot be read: ${(error as Error).message}`);
    }
  }
  for (const accountId of changedListings(row)) {
    if (!listed.has(accountId)) problems.push(`${row.lane} ${row.sequence} changes ${accountId} and does not list it`);
  }
  return problems;
}

function changedListings({ entries }: DecodedRow): Set<string> {
  const changed = entries.filter(
    ({ operation, outcome }) => outcome === 'accepted' && LISTED.has(operation.slice('accounts:'.length)),
  );
  return new Set(changed.map(({ request }) => String(request.accountId)));
}

/** What other banks may know of accounts is what the batch made of them. */
function checkDirectory(
  model: Model,
  row: DecodedRow,
  { name, bank, previousHash, listings }: DecodedDirectoryRow & { readonly name: string },
): string[] {
  const accounts = model.banks.get(row.lane)?.accounts;
  const wrong = listings.filter(({ accountId, status, currency }) => {
    const account = accounts?.get(accountId);
    return account?.status !== status || account.currency !== currency;
  });
  return [
    ...(bank === row.lane && previousHash === row.previousHash ? [] : [`${name} is of ${bank} after ${previousHash}`]),
    ...wrong.map(({ accountId, status, currency }) => `${name} lists ${accountId} as ${status} ${currency}`),
  ];
}

function checkHead(row: DecodedRow, head: { sequence: number; hash: string }): string[] {
  if (head.sequence === row.sequence && head.hash === row.hash) return [];
  return [`${row.lane} ${row.sequence} leaves a head at ${head.sequence} with another hash`];
}

/** The items that the batch sends, in their order. */
function checkOutbox(model: Model, name: string, { lane, to, index, items }: DecodedOutboxRow): string[] {
  const expected = model.banks.get(lane)?.outbox.get(to)?.[index - 1] ?? [];
  const wanted = expected.map(fingerprintOf);
  const found = items.map(fingerprintOfRow);
  const place = found.findIndex((item, each) => item !== wanted[each]);
  if (place < 0 && found.length === wanted.length) return [];
  const at = place < 0 ? found.length : place;
  return [`${name} item ${at} is ${found[at] ?? 'missing'}, the auditor expects ${wanted[at] ?? 'none'}`];
}

const fingerprintOf = ({ kind, id, amount, currency, creditor }: Item): string =>
  kind === 'reversal-refused'
    ? `${kind} ${id}`
    : `${kind} ${id} ${amount} ${currency}${kind === 'credit' ? ` ${creditor}` : ''}`;

function fingerprintOfRow(item: Readonly<Record<string, unknown>>): string {
  const { kind, amount, currency, creditorAccount } = item;
  const id = item.reversalId ?? item.refundId ?? item.paymentId;
  if (kind === 'reversal-refused') return `${kind} ${id}`;
  return `${kind} ${id} ${amount} ${currency}${kind === 'credit' ? ` ${creditorAccount}` : ''}`;
}

interface SegmentWritten {
  readonly name: string;
  readonly value: Uint8Array;
  readonly row: DecodedRow;
  readonly segments: SegmentCounts;
}

/** A saved part of the book holds every account of its part as the auditor has it: a cold start builds on it. */
function checkSegment(model: Model, { name, value, row, segments }: SegmentWritten): string[] {
  const { sequence, bank, holdings } = decodeSegment(value);
  const number = Number(name.slice(name.lastIndexOf('/') + 1));
  const problems: string[] = [];
  const isInPlace = name.endsWith(`${SEGMENT}${String(row.sequence).padStart(12, '0')}/${name.slice(-2)}`);
  if (sequence !== row.sequence || bank !== row.lane || !isInPlace) problems.push(`${name} says ${bank} ${sequence}`);
  const count = segments.of(row.lane, number);
  if (holdings.length !== count) problems.push(`${name} holds ${holdings.length} accounts of ${count}`);
  for (const { accountId, status, debits, credits, pending, keys } of holdings) {
    const known = model.banks.get(row.lane)?.accounts.get(accountId);
    if (known === undefined || segmentOf(accountId) !== number) problems.push(`${name} holds ${accountId}`);
    else {
      const booked = BigInt(credits) - BigInt(debits);
      problems.push(...compareAccount(`${name} ${accountId}`, known, { status, booked, pending }));
      problems.push(...compareKeys(`${name} ${accountId}`, known.keys, keys));
    }
  }
  return problems;
}
