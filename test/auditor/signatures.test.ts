import { decodeSegment, encodeSegment } from '@tangram/chaincode/core/book/segment-codec.ts';
import { AuditedWorld, blocksOf } from '../properties/audited-world.ts';
import { KEY_SETS } from '../properties/signed-drafts.ts';
import type { TransactionWrites } from './block-writes.ts';
import { LedgerReplay } from './ledger-replay.ts';

const ACCOUNT = 'cedar-gl';
const [keys, others] = KEY_SETS;

/** An account with a key in the part of the book that is saved first, and payments until it is saved. */
async function signedLedger(): Promise<readonly TransactionWrites[]> {
  const audited = new AuditedWorld();
  await audited.prepare();
  const change = { changeId: 'k1', accountId: ACCOUNT, keys };
  const payment = (paymentId: string, debtorAccount: string, creditorAccount: string) => ({
    operation: 'payments:sendPayment',
    request: { paymentId, debtorAccount, creditorAccount, amount: { amount: '5', currency: 'CNY' }, sign: 'properly' },
  });
  const operations = [payment('p0', 'cedar-a', ACCOUNT), { operation: 'accounts:setSigningKeys', request: change }];
  await audited.run({ kind: 'batch', lane: 'cedar', operations });
  await audited.run({ kind: 'batch', lane: 'cedar', operations: [payment('p1', ACCOUNT, 'maple-a')] });
  for (const number of [1, 2, 3]) await audited.run({ kind: 'busy', lane: 'cedar', number });
  expect(await audited.findProblems()).toEqual([]);
  expect(audited.seen.get('accepted')).toBeGreaterThan(70);
  return audited.transactions;
}

function replay(transactions: readonly TransactionWrites[]): readonly string[] {
  const ledger = new LedgerReplay();
  for (const block of blocksOf({ transactions: [...transactions] })) ledger.addBlock(block);
  return ledger.finish();
}

describe('signatures before the auditor', () => {
  let honest: readonly TransactionWrites[];
  beforeAll(async () => {
    honest = await signedLedger();
  });

  test('are good on an honest ledger', () => {
    expect(replay(honest)).toEqual([]);
  });

  test.each([
    { name: 'another key', forged: others?.map((key) => ({ ...key, keyId: '0'.repeat(16) })) },
    { name: 'no key', forged: undefined },
  ])('a saved part of the book with $name in the place of the customer’s is found', ({ forged }) => {
    let count = 0;
    const transactions = honest.map((transaction) => ({
      ...transaction,
      writes: transaction.writes.map((write) => {
        if (!write.key.startsWith('lane/0/segment/') || write.namespace !== 'cedar') return write;
        const { sequence, holdings } = decodeSegment(write.value);
        const changed = holdings.map(({ keys: own, ...holding }) => {
          if (own === undefined) return holding;
          count += 1;
          return { ...holding, ...(forged && { keys: forged as typeof own }) };
        });
        return { ...write, value: encodeSegment('cedar', sequence, changed) };
      }),
    }));
    expect(count).toBeGreaterThan(0);
    expect(replay(transactions).join()).toContain(`${ACCOUNT} has other signing keys than it was given`);
  });
});
