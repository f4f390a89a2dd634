import type { DecodedEntry, DecodedRow } from '@tangram/network/ledger-format/batch-row.ts';
import { checkInvariants } from './invariants.ts';
import { firstUse, runOperation } from './run-batch.ts';
import { MAX_ROWS } from './run-receive.ts';
import { bookSettlement, type SettlementFacts } from './settle.ts';
import { type AuditPosting, type Model, newModel } from './state.ts';

/** A batch row as the auditor decodes it from its bytes. */
export type AuditedBatch = DecodedRow;

/** Problems that are kept; beyond that they are counted. */
const KEPT_MAX = 200;
const FIRST_HASH = '0'.repeat(64);

/** What there is to say of a ledger: every breach of a rule in one sentence, the first two hundred of them. */
export class Problems {
  readonly kept: string[] = [];
  count = 0;

  add(...problems: readonly string[]): void {
    this.count += problems.length;
    this.kept.push(...problems.slice(0, Math.max(0, KEPT_MAX - this.kept.length)));
  }
}

/** Replays batch rows, one at a time, through the auditor's own model. */
export class Auditor {
  readonly model: Model;
  readonly problems = new Problems();
  readonly counts = { rows: 0, operations: 0, accepted: 0, refused: 0, replayed: 0, payments: 0 };
  readonly #tips = new Map<string, Pick<DecodedRow, 'sequence' | 'hash' | 'time'>>();

  constructor(options: { readonly banks?: readonly string[]; readonly isPacked?: boolean } = {}) {
    this.model = newModel(false, options);
  }

  /** True when every outbox row that the batch receives was sent by a row that is known. */
  isReady(row: AuditedBatch): boolean {
    return row.entries.every(({ operation, outcome, request }) => {
      if (operation !== 'payments:receive' || outcome !== 'accepted') return true;
      const { from, upTo } = request as { from: string; upTo: number };
      const done = this.model.banks.get(row.lane)?.inbox.get(from) ?? 0;
      const written = this.model.banks.get(from)?.outbox.get(row.lane)?.length ?? 0;
      return written >= Math.min(upTo, done + MAX_ROWS);
    });
  }

  /** Judges and books the next row of a lane. */
  addRow(row: AuditedBatch): void {
    this.counts.rows += 1;
    this.#checkChain(row);
    this.model.openRows.clear();
    row.entries.forEach((entry, position) => {
      this.counts.operations += 1;
      this.counts[entry.outcome] += 1;
      if (entry.outcome === 'accepted' && entry.operation === 'payments:sendPayment') this.counts.payments += 1;
      const name = `${row.lane} ${row.sequence}.${position} ${entry.operation}`;
      const isChained = isLinked(entry) || isLinked(row.entries[position - 1]);
      this.problems.add(...judge(this.model, row, { entry, name, isChained }));
    });
    this.problems.add(...compareCounters(this.model, row));
  }

  addSettlement(settlement: SettlementFacts): void {
    bookSettlement(this.model, settlement);
  }

  /** Checks what must hold at the end of any row. */
  checkInvariants(): void {
    this.problems.add(...checkInvariants(this.model));
  }

  #checkChain(row: AuditedBatch): void {
    const name = `${row.lane} ${row.sequence}`;
    const tip = this.#tips.get(row.lane) ?? { sequence: 0, hash: FIRST_HASH, time: '' };
    if (row.sequence !== tip.sequence + 1) this.problems.add(`${name} stands where ${tip.sequence + 1} belongs`);
    if (row.previousHash !== tip.hash) this.problems.add(`${name} does not continue its predecessor`);
    if (row.time < tip.time) this.problems.add(`${name} goes back in time`);
    // What was not decoded here is not kept: a row's hash is the only thing of it that the next one needs.
    this.#tips.set(row.lane, { sequence: row.sequence, hash: row.hash, time: row.time });
  }
}

interface Judged {
  readonly entry: DecodedEntry;
  readonly name: string;
  /** One of several that were accepted or refused together. */
  readonly isChained: boolean;
}

const isLinked = (entry: DecodedEntry | undefined): boolean => entry?.linked === true || entry?.request.linked === true;

function judge(model: Model, row: AuditedBatch, { entry, name, isChained }: Judged): string[] {
  if (entry.outcome === 'replayed') {
    return firstUse(model, row.lane, entry) === 'replayed' ? [] : [`${name} replays what was not accepted`];
  }
  if (entry.outcome === 'refused') {
    // Within a chain the conflict may be with a neighbour, which was refused with it.
    const isConflict = entry.code === 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' && !isChained;
    if (!isConflict || firstUse(model, row.lane, entry) === 'conflict') return [];
    return [`${name} was refused as a conflict, and there is none`];
  }
  const expected = runOperation(model, { ...entry, lane: row.lane, now: row.time });
  if (expected.outcome === 'replayed') return [`${name} was accepted twice`];
  if ('code' in expected) return [`${name} was accepted, the auditor refuses it with ${expected.code}`];
  return comparePostings(name, expected.postings, entry.postings);
}

/** Postings must balance, and sum to what the auditor expects for every account. */
export function comparePostings(
  name: string,
  expected: readonly AuditPosting[],
  found: readonly AuditPosting[],
): string[] {
  const problems = findUnbalanced(name, found);
  if (isSame(expected, found)) return problems;
  const [wanted, given] = [totals(expected), totals(found)];
  if (wanted !== given) problems.push(`${name} posts ${given}, the auditor ${wanted}`);
  return problems;
}

function findUnbalanced(name: string, postings: readonly AuditPosting[]): string[] {
  const problems: string[] = [];
  const balance = new Map<string, bigint>();
  for (const { side, amount, currency } of postings) {
    const value = BigInt(amount);
    if (value <= 0n) problems.push(`${name} posts ${amount}`);
    balance.set(currency, (balance.get(currency) ?? 0n) + (side === 'D' ? value : -value));
  }
  for (const [currency, open] of balance)
    if (open !== 0n) problems.push(`${name} is ${open} ${currency} out of balance`);
  return problems;
}

/** The ordinary case: posting for posting the same. */
function isSame(expected: readonly AuditPosting[], found: readonly AuditPosting[]): boolean {
  return (
    expected.length === found.length &&
    expected.every(({ account, side, amount, currency }, place) => {
      const other = found[place] as AuditPosting;
      return account === other.account && side === other.side && amount === other.amount && currency === other.currency;
    })
  );
}

function totals(postings: readonly AuditPosting[]): string {
  const sums = new Map<string, bigint>();
  for (const { account, side, amount, currency } of postings) {
    const key = `${account} ${side} ${currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  }
  return [...sums]
    .map(([key, amount]) => `${key} ${amount}`)
    .sort()
    .join(', ');
}

function compareCounters(model: Model, row: AuditedBatch): string[] {
  const state = model.banks.get(row.lane);
  if (state === undefined) return [];
  const problems: string[] = [];
  for (const [name, own] of [
    ['sent', state.sent],
    ['received', state.taken],
  ] as const) {
    for (const [key, amount] of own) {
      const [bank, currency] = key.split('/') as [string, string];
      const found = row.head[name][bank]?.[currency] ?? '0';
      if (found !== String(amount))
        problems.push(`${row.lane} ${row.sequence} counts ${found} ${name} ${key}, not ${amount}`);
    }
  }
  return problems;
}
