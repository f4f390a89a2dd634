import { createHash } from 'node:crypto';
import { checkInvariants } from './invariants.ts';
import { runOperation, sortedJson } from './run-batch.ts';
import { MAX_ROWS } from './run-receive.ts';
import { bookSettlement, type SettlementFacts } from './settle.ts';
import { type AuditPosting, type Model, newModel } from './state.ts';

/** A batch row as it stands on the ledger: parsed JSON of `lane/0/batch/<sequence>`. */
export interface AuditedBatch {
  readonly lane: string;
  readonly sequence: number;
  readonly previousHash: string;
  readonly time: string;
  readonly txId: string;
  readonly head: Readonly<Record<'sent' | 'received', Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly entries: readonly AuditedEntry[];
}

interface AuditedEntry {
  readonly operation: string;
  readonly request: any;
  readonly outcome: 'accepted' | 'refused';
  readonly code?: string;
  readonly postings?: readonly AuditPosting[];
}

export interface AuditOptions {
  /** Every bank there is or was; the four founders unless said. */
  readonly banks?: readonly string[];
  /** Settlements of pairs, which stand beside the lanes. */
  readonly settlements?: readonly SettlementFacts[];
  /** Receives the auditor's final state, to compare balances with. */
  readonly onEnd?: (model: Model) => void;
}

/**
 * Replays the batch rows of all lanes through the auditor's own model and lists every rule that they break. The lanes
 * may come in any order: a bank receives only after the other has sent. What hangs on the order of different lanes
 * (another bank's directory, limits, settlement balances) is not judged; everything within a lane is.
 */
export function audit(rows: readonly AuditedBatch[], options: AuditOptions = {}): string[] {
  const model = newModel(false, options.banks);
  const lanes = new Map<string, AuditedBatch[]>();
  for (const row of rows) lanes.set(row.lane, [...(lanes.get(row.lane) ?? []), row]);
  const problems: string[] = [];
  for (const batches of lanes.values()) {
    batches.sort((left, right) => left.sequence - right.sequence);
    problems.push(...checkChain(batches));
  }

  const waiting = new Map([...lanes].map(([lane, batches]) => [lane, [...batches]]));
  for (let isMoving = true; isMoving; ) {
    isMoving = false;
    for (const batches of waiting.values()) {
      while (batches[0] !== undefined && isReady(model, batches[0])) {
        problems.push(...replay(model, batches.shift() as AuditedBatch));
        isMoving = true;
      }
    }
  }
  for (const [lane, [stuck]] of waiting) {
    if (stuck !== undefined) problems.push(`${lane} ${stuck.sequence} receives what nobody sent`);
  }
  for (const settlement of options.settlements ?? []) bookSettlement(model, settlement);
  problems.push(...checkInvariants(model));
  options.onEnd?.(model);
  return problems;
}

function checkChain(batches: readonly AuditedBatch[]): string[] {
  const problems: string[] = [];
  let previousHash = '0'.repeat(64);
  batches.forEach((row, index) => {
    const name = `${row.lane} ${row.sequence}`;
    if (row.sequence !== index + 1) problems.push(`${name} stands where ${index + 1} belongs`);
    if (row.previousHash !== previousHash) problems.push(`${name} does not continue its predecessor`);
    if (index > 0 && row.time < (batches[index - 1] as AuditedBatch).time) problems.push(`${name} goes back in time`);
    previousHash = createHash('sha256').update(sortedJson(row)).digest('hex');
  });
  return problems;
}

/** True when every row that the batch receives has been sent in the replay so far. */
function isReady(model: Model, row: AuditedBatch): boolean {
  return row.entries.every(({ operation, outcome, request }) => {
    if (operation !== 'payments:receive' || outcome !== 'accepted') return true;
    const done = model.banks.get(row.lane)?.inbox.get(request.from) ?? 0;
    const upTo = Math.min(request.upTo, done + MAX_ROWS);
    return (model.banks.get(request.from)?.outbox.get(row.lane)?.length ?? 0) >= upTo;
  });
}

function replay(model: Model, row: AuditedBatch): string[] {
  const problems: string[] = [];
  model.openRows.clear();
  row.entries.forEach((entry, position) => {
    if (entry.outcome !== 'accepted') return;
    const name = `${row.lane} ${row.sequence}.${position} ${entry.operation}`;
    const expected = runOperation(model, { ...entry, lane: row.lane, now: row.time });
    if (expected.outcome === 'replayed') problems.push(`${name} was accepted twice`);
    else if ('code' in expected) problems.push(`${name} was accepted, the auditor refuses it with ${expected.code}`);
    else problems.push(...comparePostings(name, expected.postings, entry.postings ?? []));
  });
  return [...problems, ...compareCounters(model, row)];
}

/** Postings must balance, and sum to what the auditor expects for every account. */
export function comparePostings(
  name: string,
  expected: readonly AuditPosting[],
  found: readonly AuditPosting[],
): string[] {
  const problems: string[] = [];
  const balance = new Map<string, bigint>();
  for (const { side, amount, currency } of found) {
    const signed = side === 'D' ? BigInt(amount) : -BigInt(amount);
    if (BigInt(amount) <= 0n) problems.push(`${name} posts ${amount}`);
    balance.set(currency, (balance.get(currency) ?? 0n) + signed);
  }
  for (const [currency, open] of balance)
    if (open !== 0n) problems.push(`${name} is ${open} ${currency} out of balance`);
  const [wanted, given] = [totals(expected), totals(found)];
  if (wanted !== given) problems.push(`${name} posts ${given}, the auditor ${wanted}`);
  return problems;
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
