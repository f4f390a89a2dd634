import { abortAim, ratioAim } from '../aims.ts';
import { startLaneLoads, type TrafficChange } from '../contestants.ts';
import { accountId } from '../load/accounts.ts';
import { type Bench, contestNaive, type Results, type Stage } from '../run-bench.ts';

async function contestWith(stage: Stage, change: TrafficChange): Promise<Results> {
  return contestNaive(stage, await startLaneLoads(stage.network, stage.settings, change));
}

/** Every payment goes to one merchant's account. */
export const hot: Bench = {
  name: 'hot',
  about: 'every payment of every bank goes to one merchant account; naive pays between random accounts',
  async run(stage) {
    const results = await contestWith(stage, { choice: { kind: 'hot', merchant: accountId('cedar', 0) } });
    return { ...results, aims: [...ratioAim(results, 300), abortAim(results, 0)] };
  },
};

/** Few accounts have most of the payments. */
export const zipf: Bench = {
  name: 'zipf',
  about: 'who pays and who is paid is drawn with Zipf exponent 1.0; naive pays between random accounts',
  async run(stage) {
    const results = await contestWith(stage, { choice: { kind: 'zipf', exponent: 1 } });
    return { ...results, aims: [abortAim(results, 0.001)] };
  },
};

/** Ids that were made to be dear: the ledger keeps ids by time in memory, and these have none. */
export const randomIds: Bench = {
  name: 'random-ids',
  about:
    'every payment has a random id (UUIDv4), whose page must be read from the state and written; naive keeps no ids',
  async run(stage) {
    const results = await contestWith(stage, { hasRandomIds: true });
    return { ...results, aims: [abortAim(results, 0)] };
  },
};

/** Several modules in the same batches. */
export const mixed: Bench = {
  name: 'mixed',
  about: '5 % accounts opened, 75 % payments, 15 % holds (made and posted), 5 % payments reversed; each counts as one',
  async run(stage) {
    const results = await contestWith(stage, { mixed: { accounts: 0.05, holds: 0.15, reversals: 0.05 } });
    return { ...results, aims: ratioAim(results, 200) };
  },
};
