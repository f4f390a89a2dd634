import { type ChannelOrderers, quorumWithout, unfitOrderers } from './orderer-level.ts';

const tenSeconds = 10_000;
/** Longer than a restarted or resumed orderer needs to see that it is behind, and than any change of leaders takes. */
const standstillMilliseconds = 30_000;
/** Time to start and catch up before the same orderer is judged anew. */
const restMilliseconds = 120_000;

/** An orderer that lags on a channel, and since when at this height. */
interface Standing {
  organization: string;
  height: number;
  since: number;
}

interface OrdererWatch {
  /** What all orderers say of themselves, for each channel. */
  reports(): Promise<ChannelOrderers[]>;
  /** Organisations whose orderers run here and are up. */
  isOurs(organization: string): boolean;
  restart(organization: string): Promise<void>;
  /** Without an organisation it is about all orderers. */
  say(organization: string | undefined, what: string): void;
  /** Milliseconds of a clock that never goes back. */
  now?(): number;
  askMilliseconds?: number;
}

/**
 * Which orderer stands still behind the others, so that only a restart brings it back: after a change of leaders under
 * load one may wait for ever in a view of its own, answers everybody and votes no more, and the next loss stops
 * ordering. One that is silent, that moves, or without which none could be ordered is left alone.
 */
export function createStandstill(): (asked: readonly ChannelOrderers[], now: number) => string | undefined {
  let lagging = new Map<string, Standing>();
  return (asked, now) => {
    const before = lagging;
    lagging = new Map();
    for (const { organization, channel, height } of unfitOrderers(asked)) {
      // Silence is no standstill: it may be starting, stopped or cut off, and is judged anew when it answers.
      if (height === undefined) continue;
      const key = `${channel}/${organization}`;
      const known = before.get(key);
      lagging.set(key, known?.height === height ? known : { organization, height, since: now });
    }
    const stuck = [...lagging.values()].find(
      ({ organization, since }) => now - since >= standstillMilliseconds && quorumWithout(organization, asked).isThere,
    );
    return stuck?.organization;
  };
}

/** Restarts orderers of this machine that stand still behind the others, one at a time; returns what ends the watch. */
export function watchOrderers(watch: OrdererWatch): () => void {
  const { reports, isOurs, restart, say, now = () => performance.now(), askMilliseconds = tenSeconds } = watch;
  const standstill = createStandstill();
  const restartedAt = new Map<string, number>();
  let trouble: string | undefined;
  let timer: NodeJS.Timeout;
  let isOver = false;

  async function look(): Promise<void> {
    const asked = await reports();
    const at = now();
    const name = standstill(asked, at);
    if (isOver || name === undefined || !isOurs(name)) return;
    if (at - (restartedAt.get(name) ?? Number.NEGATIVE_INFINITY) < restMilliseconds) return;
    restartedAt.set(name, at);
    say(name, `stood still behind the others for ${standstillMilliseconds / 1000} s; restarting it`);
    await restart(name);
  }

  const next = () => {
    timer = setTimeout(async () => {
      try {
        await look();
        trouble = undefined;
      } catch (error) {
        const { message } = error as Error;
        // The same trouble at every look is said once.
        if (message !== trouble) say(undefined, `could not be looked after: ${message}`);
        trouble = message;
      }
      if (!isOver) next();
    }, askMilliseconds);
    timer.unref();
  };
  next();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
