import type { ColumnReport } from './report.ts';

/** What a full batch of one lane costs, in milliseconds of a core, and how long it waits beside. */
export interface BatchCosts {
  /** Payments of a full batch. */
  payments: number;
  /** Forming the batch at the lane's own gateway, and reading its answers. */
  gateway: number;
  /** Judging it, at each of the two endorsers. */
  chaincode: number;
  /** What the lane's own peer and the ordering of its block take before the next batch can begin. */
  network: number;
  /** Work that nobody waits for: other peers' commits, other gateways' read models. */
  aside: number;
  /** Time in which no core works: the block's timer and rounds between orderers. */
  waitMilliseconds: number;
}

export interface Surroundings {
  cores: number;
  /** Organisations that can endorse; each has one chaincode process, and that has one thread. */
  banks: number;
  /** On the embedded network all peers and orderers are one process with one thread. */
  isEmbedded: boolean;
}

const simulatedMilliseconds = 60_000;
const warmUpMilliseconds = 5_000;
/** Peers of the reference network: each commits every block, and a lane waits for its own alone. */
const peers = 5;
const orderers = 4;
/** Of what gateways do, half is the lane's own; the rest is every gateway's read model. */
const ownGatewayShare = 0.5;

/** Splits what one lane alone was measured to cost; the wait is what the simulation needs to reproduce its rate. */
export function calibrate(oneLane: ColumnReport, surroundings: Surroundings): BatchCosts {
  const windows = oneLane.windows.filter(({ accepted }) => accepted > 0);
  const [window] = windows.slice(-1);
  if (!window) throw new Error('One lane was not measured: there is nothing to calibrate the simulation by.');
  const payments = window.accepted / Math.max(1, window.ledger.transactions - window.ledger.invalid);
  const of = (kind: keyof typeof window.processorMilliseconds.byKind) =>
    (window.processorMilliseconds.byKind[kind] ?? 0) * payments;
  const gateways = of('gateways');
  const single = of('peers and orderers');
  const own = surroundings.isEmbedded ? single : of('peers') / peers + of('orderers') / orderers;
  const costs: BatchCosts = {
    payments,
    gateway: gateways * ownGatewayShare,
    chaincode: of('chaincode') / 2,
    network: own,
    aside: gateways * (1 - ownGatewayShare) + single + of('peers') + of('orderers') - own,
    waitMilliseconds: 0,
  };
  const wanted = oneLane.paymentsPerSecond.median;
  let [low, high] = [0, (2_000 * payments) / Math.max(1, wanted)];
  for (let step = 0; step < 30; step += 1) {
    const waitMilliseconds = (low + high) / 2;
    if (predict({ ...costs, waitMilliseconds }, surroundings, 1) > wanted) low = waitMilliseconds;
    else high = waitMilliseconds;
  }
  return { ...costs, waitMilliseconds: low };
}

/** Work on one core, of a thread that does one thing at a time; without a name it may run beside anything. */
interface Job {
  thread: string | undefined;
  left: number;
  done(): void;
}

/**
 * Payments a second of so many busy lanes on one machine: lanes go through gateway, two endorsers, network and wait,
 * over and over; whatever runs at the same time shares the cores evenly.
 */
export function predict(costs: BatchCosts, { cores, banks, isEmbedded }: Surroundings, lanes: number): number {
  const jobs = new Set<Job>();
  const timers: { at: number; run(): void }[] = [];
  let now = 0;
  let committed = 0;

  const work = (left: number, thread: string | undefined, done: () => void) => jobs.add({ left, thread, done });
  const cycle = (home: number) => work(costs.gateway, `gateway ${home}`, () => endorse(home));

  function endorse(home: number): void {
    let open = 2;
    const endorsed = () => {
      open -= 1;
      if (open === 0) work(costs.network, isEmbedded ? 'network' : undefined, () => commit(home));
    };
    work(costs.chaincode, `chaincode ${home}`, endorsed);
    work(costs.chaincode, `chaincode ${(home + 1) % banks}`, endorsed);
  }

  function commit(home: number): void {
    const run = () => {
      if (now > warmUpMilliseconds) committed += costs.payments;
      work(costs.aside, undefined, () => {});
      cycle(home);
    };
    timers.push({ at: now + costs.waitMilliseconds, run });
  }

  for (let lane = 0; lane < lanes; lane += 1) cycle(lane % banks);
  while (now < simulatedMilliseconds) {
    const running = runnable(jobs);
    const speed = Math.min(1, cores / Math.max(1, running.length));
    const nextJob = Math.min(...running.map(({ left }) => left / speed));
    const nextTimer = Math.min(...timers.map(({ at }) => at - now));
    const step = Math.min(nextJob, nextTimer);
    if (!Number.isFinite(step)) break;
    now += step;
    for (const job of running) job.left -= step * speed;
    finish(running, jobs);
    for (const timer of timers.filter(({ at }) => at <= now + precision)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
  }
  return (committed / (simulatedMilliseconds - warmUpMilliseconds)) * 1000;
}

const precision = 1e-9;

/** What runs now: of each thread the oldest job, and everything that needs no thread of its own. */
function runnable(jobs: ReadonlySet<Job>): Job[] {
  const busy = new Set<string>();
  return [...jobs].filter(({ thread }) => {
    if (thread === undefined) return true;
    if (busy.has(thread)) return false;
    busy.add(thread);
    return true;
  });
}

function finish(running: readonly Job[], jobs: Set<Job>): void {
  for (const job of running) {
    if (job.left > precision) continue;
    jobs.delete(job);
    job.done();
  }
}
