import { cpus } from 'node:os';
import { banks } from '@tangram/network/config/topology.ts';
import { holdContest } from '../contest.ts';
import { ours, startLaneLoads } from '../contestants.ts';
import { type Aim, type ColumnReport, columnOf } from '../report.ts';
import type { Bench } from '../run-bench.ts';
import type { BenchSettings } from '../settings.ts';
import { calibrate, predict } from '../simulate.ts';

/** How far a prediction may be off. */
const tolerance = 0.25;
const nameOf = (count: number) => (count === 1 ? '1 lane' : `${count} lanes`);

/** One to four lanes busy, against what the simulation foretells. */
export const lanes: Bench = {
  name: 'lanes',
  about: 'one to four banks pay within themselves, against a simulation that is calibrated on one lane alone',
  async run({ network, settings, keep }) {
    const loads = keep(await startLaneLoads(network, settings, { crossShare: 0 }));
    const contestants = banks.map((_, index) =>
      ours(loads, { name: nameOf(index + 1), loads: loads.slice(0, index + 1) }),
    );
    const windows = await holdContest(network, contestants, settings);
    const columns = [...windows].map(([name, each]) => columnOf(name, each));
    return { columns, ...compare(columns, settings) };
  },
};

function compare(columns: ColumnReport[], { driver }: BenchSettings) {
  const surroundings = { cores: cpus().length, banks: banks.length, isEmbedded: driver === 'embedded' };
  const [first] = columns;
  if (!first || first.paymentsPerSecond.median === 0) return {};
  const costs = calibrate(first, surroundings);
  // One lane is what it was calibrated on: there is nothing to foretell.
  const aims = columns.slice(1).map(({ name, paymentsPerSecond }, index): Aim => {
    const foretold = predict(costs, surroundings, index + 2);
    const error = foretold / paymentsPerSecond.median - 1;
    const figure = `foretold ${foretold.toFixed(0)}, measured ${paymentsPerSecond.median.toFixed(0)} (${(error * 100).toFixed(0)} %)`;
    return { what: name, aim: `foretold within ${tolerance * 100} %`, figure, isMet: Math.abs(error) <= tolerance };
  });
  const figures = Object.fromEntries(
    Object.entries(costs).map(([what, value]) => [`simulated batch: ${what}`, value as number]),
  );
  return { figures, aims };
}
