import { processorAim, rateAim, ratioAim, watchedAim } from '../aims.ts';
import { startLaneLoads } from '../contestants.ts';
import { killAll, victimsOf } from '../kill.ts';
import { watchLag } from '../probes.ts';
import { type Bench, contestNaive, type Results, type Stage } from '../run-bench.ts';

const about =
  'payments through the client library, 75 % to another bank; the processes that hold it count as gateways, making the load included';
const embeddedAim = 20_000;

const payAgainst =
  (times: number) =>
  async (stage: Stage): Promise<Results> => {
    const { network, settings } = stage;
    const loads = await startLaneLoads(network, settings);
    const results = await contestNaive(stage, loads, {
      watch: async () => [watchLag(network, async () => Number((await loads[0]?.appliedBlock()) ?? -1))],
      ...(settings.kill && { inTheMiddle: () => killAll(network, victimsOf(network, false)) }),
    });
    const aims = [
      ...ratioAim(results, times),
      ...processorAim(results, 300),
      watchedAim(results, 'read model lag p95, ms', 1_000),
    ];
    return { ...results, aims: settings.driver === 'embedded' ? [rateAim(results, embeddedAim), ...aims] : aims };
  };

/** Payments between 5,000 accounts. */
export const payments: Bench = { name: 'payments', about, takesKill: true, run: payAgainst(400) };

/** The same between 1,000,000 accounts or as many as are asked for, and what a restart then costs. */
export const paymentsMillion: Bench = {
  ...payments,
  name: 'payments-1m',
  about: `${about}; 1,000,000 accounts (--many-accounts), then a cold restart of the whole network`,
  run: payAgainst(250),
  settings: ({ manyAccounts }) => ({ accounts: manyAccounts }),
  isRestarted: true,
};
