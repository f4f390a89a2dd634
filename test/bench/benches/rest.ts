import { ratioAim, watchedAim } from '../aims.ts';
import type { Contestant } from '../contest.ts';
import { startRestLoads } from '../contestants.ts';
import { killAll, victimsOf } from '../kill.ts';
import { appliedAtGateway, watchBalances, watchLag } from '../probes.ts';
import { type Bench, contestNaive, type Results, type Stage } from '../run-bench.ts';

/** Read model and balances are watched beside the load; with --kill, gateways are killed too. */
const watched = ({ network, settings }: Stage): Partial<Contestant> => ({
  watch: async () => [watchLag(network, () => appliedAtGateway(network, 'cedar')), await watchBalances(network)],
  ...(settings.kill && { inTheMiddle: () => killAll(network, victimsOf(network, true)) }),
});

const aimsOf = (results: Results, times: number) => [
  ...ratioAim(results, times),
  watchedAim(results, 'read model lag p95, ms', 1_000),
  watchedAim(results, 'balance by REST p95, ms', 10),
];

/** Payments one by one through REST. */
export const rest: Bench = {
  name: 'rest',
  about: "POST /v1/payments one by one over many connections (--connections) of 64 customers at each bank's gateway",
  takesKill: true,
  async run(stage) {
    const { network, settings } = stage;
    await network.relaunchGateways();
    const loads = await startRestLoads(network, 'rest', { ...settings, inFlight: settings.connections });
    const results = await contestNaive(stage, loads, watched(stage));
    return { ...results, aims: aimsOf(results, 100) };
  },
};

/** Payments in files through REST. */
export const restBulk: Bench = {
  name: 'rest bulk',
  about: "POST /v1/payments/bulk at each bank's gateway, by its own staff",
  takesKill: true,
  async run(stage) {
    const { network, settings } = stage;
    await network.relaunchGateways();
    const results = await contestNaive(stage, await startRestLoads(network, 'bulk', settings), watched(stage));
    return { ...results, aims: aimsOf(results, 300) };
  },
};
