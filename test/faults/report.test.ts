import type { Delivery } from './deliveries.ts';
import { type Fault, faults } from './faults.ts';
import { type Episode, printRows, reportRows } from './report.ts';

const calm = { from: 0, to: 1_000 };
const span = { from: 1_000, to: 4_000 };
const peerKill = faults.find(({ name }) => name === 'peer-kill') as Fault;
const episode: Episode = { fault: peerKill, target: 'peer maple', bank: 'maple', calm, span, backMilliseconds: 2_000 };

const every = (milliseconds: number, except: { from: number; to: number } = { from: 0, to: 0 }) =>
  Array.from({ length: 50 }, (_, index) => index * milliseconds).filter((at) => at < except.from || at >= except.to);
const times = {
  cedar: every(100),
  maple: every(100, { from: 1_100, to: 3_200 }),
  pine: every(100, { from: 2_000, to: 2_700 }),
  willow: every(100),
};
const load = { times, problems: [{ at: 1_500, bank: 'maple', code: 'GATEWAY_X', isAmbiguous: false }], doubts: [] };
const deliveriesTo = (banks: string[], at: number): Delivery[] => banks.map((to) => ({ at, from: 'cedar', to }));

describe('reportRows', () => {
  test('lets the bank that was hit wait for its restart and one batch, and the others half a second', () => {
    const { gaps } = reportRows(episode, { load, deliveries: [], twofold: new Set<string>() });

    expect(gaps.map(({ bank, gap, aim, verdict }) => ({ bank, gap, aim, verdict }))).toEqual([
      { bank: 'cedar', gap: 100, aim: 500, verdict: 'met' },
      { bank: 'maple', gap: 2_200, aim: 2_100, verdict: 'missed' },
      { bank: 'pine', gap: 800, aim: 500, verdict: 'missed' },
      { bank: 'willow', gap: 100, aim: 500, verdict: 'met' },
    ]);
  });

  test('gives the bank that was hit no more time than the others where it has two of each', () => {
    const { gaps } = reportRows(episode, { load, deliveries: [], twofold: new Set(['maple']) });

    expect(gaps[1]).toMatchObject({ bank: 'maple', isHit: true, aim: 500, verdict: 'missed' });
  });

  test.each([
    { what: 'each other bank received', to: ['pine', 'willow'], from: 'cedar', isMoving: true },
    { what: 'one received nothing', to: ['pine'], from: 'cedar', isMoving: false },
    { what: 'they received from the bank that was hit alone', to: ['pine', 'willow'], from: 'maple', isMoving: false },
  ])('tells whether inboxes move where $what', ({ to, from, isMoving }) => {
    const toCedar = { at: 2_000, from: 'pine', to: 'cedar' };
    const deliveries = [...deliveriesTo(to, 1_500).map((each) => ({ ...each, from })), toCedar];

    expect(reportRows(episode, { load, deliveries, twofold: new Set<string>() }).deliveries.isMoving).toBe(isMoving);
  });
});

describe('printRows', () => {
  test('prints gaps with their aims and what clients saw', () => {
    const text = printRows([reportRows(episode, { load, deliveries: [], twofold: new Set<string>() })]);

    expect(text).toContain('| *0.10 s, 2.20 s (2.10 s missed) |');
    expect(text).toContain('| GATEWAY_X 1 ');
    expect(text).toContain('STOPPED, 0');
  });
});
