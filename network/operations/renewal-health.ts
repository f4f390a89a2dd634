import type { ResolvedNetwork } from '../config/resolve.ts';
import { type Member, perPeer } from '../native/members.ts';
import { hasSigned, type OrdererState, ordererState } from '../native/orderer-state.ts';
import { heightOf } from '../native/state.ts';

const patienceMilliseconds = { before: 20_000, after: 180_000 };
const pauseMilliseconds = 500;
const idleMilliseconds = 8_000;
const signedBlocksMax = 10;
const clockSecondsMax = 30;

type States = Map<string, { channels: Map<string, OrdererState>; error?: string }>;

/** How the nodes are between two restarts: nothing is restarted while another node is down or behind. */
export function renewalHealth(network: ResolvedNetwork, organizationsFolder: string, members: readonly Member[]) {
  const orderers = members.filter(({ orderer }) => orderer !== undefined);

  async function states(): Promise<States> {
    const asked = orderers.map(async (member) => {
      const { organization } = member;
      const channels = new Map<string, OrdererState>();
      try {
        for (const channel of network.channels) {
          channels.set(channel, await ordererState(member, organizationsFolder, channel));
        }
        return [organization.name, { channels }] as const;
      } catch (error) {
        return [organization.name, { channels, error: (error as Error).message }] as const;
      }
    });
    return new Map(await Promise.all(asked));
  }

  /** Refuses unless every orderer but the named one takes part and has what the others have. */
  async function demandOthers(name: string): Promise<void> {
    const others = orderers.filter(({ organization }) => organization.name !== name);
    const problems = await untilInConsensus(others, patienceMilliseconds.before, () => Promise.resolve(true));
    if (problems.length === 0) return;
    throw new Error(
      `The orderer of ${name} is not restarted, because the others must all be there: ${problems.join('; ')}. Bring it back (npm run network -- status, logs), then run renew-certs again.`,
    );
  }

  /** Waits until a restarted orderer is back: caught up, and signing blocks where there are new ones. */
  async function ordererBack(name: string): Promise<void> {
    const own = orderers.filter(({ organization }) => organization.name === name);
    const begun = await states();
    const started = Date.now();
    const votes = async (now: States) => {
      for (const channel of network.channels) {
        const before = highest(begun, channel);
        const height = now.get(name)?.channels.get(channel)?.height ?? 0;
        if (height <= before + 1) {
          // Where no block comes, there is nothing to vote on.
          if (Date.now() - started < idleMilliseconds) return false;
          continue;
        }
        const blocks = { first: Math.max(before, height - signedBlocksMax), last: height - 1 };
        for (const member of own) if (!(await hasSigned(member, channel, blocks))) return false;
      }
      return true;
    };
    const problems = await untilInConsensus(own, patienceMilliseconds.after, votes);
    if (problems.length > 0) throw new Error(`The orderer of ${name} does not come back: ${problems.join('; ')}.`);
  }

  /** Asks until all of some orderers are there, have the height that was seen first, and `also` holds; else says what lacks. */
  async function untilInConsensus(
    whose: readonly Member[],
    milliseconds: number,
    also: (now: States) => Promise<boolean>,
  ): Promise<string[]> {
    const first = await states();
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const now = await states();
      const problems = whose.flatMap(({ organization }) => problemsOf(organization.name, now, first));
      const holds = problems.length === 0 && (await also(now).catch(() => false));
      if (holds) return [];
      if (Date.now() > deadline) return problems.length > 0 ? problems : ['it has signed none of the newest blocks'];
      await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
    }
  }

  function problemsOf(name: string, now: States, first: States): string[] {
    const state = now.get(name);
    if (!state || state.error) return [`the orderer of ${name} does not answer (${state?.error})`];
    return network.channels.flatMap((channel) => {
      const { height, isActive } = state.channels.get(channel) ?? { height: 0, isActive: false };
      const wanted = highest(first, channel);
      if (!isActive) return [`the orderer of ${name} takes no part in ${channel}`];
      return height < wanted ? [`the orderer of ${name} has ${height} of ${wanted} blocks of ${channel}`] : [];
    });
  }

  /** Refuses when a node's clock and ours are so far apart that new certificates would not be valid there. */
  async function demandClocks(): Promise<void> {
    const now = await states();
    const wrong = [...now].flatMap(([name, { channels }]) => {
      const seconds = Math.max(0, ...[...channels.values()].map(({ clockSeconds }) => clockSeconds));
      return seconds > clockSecondsMax ? [`the orderer of ${name} by ${Math.round(seconds)} s`] : [];
    });
    if (wrong.length > 0) {
      throw new Error(`Clocks differ from this machine's: ${wrong.join(', ')}. Set up chrony or ntpd, then try again.`);
    }
  }

  /** Refuses unless every peer but the named one answers on every channel. */
  async function demandPeers(except: string): Promise<void> {
    const others = perPeer(members).filter(({ peerName }) => peerName !== except);
    await Promise.all(
      others.map(async (member) => {
        for (const channel of network.channels) {
          await heightOf(member, channel).catch((error: Error) => {
            throw new Error(
              `The peer of ${except} is not restarted, because that of ${member.peerName} is down: ${error.message}. Bring it back, then run renew-certs again.`,
            );
          });
        }
      }),
    );
  }

  /** Height of every channel as the highest peer has it. */
  async function peerHeights(): Promise<Map<string, number>> {
    const all = perPeer(members);
    const heights = network.channels.map(async (channel) => {
      const answers = await Promise.allSettled(all.map((member) => heightOf(member, channel)));
      return [channel, Math.max(0, ...answers.map((each) => (each.status === 'fulfilled' ? each.value : 0)))] as const;
    });
    return new Map(await Promise.all(heights));
  }

  return { demandOthers, ordererBack, demandClocks, demandPeers, peerHeights };
}

export type RenewalHealth = ReturnType<typeof renewalHealth>;

const highest = (states: States, channel: string): number =>
  Math.max(0, ...[...states.values()].map(({ channels }) => channels.get(channel)?.height ?? 0));
