import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchNetwork } from '../bench-network.ts';
import { holdContest } from '../contest.ts';
import { startNaive } from '../contestants.ts';
import { median } from '../latencies.ts';
import type { LoadProcess } from '../load/load-process.ts';
import { memoryOf, readProcesses, spentBetween } from '../process-costs.ts';
import { columnOf } from '../report.ts';
import type { Bench, Results } from '../run-bench.ts';
import type { BenchSettings } from '../settings.ts';

/** From nothing, and from what an earlier run left, to gateways that can book. */
export const start: Bench = {
  name: 'start',
  about: 'the whole network with its gateways, from an empty folder and from what lies there, to open for business',
  async runAlone({ rounds, ...settings }) {
    const fresh: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now();
      const network = await startBenchNetwork(settings, (phase) => {
        if (phase === 'open') fresh.push((performance.now() - startedAt) / 1000);
      });
      try {
        await network.network.stop();
        const stoppedAt = performance.now();
        await network.network.start();
        again.push((performance.now() - stoppedAt) / 1000);
      } finally {
        await network.stop();
      }
    }
    return {
      columns: [],
      figures: { 'empty folder, s': median(fresh), 'existing folder, s': median(again) },
    };
  },
};

/** What the network holds and does when nobody uses it. */
export const idle: Bench = {
  name: 'idle',
  about: 'memory and processor time of every kind of process while nobody pays',
  async run({ network, settings }) {
    await network.relaunchGateways();
    await sleep(settings.warmUpSeconds * 1000);
    const before = readProcesses(network.roots([]));
    await sleep(settings.seconds * 1000);
    const after = readProcesses(network.roots([]));
    const figures: Record<string, number> = {};
    for (const [kind, megabytes] of Object.entries(memoryOf(after))) figures[`${kind}, MB`] = megabytes;
    for (const [kind, milliseconds] of Object.entries(spentBetween(before, after))) {
      figures[`${kind}, % of a core`] = milliseconds / settings.seconds / 10;
    }
    return { columns: [], figures };
  },
};

/** The comparator alone. */
export const naive: Bench = {
  name: 'naive',
  isInAll: false,
  about: 'the naive chaincode alone, endorsed by home and one other and by all four',
  run: async ({ network, settings, keep }) => measureNaive(network, settings, keep),
};

async function measureNaive(
  network: Parameters<typeof startNaive>[0],
  settings: BenchSettings,
  keep: (loads: LoadProcess[]) => unknown,
): Promise<Results> {
  const contestants = await startNaive(network, settings);
  keep(contestants.flatMap(({ loads }) => [...loads]));
  const windows = await holdContest(network, contestants, settings);
  return { columns: [...windows].map(([name, each]) => columnOf(name, each)) };
}

const blockMilliseconds = [20, 100, 250, 500];

/** With which blocks the comparator is fastest: on a network of its own for each setting. */
export const naiveBlocks: Bench = {
  name: 'naive-blocks',
  isInAll: false,
  about: 'the naive chaincode with blocks that are cut sooner or later; embedded, with those of the embedded network',
  async runAlone(settings) {
    const columns: Results['columns'] = [];
    const cuts = settings.driver === 'native' ? blockMilliseconds : [undefined];
    for (const milliseconds of cuts) {
      const network = await startBenchNetwork({
        ...settings,
        ...(milliseconds && { blockMilliseconds: milliseconds }),
      });
      const kept: LoadProcess[] = [];
      try {
        const { columns: found } = await measureNaive(network, settings, (loads) => kept.push(...loads));
        columns.push(
          ...found.map((column) => ({
            ...column,
            name: milliseconds ? `${column.name}, ${milliseconds} ms` : column.name,
          })),
        );
      } finally {
        await Promise.all(kept.map((load) => load.stop()));
        await network.stop();
      }
    }
    return { columns };
  },
};
