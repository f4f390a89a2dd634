import { startLaneLoads } from '../contestants.ts';
import { type Bench, contestNaive, ratioAim } from '../run-bench.ts';

const about =
  'payments through the client library, 75 % to another bank; the processes that hold it count as gateways, making the load included';

/** Payments between 5,000 accounts. */
export const payments: Bench = {
  name: 'payments',
  about,
  async run(stage) {
    const { network, settings } = stage;
    await network.haltGateways();
    const results = await contestNaive(stage, await startLaneLoads(network, settings));
    return { ...results, aims: ratioAim(results, settings.accounts >= 1_000_000 ? 250 : 400) };
  },
};

/** The same between 1,000,000 accounts. */
export const paymentsMillion: Bench = {
  ...payments,
  name: 'payments-1m',
  about: `${about}; 1,000,000 accounts`,
  settings: { accounts: 1_000_000 },
};
