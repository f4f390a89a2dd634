import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { directoryKey, HEAD_KEY, type LaneHead, segmentKey } from '@tangram/chaincode/core/batch.ts';
import { encodeListings } from '@tangram/chaincode/core/book/directory-codec.ts';
import { type Holding, SEGMENTS, segmentOf } from '@tangram/chaincode/core/book/holding.ts';
import { encodeSegment } from '@tangram/chaincode/core/book/segment-codec.ts';
import { canonicalJson } from '@tangram/chaincode/core/canonical.ts';
import { MemoryLedger } from '@tangram/chaincode/core/memory-ledger.ts';
import { CNY, envelope, operations, World } from '@tangram/chaincode/testing/world.ts';

// What the chaincode itself costs: lanes over rows in memory, without Fabric, network and gateways.

const BATCH = 2000;
const CROSS_BANK_SHARE = 0.75;
const WARM_UP_ROUNDS = 20;

type IdKind = 'now' | 'instant' | 'random';

function uuid(version: number, milliseconds?: number): string {
  const bytes = randomBytes(16);
  if (milliseconds !== undefined) bytes.writeUIntBE(milliseconds, 0, 6);
  bytes[6] = ((bytes[6] as number) & 15) | (version << 4);
  bytes[8] = ((bytes[8] as number) & 63) | 128;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Ids as a good client makes them, all of one long gone instant, or without any order. */
function idOf(kind: IdKind, now: number): string {
  if (kind === 'random') return uuid(4);
  return uuid(7, kind === 'now' ? now : 1_000_000_000_000);
}

const accountOf = (bank: string, index: number): string => `${bank}-${String(index).padStart(7, '0')}`;
const anyOf = (bank: string, count: number): string => accountOf(bank, Math.floor(Math.random() * count));

/** A bank whose book and directory stand as if so many accounts had been opened and funded long ago. */
async function openAccounts(world: World, bank: string, count: number): Promise<void> {
  const { ledger } = world;
  await world.open(accountOf(bank, 0), { funds: 1_000_000n });
  const head = world.head(bank) as LaneHead;
  const ids = Array.from({ length: count }, (_, index) => accountOf(bank, index));
  const holdings = ids.map(
    (accountId): Holding => ({
      ...{ accountId, currency: 'CNY', status: 'OPEN', debits: 0n, credits: 1_000_000n, pending: 0n },
      keys: undefined,
    }),
  );
  const bySegment = Map.groupBy(holdings, ({ accountId }) => segmentOf(accountId));
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    const key = segmentKey(segment, head.sequence);
    ledger.put(bank, key, encodeSegment(bank, head.sequence, bySegment.get(segment) ?? []));
  }
  let { directory } = head;
  for (let start = 1; start < count; start += BATCH) {
    directory += 1;
    const place = { lane: bank, previousHash: head.hash };
    ledger.put(bank, directoryKey(directory), encodeListings(place, holdings.slice(start, start + BATCH)));
  }
  const marks = Array.from({ length: SEGMENTS }, () => head.sequence);
  const after = { ...head, directory, checkpoint: { next: 0, operations: 0, batches: 0, marks } };
  ledger.put(bank, HEAD_KEY, Buffer.from(canonicalJson(after)));
  ledger.restart();
}

function payments(count: number, { now, ids }: { now: number; ids: IdKind }) {
  return Array.from({ length: BATCH }, () => {
    const debtorAccount = anyOf('cedar', count);
    const bank = Math.random() < CROSS_BANK_SHARE ? 'maple' : 'cedar';
    let creditorAccount = anyOf(bank, count);
    while (creditorAccount === debtorAccount) creditorAccount = anyOf(bank, count);
    const paymentId = idOf(ids, now);
    const request = { paymentId, debtorAccount, creditorAccount, amount: CNY(5) };
    const caller = { kind: 'customer', ref: '' } as const;
    return { ...envelope('payments:sendPayment', request), caller };
  });
}

const sizeOf = (writes: ReadonlyMap<string, Uint8Array>, part = ''): number =>
  [...writes].reduce((sum, [key, value]) => (key.includes(part) ? sum + key.length + value.length : sum), 0);

interface Round {
  readonly sendMicroseconds: number;
  readonly receiveMicroseconds: number;
  readonly rowBytes: number;
  readonly allBytes: number;
  readonly receivedBytes: number;
  readonly keys: number;
}

async function playRound(world: World, count: number, ids: IdKind): Promise<Round> {
  const { ledger } = world;
  const batch = payments(count, { now: ledger.clock.milliseconds, ids });
  ledger.clock.advance(200);
  const sent = await timed(() => ledger.submit('cedar', batch));
  const upTo = world.head('cedar')?.outbox.maple ?? 0;
  const received = await timed(() => world.send('maple', 'payments:receive', { from: 'cedar', upTo }));
  const crossed = CROSS_BANK_SHARE * BATCH;
  return {
    sendMicroseconds: sent.microseconds / BATCH,
    receiveMicroseconds: received.microseconds / crossed,
    rowBytes: sizeOf(sent.result.writes, '/batch/') / BATCH,
    allBytes: sizeOf(sent.result.writes) / BATCH,
    receivedBytes: sizeOf(received.result.writes) / crossed,
    keys: sent.result.writes.size,
  };
}

/** Processor time that endorsing has taken: encoding by the gateway and reading of the answer are left out. */
let endorsingMicroseconds = 0;

async function underStopwatch<Result>(endorse: () => Promise<Result>): Promise<Result> {
  const before = process.cpuUsage();
  const result = await endorse();
  const { user, system } = process.cpuUsage(before);
  endorsingMicroseconds += user + system;
  return result;
}

async function timed<Result>(run: () => Promise<Result>) {
  const before = endorsingMicroseconds;
  const result = await run();
  return { result, microseconds: endorsingMicroseconds - before };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** Chaincode's cost an operation, its bytes, and how long it takes to read a lane's book anew. */
export async function benchCore(options: { accounts: number; ids: IdKind; rounds: number }): Promise<object> {
  const ledger = new MemoryLedger(operations, undefined, underStopwatch);
  const world = new World(ledger);
  const banks = ['cedar', 'maple'];
  const each = Math.ceil(options.accounts / banks.length);
  for (const bank of banks) await openAccounts(world, bank, each);
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds + WARM_UP_ROUNDS; round += 1) {
    const played = await playRound(world, each, options.ids);
    if (round >= WARM_UP_ROUNDS) rounds.push(played);
    if (round % 10 === 0) await delay(0);
  }
  const of = (pick: (round: Round) => number) => Number(median(rounds.map(pick)).toFixed(2));
  ledger.restart();
  const before = process.cpuUsage();
  await world.balances(accountOf('cedar', 0));
  const { user, system } = process.cpuUsage(before);
  const coldStartMilliseconds = Math.round((user + system) / 1000);
  return {
    ...options,
    sendMicroseconds: of((round) => round.sendMicroseconds),
    receiveMicroseconds: of((round) => round.receiveMicroseconds),
    rowBytes: of((round) => round.rowBytes),
    allBytes: of((round) => round.allBytes),
    allBytesMean: Math.round(rounds.reduce((sum, { allBytes }) => sum + allBytes, 0) / rounds.length),
    receivedBytes: of((round) => round.receivedBytes),
    keys: of((round) => round.keys),
    coldStartMilliseconds,
    residentMegabytes: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      accounts: { type: 'string', default: '5000' },
      ids: { type: 'string', default: 'now' },
      rounds: { type: 'string', default: '50' },
    },
  });
  const result = await benchCore({
    accounts: Number(values.accounts),
    ids: values.ids as IdKind,
    rounds: Number(values.rounds),
  });
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
}
