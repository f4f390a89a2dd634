import type { ResolvedNetwork } from '../config/resolve.ts';
import type { Member } from '../native/members.ts';
import {
  type ChannelOrderers,
  highestOf,
  quorumWithout,
  renderUnfit,
  type UnfitOrderer,
  unfitOrderers,
} from '../native/orderer-level.ts';
import { hasSigned } from '../native/orderer-signatures.ts';
import { type OrdererReport, ordererReports } from '../native/orderer-status.ts';
import { settle } from '../native/settle.ts';

const pauseMilliseconds = 500;
// For so long nothing may change with those that are waited for.
const patienceMilliseconds = { before: 20_000, after: 180_000, idle: 12_000, restarted: 60_000 };
// One that answers and stands still is restarted by supervision and catches up: longer than that takes.
const healedMilliseconds = 75_000;
// Where no block comes for so long, there is nothing to vote on.
const voteMilliseconds = 8_000;
const signedBlocksMax = 10;
const clockSecondsMax = 30;
// Twice what the others take at most to complain of a leader and to change it: 1 s + 3 s + 10 s.
const quietMilliseconds = 28_000;

/** Height by channel. */
type Heights = Record<string, number>;

interface Wait {
  /** Orderers that are waited for. */
  whose(organization: string): boolean;
  stallMilliseconds: number;
  /** The same where all of them answer and lag. */
  laggingMilliseconds?: number;
  also?(now: readonly ChannelOrderers[]): boolean | Promise<boolean>;
}

/**
 * How the orderers are before and after one of them stops: BFT of four bears one that is missing, and one that is behind
 * is missing. Orderers elsewhere tell only their newest block, as to any member of a channel.
 */
export function ordererHealth(network: ResolvedNetwork, organizationsFolder: string, members: readonly Member[]) {
  /** The members whose orderers run elsewhere, each once: one with several peers may come several times. */
  const strangers = network.organizations
    .filter(({ elsewhere, orderer }) => elsewhere && orderer)
    .flatMap(({ name }) => members.find(({ organization }) => organization.name === name) ?? []);

  const reports = (): Promise<ChannelOrderers[]> =>
    Promise.all(
      network.channels.map(async (channel) => {
        const [here, elsewhere] = await Promise.all([
          ordererReports(network, organizationsFolder, channel),
          Promise.all(strangers.map((member) => newestOf(member, channel))),
        ]);
        return { channel, orderers: [...here, ...elsewhere] };
      }),
    );

  /** Asks until those that are waited for count and `also` holds; gives up when nothing changes with them any more. */
  async function unfitAfter({ whose, also = () => true, ...patience }: Wait): Promise<UnfitOrderer[] | 'silent'> {
    let [seen, moved] = ['', Date.now()];
    for (;;) {
      const now = await reports();
      const unfit = unfitOrderers(now).filter(({ organization }) => whose(organization));
      if (unfit.length === 0 && (await also(now))) return [];
      const next = JSON.stringify(unfit.map(({ organization, channel, height }) => [organization, channel, height]));
      if (next !== seen) [seen, moved] = [next, Date.now()];
      const { stallMilliseconds, laggingMilliseconds = stallMilliseconds } = patience;
      const isLagging = unfit.length > 0 && unfit.every(({ height }) => height !== undefined);
      const limit = isLagging ? laggingMilliseconds : stallMilliseconds;
      if (Date.now() - moved > limit) return unfit.length > 0 ? unfit : 'silent';
      await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
    }
  }

  const demand = (unfit: UnfitOrderer[] | 'silent', problem: string): void => {
    if (unfit === 'silent') throw new Error(`${problem}: it signs none of the newest blocks.`);
    if (unfit.length > 0) throw new Error(`${problem}:\n${renderUnfit(unfit, network)}`);
  };

  /** Refuses to take an orderer down or out while another one is down or behind. */
  async function demandOthers(name: string): Promise<void> {
    const unfit = await unfitAfter({
      whose: (each) => each !== name,
      stallMilliseconds: patienceMilliseconds.before,
      laggingMilliseconds: healedMilliseconds,
    });
    demand(
      unfit,
      `The orderer of ${name} must not stop now, because all others must be level. Bring these back, then run the command again`,
    );
  }

  /** Refuses to restart an orderer on which ordering hangs now; where nothing can be ordered anyhow, a restart may heal it. */
  async function demandDispensable(name: string): Promise<void> {
    const now = await reports();
    const { isThere, level, needed } = quorumWithout(name, now);
    const unfit = unfitOrderers(now);
    const counts = !unfit.some(({ organization }) => organization === name);
    if (isThere || !counts || level + 1 < needed) return;
    throw new Error(
      `The orderer of ${name} must not stop now: ${level} others are level, and ${needed} are needed to order. Bring these back first:\n${renderUnfit(unfit, network)}`,
    );
  }

  /** Waits until a restarted orderer is level with those that answer. */
  async function untilAnswering(name: string): Promise<void> {
    const unfit = await unfitAfter({
      whose: (each) => each === name,
      stallMilliseconds: patienceMilliseconds.restarted,
    });
    demand(unfit, `The orderer of ${name} does not come back`);
  }

  /** Refuses to bring an orderer back while the others are too few to order: from them it learns the chain. */
  async function demandQuorum(name: string): Promise<void> {
    const now = await reports();
    const { isThere, level, needed } = quorumWithout(name, now);
    if (isThere) return;
    const unfit = unfitOrderers(now).filter(({ organization }) => organization !== name);
    throw new Error(
      `Only ${level} other orderers are level, and ${needed} are needed to order. Bring these back first; if they are lost for good, all members must agree on how to go on (docs/operating/backup-and-restore.md):\n${renderUnfit(unfit, network)}`,
    );
  }

  /** Waits until every orderer is level: until then no other one may stop. */
  async function untilLevel(): Promise<void> {
    const unfit = await unfitAfter({ whose: () => true, stallMilliseconds: patienceMilliseconds.after });
    demand(unfit, 'Not all orderers are level, and no other one may stop before they are. Bring these back');
  }

  /** Waits until a restarted orderer is back: level, and signing blocks where there are new ones. */
  async function untilVoting(name: string): Promise<void> {
    const begun = highestOf(await reports());
    const started = Date.now();
    const own = members.filter(({ organization }) => organization.name === name).slice(0, 1);
    const votes = async (now: readonly ChannelOrderers[]) => {
      for (const { channel, orderers } of now) {
        const before = begun[channel] ?? 0;
        const { height = 0 } = orderers.find(({ organization }) => organization === name) ?? {};
        if (height <= before + 1) {
          if (Date.now() - started < voteMilliseconds) return false;
          continue;
        }
        const blocks = { first: Math.max(before, height - signedBlocksMax), last: height - 1 };
        for (const member of own) if (!(await hasSigned(member, channel, blocks).catch(() => false))) return false;
      }
      return true;
    };
    const unfit = await unfitAfter({
      whose: (each) => each === name,
      stallMilliseconds: patienceMilliseconds.after,
      also: votes,
    });
    demand(unfit, `The orderer of ${name} does not come back`);
  }

  /**
   * Waits until an orderer that began from an older ledger has what the others had. It may not notice that it is behind
   * before the votes on a next block: where nothing moves any more it is restarted once, and false says that it still
   * waits for that block.
   */
  async function untilCaughtUp(name: string, had: Heights, restart: () => Promise<void>): Promise<boolean> {
    const hasAll = (now: readonly ChannelOrderers[]) =>
      now.every(({ channel, orderers }) =>
        orderers.some(({ organization, height = 0 }) => organization === name && height >= (had[channel] ?? 0)),
      );
    const wait = { whose: (each: string) => each === name, also: hasAll };
    const first = await unfitAfter({ ...wait, stallMilliseconds: patienceMilliseconds.idle });
    if (first !== 'silent' && first.length === 0) return true;
    const silent = (unfit: typeof first) =>
      unfit === 'silent' ? [] : unfit.filter(({ height }) => height === undefined);
    // One that does not answer yet is still starting.
    if (silent(first).length === 0) await restart();
    const unfit = await unfitAfter({ ...wait, stallMilliseconds: patienceMilliseconds.restarted });
    demand(silent(unfit), `The orderer of ${name} does not come back`);
    return unfit !== 'silent' && unfit.length === 0;
  }

  /**
   * Waits until nothing that a lost orderer may have signed is still open: it must not vote again on what it no longer
   * knows of, or it would sign two blocks of one number. A block that was decided since answers for the one that was
   * open at the loss; where nothing is ordered, the others' timers have settled it or changed the leader by then.
   */
  async function untilDecided({ had, started }: { had: Heights; started: number }): Promise<void> {
    for (;;) {
      const now = highestOf(await reports());
      const isOpen = network.channels.some((channel) => (now[channel] ?? 0) <= (had[channel] ?? 0));
      if (!isOpen || performance.now() - started > quietMilliseconds) return;
      await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
    }
  }

  /** Refuses when a node's clock and ours are so far apart that new certificates would not be valid there. */
  async function demandClocks(): Promise<void> {
    const [asked] = await reports();
    const wrong = (asked?.orderers ?? []).flatMap(({ organization, clockSeconds = 0 }) =>
      clockSeconds > clockSecondsMax ? [`the orderer of ${organization} by ${Math.round(clockSeconds)} s`] : [],
    );
    if (wrong.length === 0) return;
    throw new Error(`Clocks differ from this machine's: ${wrong.join(', ')}. Set up chrony or ntpd, then try again.`);
  }

  const heights = async (): Promise<Heights> => highestOf(await reports());

  return {
    reports,
    heights,
    demandOthers,
    demandDispensable,
    demandQuorum,
    demandClocks,
    untilLevel,
    untilAnswering,
    untilVoting,
    untilCaughtUp,
    untilDecided,
  };
}

export type OrdererHealth = ReturnType<typeof ordererHealth>;

async function newestOf({ organization, orderer, admin }: Member, channel: string): Promise<OrdererReport> {
  const asked = orderer ? orderer.fetchBlock(admin, channel, 'newest') : Promise.reject(new Error('no orderer'));
  const { value, error } = await settle(asked);
  const number = value?.getHeader()?.getNumber();
  return { organization: organization.name, ...(number === undefined ? { error } : { height: number + 1 }) };
}
