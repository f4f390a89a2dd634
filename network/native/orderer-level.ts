import type { ResolvedNetwork } from '../config/resolve.ts';
import { quorumOf } from './config-edits.ts';
import type { OrdererReport } from './orderer-status.ts';

/** Blocks that orderers may be apart: they are asked one after the other while blocks come. */
export const blocksBehindMax = 3;

/** What the orderers of one channel say of themselves. */
export interface ChannelOrderers {
  channel: string;
  orderers: readonly OrdererReport[];
}

/** An orderer that does not count, and why. */
export interface UnfitOrderer {
  organization: string;
  channel: string;
  height?: number;
  reason: string;
}

/** The highest that any orderer is, by channel. */
export const highestOf = (asked: readonly ChannelOrderers[]): Record<string, number> =>
  Object.fromEntries(
    asked.map(({ channel, orderers }) => [channel, Math.max(0, ...orderers.map(({ height = 0 }) => height))]),
  );

/**
 * The orderers that do not count, for each channel: one counts that answers, takes part in consensus and is level with
 * the highest. One that lags answers too, and does not vote.
 */
export function unfitOrderers(asked: readonly ChannelOrderers[]): UnfitOrderer[] {
  const highest = highestOf(asked);
  return asked.flatMap(({ channel, orderers }) =>
    orderers.flatMap((report) => {
      const reason = whyUnfit(report, { channel, highest: highest[channel] ?? 0 });
      if (reason === undefined) return [];
      const { organization, height } = report;
      return [{ organization, channel, height, reason: `the orderer of ${organization} ${reason}` }];
    }),
  );
}

function whyUnfit(
  { height, relation = 'consenter', status = 'active', error }: OrdererReport,
  { channel, highest }: { channel: string; highest: number },
): string | undefined {
  if (height === undefined) return `does not answer for ${channel} (${error})`;
  if (relation !== 'consenter') return `is no consenter of ${channel} (${relation})`;
  if (highest - height > blocksBehindMax) {
    return `is ${highest - height} blocks behind on ${channel} (${height} of ${highest})`;
  }
  return status === 'active' ? undefined : `takes no part in ${channel} yet (${status})`;
}

/** Whether enough orderers are level on every channel to order without the named one; how many, and how many it takes. */
export function quorumWithout(
  name: string,
  asked: readonly ChannelOrderers[],
): { isThere: boolean; level: number; needed: number } {
  const unfit = unfitOrderers(asked);
  const names = new Set(asked.flatMap(({ orderers }) => orderers.map(({ organization }) => organization)));
  const needed = quorumOf(names.add(name).size);
  const level = [...names].filter(
    (each) => each !== name && !unfit.some(({ organization }) => organization === each),
  ).length;
  return { isThere: level >= needed, level, needed };
}

/** What keeps each orderer from counting, its log and how to restart it: one that lags may not notice before the next block. */
export function renderUnfit(unfit: readonly UnfitOrderer[], { organizations }: ResolvedNetwork): string {
  return [...Map.groupBy(unfit, ({ organization }) => organization)]
    .flatMap(([organization, reasons]) => {
      const { elsewhere } = organizations.find(({ name }) => name === organization) ?? {};
      const where = elsewhere ? ', where it runs' : '';
      return [
        ...reasons.map(({ reason }) => `  ${reason}`),
        `    Its log${where}: npm run network -- logs orderer-${organization}`,
        `    Restart it${where}, and it catches up: npm run network -- restart orderer-${organization} --driver native`,
      ];
    })
    .join('\n');
}
