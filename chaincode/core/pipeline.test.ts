import fc from 'fast-check';
import { jarOperations } from '../testing/jar-operations.ts';
import type { BatchOperation, OperationOutcome } from './batch.ts';
import { MemoryLedger } from './memory-ledger.ts';

const caller = { kind: 'operator', ref: '' } as const;

interface Move {
  readonly id: number;
  readonly jar: string;
  readonly beans: number;
  readonly linked: boolean;
}

const move = fc.record({
  id: fc.integer({ min: 0, max: 40 }),
  jar: fc.constantFrom('red', 'blue', 'green'),
  beans: fc.integer({ min: -6, max: 8 }),
  linked: fc.boolean(),
});
const moves = fc.array(move, { minLength: 1, maxLength: 60, size: 'max' });

const operationOf = ({ id, jar, beans, linked }: Move): BatchOperation => ({
  operation: 'jars:moveBeans',
  caller,
  request: { moveId: `m${id}`, jar, beans },
  ...(linked ? { linked } : {}),
});

/** What the pipeline leaves behind, without the evidence and where it stands. */
function effectsOf(ledger: MemoryLedger): object {
  const rows = [...ledger.state('cedar').keys()].map((key) => [key, ledger.row('cedar', key)] as const);
  const items = rows
    .filter(([key]) => key.startsWith('lane/0/outbox/'))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    jars: Object.fromEntries(rows.filter(([key]) => key.startsWith('jar/'))),
    sent: items.flatMap(([, row]) => row.items),
    counters: ledger.row('cedar', 'lane/0/head')?.counters,
    ids: rows
      .filter(([key]) => key.startsWith('ids/'))
      .flatMap(([, page]) => Object.keys(page.entries ?? {}))
      .sort(),
  };
}

/** A second, independent telling of the rules: single moves only, one after the other. */
function expectedOutcomes(list: readonly Move[]): string[] {
  const jars = new Map<string, number>();
  const accepted = new Map<number, Move>();
  return list.map((each) => {
    const first = accepted.get(each.id);
    if (first !== undefined) {
      const isSame = first.jar === each.jar && first.beans === each.beans;
      return isSame ? 'replayed' : 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD';
    }
    const beans = (jars.get(each.jar) ?? 0) + each.beans;
    if (beans < 0) return 'JARS_JAR_EMPTY';
    jars.set(each.jar, beans);
    accepted.set(each.id, each);
    return 'accepted';
  });
}

const codeOf = (result: OperationOutcome) => (result.outcome === 'refused' ? result.code : result.outcome);

async function submitInBatches(ledger: MemoryLedger, list: readonly Move[], size: number): Promise<string[]> {
  const codes: string[] = [];
  for (let start = 0; start < list.length; start += size) {
    const { response } = await ledger.submit('cedar', list.slice(start, start + size).map(operationOf));
    codes.push(...response.results.map(codeOf));
  }
  return codes;
}

describe('the pipeline', () => {
  test('judges every operation as if it stood alone, however they are cut into batches', async () => {
    const property = fc.asyncProperty(moves, fc.integer({ min: 1, max: 60 }), async (list, size) => {
      const single = list.map((each) => ({ ...each, linked: false }));
      const ledger = new MemoryLedger(jarOperations);
      expect(await submitInBatches(ledger, single, size)).toEqual(expectedOutcomes(single));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('leaves the effects of the accepted operations and nothing else', async () => {
    const property = fc.asyncProperty(moves, fc.integer({ min: 1, max: 60 }), async (list, size) => {
      const ledger = new MemoryLedger(jarOperations);
      const codes = await submitInBatches(ledger, list, size);
      const clean = new MemoryLedger(jarOperations);
      const accepted = list
        .filter((_, index) => codes[index] === 'accepted')
        .map((each) => ({ ...each, linked: false }));
      const again = accepted.length === 0 ? [] : await submitInBatches(clean, accepted, accepted.length);
      expect(again).toEqual(accepted.map(() => 'accepted'));
      expect(effectsOf(ledger)).toEqual(effectsOf(clean));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('accepts all of a chain or none, and replays what it accepted', async () => {
    const property = fc.asyncProperty(moves, async (list) => {
      const ledger = new MemoryLedger(jarOperations);
      const operations = list.map(operationOf);
      const codes = (await ledger.submit('cedar', operations)).response.results.map(codeOf);
      let chain: string[] = [];
      for (const [index, { linked }] of list.entries()) {
        chain.push(codes[index] as string);
        if (linked && index < list.length - 1) continue;
        const isAccepted = chain.map((code) => code === 'accepted' || code === 'replayed');
        const isPartlyReplayed = chain.includes('LANE_CHAIN_PARTLY_REPLAYED');
        expect(isPartlyReplayed ? !chain.includes('accepted') : new Set(isAccepted).size === 1).toBe(true);
        chain = [];
      }
      const single = list.filter((_, index) => codes[index] === 'accepted').map((each) => ({ ...each, linked: false }));
      if (single.length === 0) return;
      const again = await ledger.submit('cedar', single.map(operationOf));
      expect(again.response.results.map(codeOf)).toEqual(single.map(() => 'replayed'));
      expect(again.writes.size).toBe(0);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
