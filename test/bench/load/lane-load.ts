import { openClient } from '@tangram/gateway/client.ts';
import { createLaneTraffic } from './lane-traffic.ts';
import { accrueLoans } from './loans.ts';
import { openAccounts } from './open-accounts.ts';
import type { LaneSpec, Load } from './protocol.ts';

/** The gateway's client library in the bank's own role: this process is the bank's gateway while it runs. */
export async function openLaneLoad(spec: LaneSpec): Promise<Load> {
  const client = await openClient(spec.configFile);
  let traffic = await createLaneTraffic(client, spec);
  return {
    change: async (changed) => {
      traffic = await createLaneTraffic(client, changed);
    },
    run: (window) => traffic.run(window),
    prepare: (preparation) => traffic.prepare(preparation),
    books: () => traffic.books(),
    openAccounts: (request) => openAccounts(client, spec.traffic.bank, request),
    openLoans: (count) => traffic.openLoans(count),
    accrueLoans: () => accrueLoans(client),
    appliedBlock: () => client.health().readModelBlock,
    undelivered: () =>
      client
        .health()
        .network.undelivered.reduce((sum, { to, count }) => sum + (to === spec.traffic.bank ? count : 0), 0),
    stop: () => client.stop(),
  };
}
