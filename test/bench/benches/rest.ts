import { startRestLoads } from '../contestants.ts';
import { type Bench, contestNaive, ratioAim } from '../run-bench.ts';

const connectionsPerBank = 128;

/** Payments one by one through REST. */
export const rest: Bench = {
  name: 'rest',
  about: `POST /v1/payments one by one over ${connectionsPerBank} connections of 64 customers at each bank's gateway`,
  async run(stage) {
    const { network, settings } = stage;
    await network.relaunchGateways();
    const results = await contestNaive(
      stage,
      await startRestLoads(network, 'rest', { ...settings, inFlight: connectionsPerBank }),
    );
    return { ...results, aims: ratioAim(results, 100) };
  },
};

/** Payments in files through REST. */
export const restBulk: Bench = {
  name: 'rest bulk',
  about: "POST /v1/payments/bulk at each bank's gateway",
  async run(stage) {
    const { network, settings } = stage;
    await network.relaunchGateways();
    const results = await contestNaive(stage, await startRestLoads(network, 'bulk', settings));
    return { ...results, aims: ratioAim(results, 300) };
  },
};
