import type { ResolvedNetwork } from '../config/resolve.ts';
import { type Member, perPeer } from '../native/members.ts';
import { heightOf } from '../native/state.ts';

/** How the peers are between two restarts: none is restarted while another one is down. */
export function peerHealth(network: ResolvedNetwork, members: readonly Member[]) {
  /** Refuses unless every peer but the named one answers on every channel. */
  async function demandOthers(except: string): Promise<void> {
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
  async function heights(): Promise<Map<string, number>> {
    const all = perPeer(members);
    const asked = network.channels.map(async (channel) => {
      const answers = await Promise.allSettled(all.map((member) => heightOf(member, channel)));
      return [channel, Math.max(0, ...answers.map((each) => (each.status === 'fulfilled' ? each.value : 0)))] as const;
    });
    return new Map(await Promise.all(asked));
  }

  return { demandOthers, heights };
}

export type PeerHealth = ReturnType<typeof peerHealth>;
