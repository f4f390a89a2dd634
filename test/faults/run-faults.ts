import { banks } from '@tangram/network/config/topology.ts';
import type { RunningNetwork } from '../end-to-end/running-network.ts';
import { type Books, checkBooks } from './check-books.ts';
import { openCustomers } from './customers.ts';
import { watchDeliveries } from './deliveries.ts';
import type { Fault, Scene } from './faults.ts';
import type { Span } from './gaps.ts';
import { createLoad, type Load } from './load.ts';
import { type Episode, type FaultRow, reportRows } from './report.ts';
import { findStall } from './stalls.ts';

const settleMilliseconds = 3_000;
const calmMilliseconds = 5_000;
const recoveryMilliseconds = 90_000;

export interface FaultsOptions {
  scene: Scene;
  faults: Fault[];
  perSecond: number;
  /** Organisations with two of everything, whom a loss must cost less than a restart. */
  twofold: ReadonlySet<string>;
  say(text: string): void;
}

export interface FaultsReport {
  rows: FaultRow[];
  payments: number;
  books: Books;
  /** What is wrong; gaps that miss their aim are not among it. */
  problems: string[];
}

/** Tries one fault after another under a steady load, then checks the books. */
export async function runFaults(running: RunningNetwork, options: FaultsOptions): Promise<FaultsReport> {
  const { scene, say } = options;
  const now = () => performance.now();
  const customers = await openCustomers(scene.network, running.rest);
  const load = createLoad({ customers, perSecond: options.perSecond, now });
  const watch = watchDeliveries(scene.network, now);
  const episodes: Episode[] = [];
  const problems: string[] = [];
  load.start();
  // The first payments of a process are slow: they belong to no calm.
  await untilEveryBankPays(load, now);
  await wait(calmMilliseconds);
  for (const fault of options.faults) {
    try {
      const episode = await tryFault({ fault, load, now, scene });
      episodes.push(episode);
      say(
        `${fault.name}: ${episode.target}, back after ${seconds(episode.backMilliseconds)}; ${load.acknowledged.length} payments acknowledged`,
      );
    } catch (error) {
      problems.push(`${fault.name}: ${(error as Error).message}`);
      say(`${fault.name} FAILED: ${(error as Error).message}`);
      if (!(await isPaying(load, now))) break;
    }
  }
  say('waiting until every payment is certain, then checking the books');
  await load.stop();
  const books = await checkBooks(running, { customers, load });
  await watch.stop();
  const rows = episodes.map((episode) => reportRows(episode, { load, deliveries: watch.deliveries, ...options }));
  const moves = { crossings: load.crossings, deliveries: watch.deliveries };
  problems.push(...episodes.flatMap((episode) => findStall(episode, moves) ?? []), ...books.problems);
  return { rows, payments: load.acknowledged.length, books, problems };
}

async function tryFault(stage: { fault: Fault; load: Load; now(): number; scene: Scene }): Promise<Episode> {
  const { fault, load, now, scene } = stage;
  const calmFrom = now();
  await wait(calmMilliseconds);
  const struckAt = now();
  const { target, bank, recover } = await fault.strike(scene);
  await recover();
  const backAt = now();
  await untilEveryBankPays(load, now);
  await wait(settleMilliseconds);
  const span: Span = { from: struckAt, to: now() };
  return { fault, target, bank, calm: { from: calmFrom, to: struckAt }, span, backMilliseconds: backAt - struckAt };
}

/** Resolves when customers of every bank have been acknowledged a payment since now. */
async function untilEveryBankPays(load: Load, now: () => number): Promise<void> {
  const since = now();
  while (now() - since < recoveryMilliseconds) {
    if (banks.every((bank) => (load.times[bank].at(-1) ?? 0) > since)) return;
    await wait(50);
  }
  const stuck = banks.filter((bank) => (load.times[bank].at(-1) ?? 0) <= since);
  throw new Error(`customers of ${stuck.join(', ')} were acknowledged nothing for ${seconds(recoveryMilliseconds)}`);
}

const isPaying = (load: Load, now: () => number) =>
  untilEveryBankPays(load, now).then(
    () => true,
    () => false,
  );

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
const wait = (milliseconds: number) => new Promise<void>((wake) => setTimeout(wake, milliseconds));
