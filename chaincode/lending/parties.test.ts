import type { Ledger } from '../core/ledger.ts';
import { isPast } from './parties.ts';

describe('an instant of expiry', () => {
  test.each([
    { instant: '2026-01-05T09:00:00Z', now: '2026-01-05T08:59:59.999Z', isOver: false },
    { instant: '2026-01-05T09:00:00Z', now: '2026-01-05T09:00:00.000Z', isOver: true },
    { instant: '2026-01-05T09:00:00Z', now: '2026-01-05T09:00:00.001Z', isOver: true },
    { instant: '2026-01-05T09:00:00.500Z', now: '2026-01-05T09:00:00.499Z', isOver: false },
    { instant: '2026-01-05T09:00:00.500Z', now: '2026-01-05T09:00:00.500Z', isOver: true },
    { instant: '2026-01-05T09:00:00.500Z', now: '2026-01-05T09:00:00.501Z', isOver: true },
  ])('$instant is over at $now: $isOver', ({ instant, now, isOver }) => {
    expect(isPast({ now } as Ledger, instant)).toBe(isOver);
  });
});
