import { createLatency } from '../../fabric/latency.ts';
import type { SiblingLink } from './sibling-link.ts';
import { SiblingRefusal } from './sibling-link.ts';

/** What a gateway says of itself. */
export interface Pulse {
  /** Identifies the process, as on the ledger. */
  holder: string;
  lanes: Record<string, { holds: boolean; epoch: number }>;
}

export type SiblingState =
  /** Not asked yet. */
  | { kind: 'unknown' }
  | { kind: 'alive'; pulse: Pulse }
  /** Nothing listens there, it is stopping, or it stays silent. */
  | { kind: 'gone'; since: number }
  /** Something answers that is not, or does not know us as, a gateway of this organisation. */
  | { kind: 'foreign' };

export interface Heartbeat {
  state(): SiblingState;
  /** The state by a question that was put after this call. */
  fresh(): Promise<SiblingState>;
  stop(): void;
}

export interface HeartbeatOptions {
  link: SiblingLink;
  now(): number;
  onChange(state: SiblingState): void;
  onProblem(message: string, error?: unknown): void;
}

const TICK_MILLISECONDS = 50;
const ASK_MILLISECONDS = 100;
const SILENCE_MILLISECONDS = { least: 400, most: 1_600 };
const PATIENCE_FACTOR_MAX = 4;
const FIRST_PATIENCE_MILLISECONDS = 1_500;
/** A question that hangs in a dead connection is put again in a new one. */
const GIVE_UP_MILLISECONDS = 2_000;
/** Who answers so soon after it was given up was slow, not gone. */
const FALSE_ALARM_MILLISECONDS = 2_000;
const FORGIVE_MILLISECONDS = 60_000;
const NOBODY_THERE = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENOTFOUND'],
]);

/**
 * Asks one sibling ten times a second how it is. It is gone at once when its port refuses, and after a silence of
 * 400 ms or three times what answers usually take. Silence is counted in ticks of this process, so that a pause of its
 * own (SIGCONT after SIGSTOP, a busy processor) is not taken for the other's; each false alarm doubles the patience for
 * a minute.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { link, now, onChange, onProblem } = options;
  let state: SiblingState = { kind: 'unknown' };
  let asking: { controller: AbortController; silentFor: number; number: number } | undefined;
  let asked = 0;
  let askedAt = 0;
  const latency = createLatency(SILENCE_MILLISECONDS);
  let factor = 1;
  let alarmedAt = Number.NEGATIVE_INFINITY;
  let waiting: { from: number; resolve: (state: SiblingState) => void }[] = [];

  function become(next: SiblingState): void {
    state = next;
    const answered = asking?.number ?? asked;
    const done = waiting.filter(({ from }) => next.kind === 'gone' || from <= answered);
    waiting = waiting.filter((entry) => !done.includes(entry));
    for (const { resolve } of done) resolve(next);
    onChange(next);
  }

  function beGone(isAlarm: boolean): void {
    if (isAlarm) alarmedAt = performance.now();
    if (state.kind !== 'gone') become({ kind: 'gone', since: now() });
  }

  async function ask(): Promise<void> {
    const controller = new AbortController();
    asked += 1;
    askedAt = performance.now();
    asking = { controller, silentFor: 0, number: asked };
    const message = { path: '/internal/siblings/pulse', purpose: 'pulse', body: '{}' };
    try {
      const text = await link.call(message, { signal: controller.signal }).catch((error: Error & { code?: string }) => {
        // A kept connection may break although the other lives: only a new one tells.
        if (error instanceof SiblingRefusal || controller.signal.aborted || error.code === 'ECONNREFUSED') throw error;
        return link.call(message, { signal: controller.signal, fresh: true });
      });
      latency.record(performance.now() - askedAt);
      beAlive(JSON.parse(text) as Pulse);
    } catch (error) {
      if (!controller.signal.aborted) beRefused(error as Error & { code?: string });
    } finally {
      if (asking?.controller === controller) asking = undefined;
      if (waiting.length > 0 && !isStopped) void ask();
    }
  }

  function beAlive(pulse: Pulse): void {
    const sinceAlarm = performance.now() - alarmedAt;
    if (state.kind === 'gone' && sinceAlarm < FALSE_ALARM_MILLISECONDS) {
      factor = Math.min(factor * 2, PATIENCE_FACTOR_MAX);
    } else if (sinceAlarm > FORGIVE_MILLISECONDS) {
      factor = 1;
    }
    become({ kind: 'alive', pulse });
  }

  function beRefused(error: Error & { code?: string }): void {
    const isStopping = error instanceof SiblingRefusal && error.status === 503;
    if (NOBODY_THERE.has(error.code ?? '') || isStopping) {
      beGone(false);
      // What it wrote after a silence that was no end, it wrote before its port refused: nobody writes any more.
      if (error.code === 'ECONNREFUSED') state = { kind: 'gone', since: now() };
      return;
    }
    if (state.kind !== 'foreign') onProblem(`${link.url} does not answer as a sibling`, error);
    become({ kind: 'foreign' });
  }

  let isStopped = false;
  const timer = setInterval(() => {
    if (!asking) {
      if (performance.now() - askedAt >= ASK_MILLISECONDS) void ask();
      return;
    }
    asking.silentFor += TICK_MILLISECONDS;
    // Before the first answer nothing is known of how slow the sibling is, and whoever has just started is in no hurry.
    const patience = state.kind === 'unknown' ? FIRST_PATIENCE_MILLISECONDS : factor * latency.patience();
    if (asking.silentFor >= patience) beGone(true);
    if (asking.silentFor >= GIVE_UP_MILLISECONDS) asking.controller.abort();
  }, TICK_MILLISECONDS);
  void ask();

  return {
    state: () => state,
    fresh: () => {
      if (state.kind === 'gone') return Promise.resolve(state);
      const { promise, resolve } = Promise.withResolvers<SiblingState>();
      waiting.push({ from: asked + 1, resolve });
      if (!asking) void ask();
      return promise;
    },
    stop: () => {
      isStopped = true;
      clearInterval(timer);
      asking?.controller.abort();
      for (const { resolve } of waiting) resolve(state);
    },
  };
}
