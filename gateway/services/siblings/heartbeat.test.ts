import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../testing/memory-gateways.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import type { SiblingLink } from './sibling-link.ts';

type Behaviour = 'answers' | 'silent' | 'refuses';

function startAgainst(sibling: { behaviour: Behaviour }): Heartbeat & { problems: string[] } {
  const link: SiblingLink = {
    url: 'http://sibling.test',
    call: async (_message, { signal }) => {
      if (sibling.behaviour === 'refuses') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      if (sibling.behaviour === 'answers') return JSON.stringify({ holder: 'sibling-1', lanes: {} });
      await sleep(60_000, undefined, { signal });
      throw new Error('nobody waits so long');
    },
    close: () => undefined,
  };
  const problems: string[] = [];
  const onProblem = (message: string) => void problems.push(message);
  const heartbeat = startHeartbeat({ link, now: Date.now, onChange: () => undefined, onProblem });
  return { ...heartbeat, problems };
}

const sinceOf = (heartbeat: Heartbeat): number => {
  const state = heartbeat.state();
  return state.kind === 'gone' ? state.since : Number.NaN;
};

describe('the heartbeat of a sibling', () => {
  const sibling = { behaviour: 'answers' as Behaviour };
  let heartbeat: ReturnType<typeof startAgainst>;
  beforeEach(() => {
    sibling.behaviour = 'answers';
    heartbeat = startAgainst(sibling);
  });
  afterEach(() => heartbeat.stop());

  test('tells that it lives, that it is silent, and that it lives again', async () => {
    await eventually('alive', () => heartbeat.state().kind === 'alive');
    sibling.behaviour = 'silent';
    await eventually('gone', () => heartbeat.state().kind === 'gone');
    sibling.behaviour = 'answers';
    await eventually('alive again', () => heartbeat.state().kind === 'alive');
    expect(heartbeat.problems).toEqual([]);
  });

  test('a silence keeps its time, for the sibling may write on; a refusing port ends that', async () => {
    await eventually('alive', () => heartbeat.state().kind === 'alive');
    sibling.behaviour = 'silent';
    await eventually('gone', () => heartbeat.state().kind === 'gone');
    const silentSince = sinceOf(heartbeat);
    await sleep(300);
    expect(sinceOf(heartbeat)).toBe(silentSince);

    const refusedFrom = Date.now();
    sibling.behaviour = 'refuses';
    await eventually('refused', () => sinceOf(heartbeat) >= refusedFrom);
    expect(await heartbeat.fresh()).toMatchObject({ kind: 'gone' });
  });
});
