import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import * as fc from 'fast-check';
import { audit } from '../auditor/audit.ts';
import { LedgerReplay } from '../auditor/ledger-replay.ts';
import { AuditedWorld, batchRows, blocksOf } from './audited-world.ts';
import { type Command, commands } from './commands.ts';

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
