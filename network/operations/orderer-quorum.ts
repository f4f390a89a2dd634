import type { Member } from '../native/members.ts';

const pauseMilliseconds = 250;
const idleMilliseconds = 12_000;
const silentMilliseconds = 60_000;
/** An orderer further behind than this is still catching up and counts as absent. */
const blocksBehindMax = 20;
// Twice what the others take at most to complain of a leader and to change it: 1 s + 3 s + 5 s.
const quietMilliseconds = 20_000;

/** Height of an orderer's ledger by channel; undefined when it does not answer. */
type Heights = Record<string, number>;

interface OrdererHeights {
  organization: string;
  heights?: Heights;
}

/** Asks the orderers among members for their newest blocks, as any member of the channels may. */
export function ordererHeights(members: readonly Member[], channels: readonly string[]): Promise<OrdererHeights[]> {
  return Promise.all(
    withOrderer(members).map(async ({ organization: { name: organization }, orderer, admin }) => {
      try {
        const entries = channels.map(async (channel) => {
          const newest = await orderer?.fetchBlock(admin, channel, 'newest');
          return [channel, (newest?.getHeader()?.getNumber() ?? -1) + 1] as const;
        });
        return { organization, heights: Object.fromEntries(await Promise.all(entries)) };
      } catch {
        return { organization };
      }
    }),
  );
}

/** The highest that any of some orderers is, by channel. */
export function highestOf(orderers: readonly OrdererHeights[]): Heights {
  const highest: Heights = {};
  for (const { heights = {} } of orderers) {
    for (const [channel, height] of Object.entries(heights)) {
      highest[channel] = Math.max(highest[channel] ?? 0, height);
    }
  }
  return highest;
}

/** Refuses to take an orderer down while another one is down or behind: BFT with four of them bears one, not two. */
export async function demandOthers(
  others: readonly Member[],
  channels: readonly string[],
  name: string,
): Promise<void> {
  const asked = await ordererHeights(others, channels);
  const highest = highestOf(asked);
  const missing = asked.filter(
    ({ heights }) => !heights || channels.some((each) => (highest[each] ?? 0) - (heights[each] ?? 0) > blocksBehindMax),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ organization, heights }) => `${organization} (${heights ? 'behind' : 'no answer'})`);
  throw new Error(
    `The orderer of ${name} must not stop now: of the others, ${names.join(', ')} would be missing too. Bring those back first: npm run network -- status`,
  );
}

/** Refuses to bring an orderer back while the others are too few to order: from them it learns the chain. */
export async function demandQuorum(others: readonly Member[], channels: readonly string[]): Promise<void> {
  const asked = await ordererHeights(others, channels);
  const all = asked.length + 1;
  const quorum = Math.ceil((all + Math.floor((all - 1) / 3) + 1) / 2);
  const answering = asked.filter(({ heights }) => heights).length;
  if (answering >= quorum) return;
  throw new Error(
    `Only ${answering} other orderers answer, and ${quorum} are needed to order. Bring those back first; if they are lost for good, all members must agree on how to go on: docs/operating/backup-and-restore.md`,
  );
}

/**
 * Waits until an orderer has what the others have: until then no other one may stop. False when nothing moves any more:
 * an orderer notices that it is behind by the votes on the next block, so on an idle network it waits for that.
 */
export async function untilLevel(
  own: Member,
  others: readonly Member[],
  channels: readonly string[],
): Promise<boolean> {
  let [seen, moved] = ['', Date.now()];
  for (;;) {
    const highest = highestOf(await ordererHeights(others, channels));
    const [reached] = await ordererHeights([own], channels);
    if (channels.every((channel) => (reached?.heights?.[channel] ?? 0) >= (highest[channel] ?? 0))) return true;
    const now = JSON.stringify([highest, reached]);
    if (now !== seen) [seen, moved] = [now, Date.now()];
    if (reached?.heights && Date.now() - moved > idleMilliseconds) return false;
    if (Date.now() - moved > silentMilliseconds) {
      throw new Error(
        `The orderer of ${own.organization.name} does not answer. Its log: npm run network -- logs orderer-${own.organization.name}`,
      );
    }
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
}

/**
 * Waits until nothing that a lost orderer may have signed is still open: it must not vote again on what it no longer
 * knows of, or it would sign two blocks of one number. A block that was decided since answers for the one that was open
 * at the loss; where nothing is ordered, the others' timers have settled it or changed the leader by then.
 */
export async function untilDecided(
  others: readonly Member[],
  channels: readonly string[],
  { atStart, started }: { atStart: Heights; started: number },
): Promise<void> {
  for (;;) {
    const heights = highestOf(await ordererHeights(others, channels));
    const isOpen = channels.some((channel) => (heights[channel] ?? 0) <= (atStart[channel] ?? 0));
    if (!isOpen || performance.now() - started > quietMilliseconds) return;
    await new Promise((wake) => setTimeout(wake, pauseMilliseconds));
  }
}

const withOrderer = (members: readonly Member[]) => members.filter(({ orderer }) => orderer !== undefined);
