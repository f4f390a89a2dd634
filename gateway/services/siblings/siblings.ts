import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { OperationOutcome, SiblingConfig } from '../types.ts';
import { type Heartbeat, type Pulse, startHeartbeat } from './heartbeat.ts';
import { createSiblingLink, type SiblingLink } from './sibling-link.ts';
import type { SiblingTokens } from './sibling-tokens.ts';

/** A sibling process that held a lane when it was found. */
export interface LiveHolder {
  readonly holder: string;
  isAlive(): boolean;
  /** Books operations there, in their groups. Throws when the sibling is lost: what became of them is then unknown. */
  forward(lane: string, groups: (readonly BatchOperation[])[]): Promise<OperationOutcome[][]>;
}

export type Whereabouts =
  | { kind: 'alive'; holder: LiveHolder }
  /** No sibling is that process; where one may be, `since` is when it was last not seen any more. */
  | { kind: 'gone'; since: number | undefined }
  /** A sibling answers, but not as one: it may be that process. */
  | { kind: 'unclear' };

export interface Siblings {
  readonly count: number;
  /** Asks anew who lives, and finds the process that the ledger names as holder. */
  locate(holder: string): Promise<Whereabouts>;
  /** Called when a sibling comes, goes, or says something else of its lanes. */
  onChange(listener: () => void): void;
  /** What the siblings that live say of a lane. */
  claims(lane: string): { holder: string; epoch: number }[];
  start(): void;
  stop(): void;
}

export interface SiblingsOptions {
  configs: readonly SiblingConfig[];
  tokens: SiblingTokens | undefined;
  now(): number;
  onProblem(message: string, error?: unknown): void;
}

interface Member {
  link: SiblingLink;
  heartbeat: Heartbeat | undefined;
  /** Aborted when the sibling is gone; what was sent to it is then in doubt. */
  presence: AbortController;
  /** The process that answered there last. */
  lastHolder: string | undefined;
}

const isBooked = Compile(Type.Object({ outcomes: Type.Array(Type.Array(Type.Object({ outcome: Type.String() }))) }));

/** Watches the other gateways of the organisation, and forwards to the one that holds a lane. */
export function createSiblings({ configs, tokens, now, onProblem }: SiblingsOptions): Siblings {
  const listeners = new Set<() => void>();
  const members = tokens === undefined ? [] : configs.map((config) => newMember(createSiblingLink(config, tokens)));
  const pulseOf = (member: Member): Pulse | undefined => {
    const state = member.heartbeat?.state();
    return state?.kind === 'alive' ? state.pulse : undefined;
  };

  const liveHolder = (member: Member, holder: string): LiveHolder => ({
    holder,
    isAlive: () => pulseOf(member)?.holder === holder,
    forward: (lane, groups) => forward(member, lane, groups),
  });

  return {
    count: members.length,
    locate: async (holder) => {
      const states = await Promise.all(members.map(async (member) => member.heartbeat?.fresh()));
      const found = members.find((member) => pulseOf(member)?.holder === holder);
      if (found) return { kind: 'alive', holder: liveHolder(found, holder) };
      if (states.some((state) => state === undefined || state.kind === 'foreign' || state.kind === 'unknown')) {
        return { kind: 'unclear' };
      }
      // The sibling that this process was, or any that is gone where it was never seen.
      const known = members.filter((member) => member.lastHolder === holder);
      const since = (known.length > 0 ? known : members).flatMap((member) => {
        const state = member.heartbeat?.state();
        return state?.kind === 'gone' ? [state.since] : [];
      });
      return { kind: 'gone', since: since.length === 0 ? undefined : Math.max(...since) };
    },
    onChange: (listener) => {
      listeners.add(listener);
    },
    claims: (lane) =>
      members.flatMap((member) => {
        const pulse = pulseOf(member);
        const claim = pulse?.lanes[lane];
        return pulse && claim?.holds ? [{ holder: pulse.holder, epoch: claim.epoch }] : [];
      }),
    start: () => {
      for (const member of members) {
        member.heartbeat = startHeartbeat({
          link: member.link,
          now,
          onProblem,
          onChange: (state) => {
            if (state.kind !== 'alive') member.presence.abort();
            else if (member.presence.signal.aborted) member.presence = new AbortController();
            if (state.kind === 'alive') member.lastHolder = state.pulse.holder;
            for (const listener of listeners) listener();
          },
        });
      }
    },
    stop: () => {
      for (const member of members) {
        member.heartbeat?.stop();
        member.link.close();
      }
    },
  };
}

const newMember = (link: SiblingLink): Member => ({
  link,
  heartbeat: undefined,
  presence: new AbortController(),
  lastHolder: undefined,
});

async function forward(
  member: Member,
  lane: string,
  groups: (readonly BatchOperation[])[],
): Promise<OperationOutcome[][]> {
  const message = {
    path: `/internal/siblings/lanes/${lane}`,
    purpose: `book:${lane}`,
    body: JSON.stringify({ groups }),
  };
  const text = await member.link.call(message, { signal: member.presence.signal });
  const answer: unknown = JSON.parse(text);
  const isWhole = isBooked.Check(answer) && answer.outcomes.length === groups.length;
  if (!isWhole) throw new Error('the sibling answered something else than outcomes');
  return answer.outcomes as OperationOutcome[][];
}
