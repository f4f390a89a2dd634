import type { Ledger } from '../core/ledger.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CNY } from '../testing/world.ts';
import { applySettlement } from './apply-settlement.ts';

const signed = {
  settlementId: 's1',
  debtorBank: 'cedar',
  creditorBank: 'maple',
  currency: 'CNY',
  debtorSequence: 1,
  creditorSequence: 1,
};
const request = {
  settlementId: 's1',
  side: 'debtor' as const,
  counterparty: 'maple',
  amount: CNY(5),
  settledBefore: '0',
};

// Honest chaincode at the central bank never asks for anything else, so a proposal signed for another pair can only be
// shown to the operation itself.
const ledgerOf = (namespace: string, argument: object) =>
  ({
    namespace,
    entryPoint: () => ({
      chaincode: 'centralbank',
      operation: 'settlement:settlePair',
      argument: JSON.stringify(argument),
    }),
  }) as unknown as Ledger;

test.each([
  ['another settlement', { settlementId: 's2' }],
  ['another debtor', { debtorBank: 'pine' }],
  ['another creditor', { creditorBank: 'pine' }],
  ['another currency', { currency: 'USD' }],
])('applySettlement refuses a proposal that was signed for %s', async (_, change) => {
  const apply = async () => applySettlement(ledgerOf('cedar', { ...signed, ...change }), request);
  const refusal = await refusalOf(apply());
  expect(refusal).toEqual({ code: 'SETTLEMENT_NOT_SIGNED_FOR', params: { settlementId: 's1' } });
});
