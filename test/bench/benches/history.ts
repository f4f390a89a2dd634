import { holdContest } from '../contest.ts';
import { ours, startLaneLoads } from '../contestants.ts';
import type { LoadProcess } from '../load/load-process.ts';
import { columnOf, ratioOf } from '../report.ts';
import type { Bench } from '../run-bench.ts';

const firstPayments = 10_000;
const fillMilliseconds = 10_000;

/** Whether payments get slower as the ledger grows. */
export const history: Bench = {
  name: 'history',
  needsOwnNetwork: true,
  about: 'payments/s once the ledger holds many payments (--payments), against payments/s after 10,000',
  async run({ network, settings, keep }) {
    const loads = keep(await startLaneLoads(network, settings));
    const measure = async (name: string) => {
      const [windows] = [...(await holdContest(network, [ours(loads, { name })], settings)).values()];
      return columnOf(name, windows ?? []);
    };
    const first = await fillUp(loads, Math.min(firstPayments, settings.payments));
    const early = await measure('early');
    const booked = await fillUp(loads, settings.payments);
    const late = await measure('late');
    const { median } = ratioOf(late, early).paymentsPerSecond;
    return {
      columns: [late, early],
      figures: {
        'payments before the first warm-up': first,
        'payments before the second warm-up': booked,
      },
      aims: [
        {
          what: `payments/s after ${booked.toLocaleString('en')} payments against after ${first.toLocaleString('en')}, each before a warm-up (the aim says 10 million)`,
          aim: '≥ 0.9',
          figure: median.toFixed(2),
          isMet: median >= 0.9,
        },
      ],
    };
  },
};

/** Pays until the ledger holds so many payments of these loads; returns how many it then holds. */
async function fillUp(loads: LoadProcess[], wanted: number): Promise<number> {
  for (;;) {
    const books = await Promise.all(loads.map((load) => load.books()));
    const booked = books.reduce((sum, { accepted }) => sum + accepted, 0);
    if (booked >= wanted) return booked;
    const until = Date.now() + Math.min(fillMilliseconds, 500 + (wanted - booked) / 2);
    await Promise.all(loads.map((load) => load.run({ measureFrom: until, until })));
  }
}
