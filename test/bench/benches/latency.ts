import { holdContest, naiveCosts } from '../contest.ts';
import { ours, startLaneLoads, startNaiveLoad } from '../contestants.ts';
import { columnOf } from '../report.ts';
import type { Bench } from '../run-bench.ts';

/** What a lone payment costs in time, beside the cheapest transaction that the network can commit. */
export const latency: Bench = {
  name: 'latency',
  about:
    'one client, one payment at a time; `floor` is a transaction that writes one key, by one client, endorsed by two',
  async run({ network, settings, keep }) {
    const loads = keep(await startLaneLoads(network, settings));
    const floor = await startNaiveLoad(network, 'naive', { clients: 1, operation: 'touch' });
    keep([floor]);
    const [first] = loads;
    const alone = { isAlone: true };
    const windows = await holdContest(
      network,
      [
        ours(loads, { loads: first ? [first] : [], pace: alone }),
        { name: 'floor', loads: [floor], costs: naiveCosts, pace: alone },
      ],
      settings,
    );
    const columns = [...windows].map(([name, each]) => columnOf(name, each));
    const [own, cheapest] = columns;
    const ratio = own && cheapest && cheapest.p50.median > 0 ? own.p50.median / cheapest.p50.median : 0;
    return {
      columns,
      aims: [
        { what: 'p50', aim: '≤ 1.5x the floor', figure: `${ratio.toFixed(2)}x`, isMet: ratio > 0 && ratio <= 1.5 },
      ],
    };
  },
};

/** Payments arrive at half the peak, whether or not earlier ones are answered. */
export const open: Bench = {
  name: 'open',
  about: 'the peak first, then payments that arrive evenly at half of it; latency begins with their arrival',
  async run({ network, settings, keep }) {
    const loads = keep(await startLaneLoads(network, settings));
    const [peak] = [...(await holdContest(network, [ours(loads)], { ...settings, rounds: 1 })).values()];
    const perSecond = (peak?.[0]?.paymentsPerSecond ?? 0) / 2;
    const half = ours(loads, {
      name: 'half the peak',
      pace: { ratePerSecond: Math.max(1, perSecond / loads.length) },
    });
    const [windows] = [...(await holdContest(network, [half], settings)).values()];
    const column = columnOf('half the peak', windows ?? []);
    const p95 = column.p95.median;
    return {
      columns: [column, columnOf('peak', peak ?? [])],
      figures: { 'offered, payments/s': perSecond },
      aims: [{ what: 'p95', aim: '≤ 400 ms', figure: `${p95.toFixed(0)} ms`, isMet: p95 > 0 && p95 <= 400 }],
    };
  },
};
