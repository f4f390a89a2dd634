import type { ResolvedNetwork, ResolvedOrganization } from '../config/resolve.ts';
import type { Member } from '../native/members.ts';
import { heightOf } from '../native/state.ts';
import type { LedgerTip, Manifest } from './backup-manifest.ts';
import { peerLedger } from './peer-ledger.ts';

const stallMilliseconds = 90_000;

interface Place {
  network: ResolvedNetwork;
  dataFolder: string;
  organization: ResolvedOrganization;
  savedOrderer: boolean;
}

/** Refuses a backup of another bank, network or run folder, and one without the orderer that is asked for. */
export function demandSameBank(manifest: Manifest, { organization, network, dataFolder, savedOrderer }: Place): void {
  const problems = [
    manifest.organization === organization.name ? '' : `it is of ${manifest.organization}, not of ${organization.name}`,
    manifest.network === network.name ? '' : `it is of the network ${manifest.network}, not of ${network.name}`,
    manifest.runFolder === dataFolder ? '' : `its settings name the run folder ${manifest.runFolder}: restore it there`,
    savedOrderer && !manifest.orderer ? 'it holds no orderer: it was taken without --with-orderer' : '',
  ].filter(Boolean);
  if (problems.length > 0) throw new Error(`This backup cannot be restored here: ${problems.join('; ')}.`);
}

/** Refuses a backup whose last block is not in the others' ledgers, or came out differently there. */
export async function demandSameChain(others: readonly Member[], tip: LedgerTip): Promise<void> {
  const { channel, height, headerHash, commitHash } = tip;
  const answers = await Promise.allSettled(others.map((member) => peerLedger(member, channel).block(height - 1)));
  const blocks = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (blocks.some((block) => block.headerHash === headerHash && block.commitHash === commitHash)) return;
  const [silent] = answers.flatMap((answer) =>
    answer.status === 'rejected' ? [(answer.reason as Error).message] : [],
  );
  throw new Error(
    blocks.length === 0
      ? `No other peer tells block ${height - 1} of ${channel} (${silent}): without the others there is nothing to catch up with.`
      : `Block ${height - 1} of ${channel} in the backup is not the block of the others: the backup is of another chain, or was taken from a peer that had gone its own way.`,
  );
}

/** Resolves when a peer is as high as the others were when they were last asked. */
export async function catchUp(own: Member, others: readonly Member[], channel: string): Promise<void> {
  let [height, stalled] = [0, Date.now()];
  for (;;) {
    const heights = await Promise.allSettled(others.map((member) => heightOf(member, channel)));
    const highest = Math.max(...heights.map((each) => (each.status === 'fulfilled' ? each.value : 0)));
    const reached = await heightOf(own, channel).catch(() => 0);
    if (reached > 0 && reached >= highest) return;
    if (reached > height) [height, stalled] = [reached, Date.now()];
    if (Date.now() - stalled > stallMilliseconds) {
      throw new Error(
        `The peer of ${own.peerName} stays at height ${reached} of ${highest} on ${channel}. Its log: npm run network -- logs peer-${own.peerName}`,
      );
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
