import { BANKS_KEY } from '../core/banks.ts';
import type { Ledger } from '../core/ledger.ts';
import { findScore } from './proven-decision.ts';

test('a scorer that is no bank is called by no one, because an absent chaincode would abort the whole batch', () => {
  const called: string[] = [];
  const registry = { banks: [{ bank: 'maple', status: 'MEMBER' }] };
  const ledger = {
    namespace: 'cedar',
    readFrom: (namespace: string, keys: readonly string[]) => {
      called.push(namespace);
      return keys.map((key) => (key === BANKS_KEY ? registry : undefined));
    },
  } as unknown as Ledger;

  expect(findScore(ledger, { scoredBy: 'nobank', scoreId: 's1' })).toBeUndefined();
  expect(findScore(ledger, { scoredBy: 'consortium', scoreId: 's1' })).toBeUndefined();
  expect([...new Set(called)]).toEqual(['consortium']);
  expect(findScore(ledger, { scoredBy: 'maple', scoreId: 's1' })).toBeUndefined();
  expect(called.at(-1)).toBe('maple');
});
