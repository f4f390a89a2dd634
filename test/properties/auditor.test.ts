import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import * as fc from 'fast-check';
import { audit } from '../auditor/audit.ts';
import { LedgerReplay } from '../auditor/ledger-replay.ts';
import { AuditedWorld, batchRows, blocksOf } from './audited-world.ts';
import { type Command, commands } from './commands.ts';
import type { DraftOperation } from './drafts.ts';

async function runAudited(steps: readonly Command[]): Promise<AuditedWorld> {
  const audited = new AuditedWorld();
  await audited.prepare();
  for (const step of steps) {
    await audited.run(step);
    expect(await audited.findProblems()).toEqual([]);
  }
  return audited;
}

/** What an auditor finds who has the blocks alone. */
function replayProblems(audited: AuditedWorld): readonly string[] {
  const replay = new LedgerReplay();
  for (const block of blocksOf(audited)) replay.addBlock(block);
  return replay.finish();
}

/** Every committed row of every namespace. */
const stateOf = ({ world }: AuditedWorld) =>
  ['cedar', 'maple', 'pine', 'willow', 'centralbank', 'consortium'].map((name) => [...world.ledger.state(name)].sort());

describe('random operations of four banks and a central bank', () => {
  test('end as the auditor predicts, and every rule holds after every batch', async () => {
    const property = fc.asyncProperty(commands, async (steps) => {
      const audited = await runAudited(steps);
      expect(audit(batchRows(audited.world), { settlements: audited.settlements })).toEqual([]);
      expect(replayProblems(audited)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 25_000 });
  });

  test('give the same state, byte for byte, when they are replayed', async () => {
    const property = fc.asyncProperty(commands, async (steps) => {
      const [first, second] = [await runAudited(steps), await runAudited(steps)];
      expect(stateOf(second)).toEqual(stateOf(first));
    });
    await fc.assert(property, { numRuns: 4, interruptAfterTimeLimit: 25_000 });
  });

  test('happen once only: sent again, what was accepted replays and changes nothing', async () => {
    const property = fc.asyncProperty(commands, async (steps) => {
      const audited = await runAudited(steps);
      const before = stateOf(audited);
      for (const { lane, entries } of batchRows(audited.world)) {
        for (const entry of entries) {
          const { operation, request, caller } = entry;
          if (entry.outcome !== 'accepted' || !HAS_ID.has(operation) || request.linked === true) continue;
          const again = { operation, request, caller } as BatchOperation;
          const { response } = await audited.world.ledger.submit(lane, [again]);
          expect(response.results[0]).toMatchObject({ outcome: 'replayed', result: entry.result });
        }
      }
      expect(stateOf(audited)).toEqual(before);
    });
    await fc.assert(property, { numRuns: 4, interruptAfterTimeLimit: 25_000 });
  });
});

test('a row of three hundred refunds is received in parts, each once', async () => {
  const audited = new AuditedWorld();
  await audited.prepare();
  const send = (lane: string, operations: readonly DraftOperation[]) =>
    audited.run({ kind: 'batch', lane, operations });
  const cny = (amount: string) => ({ amount, currency: 'CNY' });
  const legs = { debtorAccount: 'cedar-a', creditorAccount: 'maple-a', amount: cny('1') };
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  const receive = (from: string) => [{ operation: 'payments:receive', request: { from } }];

  const issue = { operationId: 'more', bank: 'cedar', amount: cny('5000') };
  await send('centralbank', [{ operation: 'settlement:issue', request: issue }]);
  const deposit = { depositId: 'more', accountId: 'cedar-a', amount: cny('3000') };
  await send('cedar', [{ operation: 'accounts:deposit', request: deposit }]);
  const payments = numbers.map((number) => ({ paymentId: `many-${number}`, ...legs }));
  await send(
    'cedar',
    payments.map((request) => ({ operation: 'payments:sendPayment', request })),
  );
  await send('maple', receive('cedar'));
  const refunds = numbers.map((pickPayment) => ({ refundId: `back-${pickPayment}`, pickPayment }));
  await send(
    'maple',
    refunds.map((request) => ({ operation: 'payments:refundPayment', request })),
  );
  expect(audited.seen.get('accepted')).toBeGreaterThan(600);

  await send('cedar', receive('maple'));
  expect(audited.model.banks.get('cedar')?.inboxPart.get('maple')).toBe(256);
  expect(await audited.findProblems()).toEqual([]);
  await audited.run({ kind: 'restart' });
  await send('cedar', receive('maple'));
  expect(audited.model.banks.get('cedar')?.inbox.get('maple')).toBe(1);
  expect([...(await audited.findProblems()), ...replayProblems(audited)]).toEqual([]);
}, 120_000);

const HAS_ID = new Set([
  'accounts:openAccount',
  'accounts:deposit',
  'accounts:withdraw',
  'accounts:setSigningKeys',
  'payments:sendPayment',
  'payments:holdFunds',
  'payments:postHold',
  'payments:voidHold',
  'payments:refundPayment',
  'payments:reversePayment',
  'settlement:issue',
  'settlement:withdraw',
]);
