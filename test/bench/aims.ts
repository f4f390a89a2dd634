import { median } from './latencies.ts';
import { type Aim, ratioOf } from './report.ts';
import type { Results } from './run-bench.ts';

/** A goal that ours be so many times as fast as the naive chaincode with the same policy. */
export function ratioAim({ columns }: Results, times: number): Aim[] {
  const [own, naive] = columns;
  if (!own || naive?.name !== 'naive') return [];
  const { median: ratio } = ratioOf(own, naive).paymentsPerSecond;
  return [{ what: 'payments/s', aim: `≥ ${times}x naive`, figure: `${ratio.toFixed(0)}x`, isMet: ratio >= times }];
}

/** A goal that a payment cost at most this part of what a naive one does. */
export function processorAim({ columns }: Results, part: number): Aim[] {
  const [own, naive] = columns;
  if (!own || naive?.name !== 'naive') return [];
  const { median: share } = ratioOf(own, naive).processor;
  const figure = share === 0 ? 'nothing measured' : `1/${(1 / share).toFixed(0)}`;
  return [{ what: 'CPU-ms a payment', aim: `≤ 1/${part} of naive`, figure, isMet: share > 0 && share <= 1 / part }];
}

/** The embedded network's goal, for which no ratio is asked. */
export function rateAim({ columns: [own] }: Results, perSecond: number): Aim {
  const rate = own?.paymentsPerSecond.median ?? 0;
  const aim = `≥ ${perSecond.toLocaleString('en')} on embedded`;
  return { what: 'payments/s', aim, figure: rate.toFixed(0), isMet: rate >= perSecond };
}

/** A goal for something that was watched beside the load: its median over the windows of ours, missed if never seen. */
export function watchedAim({ columns: [own] }: Results, name: string, most: number): Aim {
  const values = (own?.windows ?? []).flatMap(({ further }) => further[name] ?? []);
  const value = values.length === 0 ? undefined : median(values);
  const figure = value === undefined ? 'nothing measured' : value.toFixed(1);
  return {
    ...{ what: name, aim: `≤ ${most.toLocaleString('en')}`, figure },
    isMet: value !== undefined && value <= most,
  };
}

/** A goal for the share of our ledger transactions that are invalid when they are committed, over all windows. */
export function abortAim({ columns: [own] }: Results, most: number): Aim {
  const windows = own?.windows ?? [];
  const sum = (of: 'invalid' | 'transactions') => windows.reduce((total, { ledger }) => total + ledger[of], 0);
  const share = sum('invalid') / Math.max(1, sum('transactions'));
  const figure = `${(share * 100).toFixed(2)} % of ledger transactions`;
  return { what: 'aborts', aim: most === 0 ? 'none' : `≤ ${most * 100} %`, figure, isMet: share <= most };
}
