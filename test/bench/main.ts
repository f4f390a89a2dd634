import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { EndorseError } from '@hyperledger/fabric-gateway';
import { type BenchNetwork, commitNaive, prepare, startBenchNetwork } from './bench-network.ts';

const startRuns = 5;
const idleSeconds = 5;
const accountCount = 5000;
const accountsATransaction = 1000;
const concurrency = 64;
const measuredSeconds = 15;

const report = (text: string): boolean => process.stdout.write(`${text}\n`);

function describeMachine(): void {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  report(
    `${processors[0]?.model.trim()}, ${processors.length} cores, ${memory} GB, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
  );
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

async function timeToFirstCommit(place: { data: string; base: number }, name: string): Promise<number> {
  const began = performance.now();
  const network = await startBenchNetwork(place);
  if (!(await commitNaive(network.contract, ['open', name, '1'])))
    throw new Error('the first transaction is not valid');
  const milliseconds = performance.now() - began;
  await network.close();
  return milliseconds;
}

/** Spawn of network and chaincode to the first committed transaction: in an empty folder, and over what is there. */
async function start(): Promise<void> {
  const fresh: number[] = [];
  const again: number[] = [];
  for (let run = 0; run < startRuns; run++) {
    const place = await prepare();
    fresh.push(await timeToFirstCommit(place, '1'));
    again.push(await timeToFirstCommit(place, '2'));
    place.remove();
  }
  report(`start: spawn to first committed transaction, median of ${startRuns}`);
  report(`  empty folder, keys issued and chaincode deployed: ${median(fresh).toFixed(0)} ms`);
  report(`  existing folder: ${median(again).toFixed(0)} ms`);
}

async function withNetwork(measure: (network: BenchNetwork) => Promise<void>): Promise<void> {
  const place = await prepare();
  const network = await startBenchNetwork(place);
  try {
    await measure(network);
  } finally {
    await network.close();
    place.remove();
  }
}

/** Memory of the network process, idle after its first transaction. */
async function idle(): Promise<void> {
  await withNetwork(async (network) => {
    await commitNaive(network.contract, ['open', '0', '1']);
    await delay(idleSeconds * 1000);
    report(`idle: ${network.residentMegabytes().toFixed(0)} MB resident, ${idleSeconds} s after its first transaction`);
  });
}

/** False for endorsers that did not agree; any other error is passed on. */
function isMismatch(error: unknown): false {
  if (error instanceof EndorseError && JSON.stringify(error.details).includes('ProposalResponsePayloads do not match'))
    return false;
  throw error;
}

/** One payment a transaction, two accounts of 5,000 at random, endorsed by all four banks. */
async function naive(): Promise<void> {
  await withNetwork(async (network) => {
    for (let first = 0; first < accountCount; first += accountsATransaction) {
      await commitNaive(network.contract, ['open', String(first), String(accountsATransaction)]);
    }
    const latencies: number[] = [];
    let conflicts = 0;
    const account = () => `account${Math.floor(Math.random() * accountCount)}`;
    const before = network.processorMilliseconds();
    const began = performance.now();
    const until = began + measuredSeconds * 1000;
    const client = async () => {
      while (performance.now() < until) {
        const sent = performance.now();
        // A block between two endorsements makes them differ; like a conflict at commit it costs the attempt.
        const isValid = await commitNaive(network.contract, ['pay', account(), account()]).catch(isMismatch);
        if (isValid) latencies.push(performance.now() - sent);
        else conflicts++;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, client));
    const seconds = (performance.now() - began) / 1000;
    const sorted = latencies.sort((a, b) => a - b);
    const percentile = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed(0);
    report(
      `naive: ${(latencies.length / seconds).toFixed(0)} one-payment transactions a second, four endorsers, ${concurrency} clients`,
    );
    report(
      `  p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms, ${conflicts} conflicts in ${seconds.toFixed(0)} s`,
    );
    const after = network.processorMilliseconds();
    const used = (part: keyof typeof after) => ((after[part] - before[part]) / latencies.length).toFixed(1);
    report(
      `  processor ms a transaction: network ${used('network')}, chaincode ${used('chaincode')}, client ${used('client')}`,
    );
    report(`  ${network.residentMegabytes().toFixed(0)} MB resident after ${latencies.length} payments`);
  });
}

const benchmarks: Record<string, () => Promise<void>> = { start, idle, naive };
const name = process.argv[2] ?? '';
const benchmark = benchmarks[name];
if (benchmark) {
  describeMachine();
  await benchmark();
} else {
  report(`Usage: npm run bench -- <${Object.keys(benchmarks).join(' | ')}>`);
  process.exitCode = name ? 2 : 0;
}
