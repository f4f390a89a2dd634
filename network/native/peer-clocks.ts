import type { Member } from './members.ts';
import { settle } from './settle.ts';

/** What peers tell of their clocks. */
export interface PeerClocks {
  /** Seconds by which a clock is ahead of this machine's, negative where it is behind. */
  told: { node: string; seconds: number }[];
  /** Who did not tell. */
  silent: string[];
}

// Every clock is after it, so that the distance which the refusal names is the clock itself.
const longAgo = new Date(1_000);
/** Any operation that writes outside the lanes will do: its proposal's time is judged before anything else of it. */
const operation = 'settlement:settlePair';
const refusal = /"code":"LANE_CLOCK_SKEW","params":\{"seconds":(\d+)\}/;

/**
 * How far peers' clocks are from this machine's. A peer listens to other banks and tells no time; but the chaincode at
 * it refuses a proposal whose time is far from its own clock, and says how far. Nothing is ordered.
 */
export async function peerClocks(members: readonly Member[], chaincode: Place): Promise<PeerClocks> {
  const asked = await Promise.all(
    members.map(async (member) => ({
      node: `the peer of ${member.peerName}`,
      seconds: await secondsAhead(member, chaincode),
    })),
  );
  return {
    told: asked.flatMap(({ node, seconds }) => (seconds === undefined ? [] : [{ node, seconds }])),
    silent: asked.flatMap(({ node, seconds }) => (seconds === undefined ? [node] : [])),
  };
}

interface Place {
  name: string;
  channel: string;
}

/** A clock that was read while the question was under way is right, however long that took. */
async function secondsAhead({ peer, admin }: Member, { name, channel }: Place): Promise<number | undefined> {
  const before = Date.now() / 1000;
  const { error = '' } = await settle(
    peer.query(admin, { chaincode: name, channel, args: [operation, '{}'], time: longAgo }),
  );
  const after = Date.now() / 1000;
  const [, distance] = refusal.exec(error) ?? [];
  if (distance === undefined) return undefined;
  const clock = longAgo.getTime() / 1000 + Number(distance);
  return clock < before ? Math.min(0, clock + 1 - before) : Math.max(0, clock - after);
}
