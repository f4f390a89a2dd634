import { product } from '@tangram/chaincode/testing/lending-world.ts';
import { banks } from '@tangram/network/config/topology.ts';
import { post } from '../../end-to-end/running-network.ts';
import type { BenchNetwork } from '../bench-network.ts';
import { holdContest, measureWork, naiveCosts } from '../contest.ts';
import { ours, startLaneLoads, startNaiveLoad } from '../contestants.ts';
import { check } from '../correctness/checks.ts';
import type { LoadProcess } from '../load/load-process.ts';
import { loanTerms } from '../load/loans.ts';
import { columnOf } from '../report.ts';
import type { Bench } from '../run-bench.ts';

const dayMilliseconds = 86_400_000;

/** The end of a day for every loan of every bank. */
export const accrual: Bench = {
  name: 'accrual',
  about:
    'daily accrual and ageing of loans (--loans) by pages of the register, as the gateways do it by themselves; `naive` reads and writes one loan a ledger transaction, by --clients; payments/s and p50 mean loans and the whole run',
  movesClock: true,
  async run({ network, settings, keep }) {
    const body = { ...product, productId: loanTerms.productId };
    await post(network.rest, 'centralbank', { path: '/v1/loan-products', body });
    const loads = keep(await startLaneLoads(network, settings));
    const loans = Math.ceil(settings.loans / banks.length);
    const startedAt = performance.now();
    await Promise.all(loads.map((load) => load.openLoans(loans)));
    const opening = (performance.now() - startedAt) / 1000;
    const windows = [];
    const days: string[][] = [];
    for (let round = 1; round <= settings.rounds; round += 1) {
      await network.moveClock(round * dayMilliseconds);
      const contestant = ours(loads);
      const work = async () => days.push(await Promise.all(loads.map((load) => load.accrueLoans())));
      windows.push(await measureWork(network, contestant, { work, count: loans * banks.length }));
    }
    const own = columnOf('ours', windows);
    const naive = settings.naive.length > 0 ? [await measureNaive(network, settings, keep)] : [];
    return {
      columns: [own, ...naive],
      figures: {
        'loans, of all banks': loans * banks.length,
        'opening the loans, s': opening,
        'accruing them, s': own.windows.at(-1)?.seconds ?? 0,
      },
      checks: [await checkDays(days)],
    };
  },
};

/** One transaction for each loan: as many as there is time for. */
async function measureNaive(
  network: BenchNetwork,
  settings: Parameters<typeof holdContest>[2] & { clients: number },
  keep: (loads: LoadProcess[]) => unknown,
) {
  const load = await startNaiveLoad(network, 'naive', { clients: settings.clients, operation: 'accrue' });
  keep([load]);
  const contestant = { name: 'naive', loads: [load], costs: naiveCosts };
  const [windows] = [...(await holdContest(network, [contestant], settings)).values()];
  return columnOf('naive', windows ?? []);
}

/** Each bank has accrued to the day before which its clock was moved, one day a round; accruing throws where a page stays behind. */
const checkDays = (days: readonly string[][]) =>
  check('accrued', async () => {
    const wanted = days.map((_, round) =>
      new Date(Date.now() + (round + 1) * dayMilliseconds).toISOString().slice(0, 10),
    );
    days.forEach((each, round) => {
      const wrong = each.find((day) => day !== wanted[round]);
      if (wrong !== undefined) throw new Error(`A bank accrued to ${wrong || 'no day'}, not to ${wanted[round]}.`);
    });
    return `every page of every bank's register was accrued to ${wanted.join(', then ')}`;
  });
