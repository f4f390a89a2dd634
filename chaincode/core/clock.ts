import { errors } from './lane-errors.ts';
import type { Peer } from './peer.ts';

/** The endorser's clock in milliseconds, given by the host. It may refuse a proposal; it never shapes a result. */
export type Clock = () => number;

const MAX_SKEW_MILLISECONDS = 60_000;

/** Refuses a proposal whose time the client chose too far from the endorser's: LANE_CLOCK_SKEW. */
export function assertProposalTime(peer: Peer, clock: Clock): void {
  const skew = Math.abs(clock() - peer.timestampMilliseconds);
  if (!(skew <= MAX_SKEW_MILLISECONDS)) throw errors.CLOCK_SKEW({ seconds: Math.trunc(skew / 1000) });
}
