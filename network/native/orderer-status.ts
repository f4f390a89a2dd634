import type { ResolvedNetwork, ResolvedOrganization } from '../config/resolve.ts';
import { askNode, ordererAdministration, ordererOperations } from './operations.ts';
import { settle } from './settle.ts';

export interface OrdererReport {
  organization: string;
  height?: number;
  /** `consenter` for one that orders, `follower` for one that only copies. */
  relation?: string;
  /** `active`, or `onboarding` while it still copies what was ordered before it joined. */
  status?: string;
  /** How far its clock is from ours. */
  clockSeconds?: number;
  /** Organisation whose orderer this one takes for the leader. */
  leader?: string;
  error?: string;
}

/** Asks every orderer for its height of a channel, its part in it, and whom it follows. */
export function ordererReports(
  network: ResolvedNetwork,
  organizationsFolder: string,
  channel: string,
): Promise<OrdererReport[]> {
  const owners = network.organizations.filter(({ orderer }) => orderer !== undefined);
  return Promise.all(
    // An orderer tells only its own organisation.
    owners
      .filter(({ elsewhere }) => !elsewhere)
      .map(async (owner): Promise<OrdererReport> => {
        const { name: organization } = owner;
        const [channelInfo, metrics] = await Promise.all([
          settle(askChannel(owner, organizationsFolder, channel)),
          settle(askNode(ordererOperations(owner, organizationsFolder), '/metrics')),
        ]);
        // consensus_BFT_leader_id is set with each block: between a view change and the next block it names the lost leader.
        const leaderId = readGauge(metrics.value?.text ?? '', 'consensus_smartbft_view_leader_id', channel);
        return {
          organization,
          ...channelInfo.value,
          leader: owners.find(({ orderer }) => orderer?.id === leaderId)?.name,
          error: channelInfo.error ?? metrics.error,
        };
      }),
  );
}

async function askChannel(
  owner: ResolvedOrganization,
  organizationsFolder: string,
  channel: string,
): Promise<Pick<OrdererReport, 'height' | 'relation' | 'status' | 'clockSeconds'>> {
  const path = `/participation/v1/channels/${channel}`;
  const { status, text, headers } = await askNode(ordererAdministration(owner, organizationsFolder), path);
  if (status !== 200) throw new Error(`${status} ${text.trim()}`);
  const facts = JSON.parse(text) as { height: number; consensusRelation: string; status: string };
  return {
    height: facts.height,
    relation: facts.consensusRelation,
    status: facts.status,
    clockSeconds: Math.abs(Date.now() - Date.parse(headers.date ?? '')) / 1000,
  };
}

/** A channel's value of a metric in Prometheus text; undefined when it is not there. */
function readGauge(text: string, name: string, channel: string): number | undefined {
  const line = new RegExp(`^${name}\\{[^}]*channel="${channel}"[^}]*\\} (\\S+)`, 'm').exec(text);
  return line ? Number(line[1]) : undefined;
}

/** The leader that most orderers name. */
export function agreedLeader(orderers: readonly OrdererReport[]): string | undefined {
  const named = orderers.flatMap(({ leader }) => leader ?? []);
  const votes = [...Map.groupBy(named, (leader) => leader)];
  const [leader] = votes.sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  return leader;
}
