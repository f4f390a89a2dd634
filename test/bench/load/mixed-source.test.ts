import { createMixedSource } from './mixed-source.ts';
import { noFigures, type Traffic } from './protocol.ts';

const traffic: Traffic = {
  bank: 'cedar',
  banks: ['cedar', 'maple'],
  accountsPerBank: 1_000,
  choice: { kind: 'uniform' },
  crossShare: 0.75,
  repeatedShare: 0,
  uncoveredShare: 0,
  mixed: { accounts: 0.05, holds: 0.15, reversals: 0.05 },
};

test('a mixed load holds as much of each operation as its bench says', () => {
  const source = createMixedSource(traffic);
  const counts = new Map<string, number>();
  for (let count = 0; count < 20_000; count += 1) {
    const draft = source.next();
    counts.set(draft.operation, (counts.get(draft.operation) ?? 0) + 1);
    draft.settle({ kind: 'accepted' }, noFigures());
  }
  const shareOf = (...operations: string[]) =>
    operations.reduce((sum, operation) => sum + (counts.get(operation) ?? 0), 0) / 20_000;

  expect(shareOf('accounts:openAccount')).toBeCloseTo(0.05, 1.7);
  expect(shareOf('payments:sendPayment')).toBeCloseTo(0.75, 1.7);
  expect(shareOf('payments:holdFunds', 'payments:postHold')).toBeCloseTo(0.15, 1.7);
  expect(shareOf('payments:reversePayment')).toBeCloseTo(0.05, 1.7);
});
