import type { ResolvedNetwork, ResolvedOrganization } from '../config/resolve.ts';

const answerMilliseconds = 3_000;
/** An orderer further behind than this is still catching up and counts as absent. */
const blocksBehindMax = 20;

/** What an orderer's own metrics say. */
export interface OrdererState {
  organization: string;
  /** Number of its last block, by channel; undefined when it does not answer. */
  blocks?: Record<string, number>;
  isLeader: boolean;
}

/** Asks every orderer of a network. */
export function ordererStates({ organizations }: ResolvedNetwork): Promise<OrdererState[]> {
  return Promise.all(organizations.filter(({ orderer }) => orderer).map(stateOf));
}

/**
 * Refuses to take an orderer down while another one is down or behind: BFT goes on without a third of them, and
 * stands still without more.
 */
export async function demandOthers(network: ResolvedNetwork, organization: string): Promise<void> {
  const others = (await ordererStates(network)).filter((each) => each.organization !== organization);
  const highest = highestBlocks(others);
  const missing = others.filter(
    ({ blocks }) =>
      !blocks || Object.entries(highest).some(([channel, block]) => block - (blocks[channel] ?? -1) > blocksBehindMax),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ organization: name, blocks }) => `${name} (${blocks ? 'behind' : 'no answer'})`);
  throw new Error(
    `The orderer of ${organization} must not stop now: of the others, ${names.join(', ')} would be missing too. Bring those back first: npm run network -- status`,
  );
}

/** The highest block number of each channel among orderers. */
export function highestBlocks(states: readonly OrdererState[]): Record<string, number> {
  const highest: Record<string, number> = {};
  for (const { blocks = {} } of states) {
    for (const [channel, block] of Object.entries(blocks)) highest[channel] = Math.max(highest[channel] ?? 0, block);
  }
  return highest;
}

async function stateOf({ name, host, orderer }: ResolvedOrganization): Promise<OrdererState> {
  try {
    const response = await fetch(`http://${host}:${orderer?.operationsPort}/metrics`, {
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    const text = await response.text();
    const read = (metric: string) =>
      [...text.matchAll(new RegExp(`^${metric}\\{[^}]*channel="([^"]+)"[^}]*\\} (\\d+)`, 'gm'))].map(
        ([, channel = '', value]) => [channel, Number(value)] as const,
      );
    return {
      organization: name,
      blocks: Object.fromEntries(read('consensus_BFT_committed_block_number')),
      isLeader: read('consensus_BFT_is_leader').some(([, value]) => value === 1),
    };
  } catch {
    return { organization: name, isLeader: false };
  }
}
