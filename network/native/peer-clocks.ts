import type { Member } from './members.ts';
import { settle } from './settle.ts';

/** What peers tell of their clocks. */
export interface PeerClocks {
  /** Seconds by which a clock is ahead of this machine's, negative where it is behind. */
  told: { node: string; seconds: number }[];
  /** Who did not tell. */
  silent: string[];
}

// Beyond every time window, which is 15 minutes unless a bank sets another one.
const longAgo = new Date(1_000);
const refusal = /incorrect timestamp \S+, peer time (\S+),/;

/**
 * How far peers' clocks are from this machine's. Peers are all that a bank shows to others, and they answer no question
 * about the time; but they refuse a proposal that was made long ago, and say what time it is there.
 */
export async function peerClocks(members: readonly Member[]): Promise<PeerClocks> {
  const asked = await Promise.all(
    members.map(async (member) => ({ node: `the peer of ${member.peerName}`, seconds: await secondsAhead(member) })),
  );
  return {
    told: asked.flatMap(({ node, seconds }) => (seconds === undefined ? [] : [{ node, seconds }])),
    silent: asked.flatMap(({ node, seconds }) => (seconds === undefined ? [node] : [])),
  };
}

/** A clock that showed a time between question and answer is right, however long they took; it shows whole seconds. */
async function secondsAhead({ peer, admin }: Member): Promise<number | undefined> {
  const before = Date.now() / 1000;
  const { error = '' } = await settle(peer.query(admin, { chaincode: 'cscc', args: ['GetChannels'], time: longAgo }));
  const after = Date.now() / 1000;
  const [, told = ''] = refusal.exec(error) ?? [];
  const clock = Date.parse(told) / 1000;
  if (Number.isNaN(clock)) return undefined;
  return clock < before ? Math.min(0, clock + 1 - before) : Math.max(0, clock - after);
}
