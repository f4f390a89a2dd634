import { World } from '@tangram/chaincode/testing/world.ts';
import { batchRows } from '../properties/audited-world.ts';
import { audit } from './audit.ts';
import type { AuditedBatch } from './auditor.ts';
import { customers, dueFrom, dueTo } from './invariants.ts';
import { sortedJson } from './run-batch.ts';

let rows: any[];
let settlements: any[];
beforeAll(async () => {
  const world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
  await world.pay(['cedar-ann', 'cedar-ben'], 100, 'p1');
  await world.pay(['cedar-ann', 'maple-cid'], 300, 'p2');
  await world.deliver('cedar', 'maple');
  const { response } = await world.settle('cedar', 'maple');
  settlements = [response];
  await world.pay(['cedar-ben', 'maple-cid'], 40, 'p3');
  rows = batchRows(world);
});

/** The rows with one of them changed, and so its hash. */
function forge(lane: string, sequence: number, change: (row: any) => void): AuditedBatch[] {
  const forged = structuredClone(rows);
  const row = forged.find((each) => each.lane === lane && each.sequence === sequence);
  change(row);
  row.hash = 'another';
  return forged;
}

const find = (operation: string, paymentId?: string) => {
  for (const row of rows) {
    const position = row.entries.findIndex(
      (entry: any) =>
        entry.operation === operation && (paymentId === undefined || entry.request.paymentId === paymentId),
    );
    if (position >= 0) return { lane: row.lane, sequence: row.sequence, position };
  }
  throw new Error(`no ${operation}`);
};

function forgeEntry(operation: string, paymentId: string | undefined, change: (entry: any) => void): string[] {
  const { lane, sequence, position } = find(operation, paymentId);
  return audit(
    forge(lane, sequence, (row) => change(row.entries[position])),
    { settlements },
  );
}

describe('audit', () => {
  test('finds nothing wrong with an honest ledger, in whatever order the lanes come', () => {
    expect(audit(rows, { settlements })).toEqual([]);
    expect(audit([...rows].reverse(), { settlements })).toEqual([]);
  });

  test('hands over balances that add up', () => {
    const totals: bigint[] = [];
    audit(rows, {
      settlements,
      onEnd: (model) => {
        for (const [name, state] of model.banks) {
          totals.push(customers(state, 'CNY') + dueTo(model, name, 'CNY') - dueFrom(model, name, 'CNY'));
        }
      },
    });
    expect(totals).toEqual([700n, 300n, 0n, 0n]);
  });

  test('finds a row that was changed after it was written', () => {
    const changed = forge('cedar', 1, (row) => {
      row.txId = 'another';
    });
    expect(audit(changed, { settlements })).toEqual(['cedar 2 does not continue its predecessor']);
  });

  test('finds a row that is missing', () => {
    const { lane, sequence } = find('payments:sendPayment', 'p1');
    const kept = rows.filter((row) => row.lane !== lane || row.sequence !== sequence);
    expect(audit(kept, { settlements })).toContain(`${lane} ${sequence + 1} stands where ${sequence} belongs`);
  });

  test('finds a posting that nobody asked for, and one that does not balance', () => {
    const stolen = forgeEntry('payments:sendPayment', 'p1', (entry) => {
      entry.postings[1].account = 'cedar-mallory';
    });
    expect(stolen.join()).toContain('posts cedar-ann D CNY 100, cedar-mallory C CNY 100');
    const created = forgeEntry('payments:sendPayment', 'p1', (entry) => {
      entry.postings[1].amount = '101';
    });
    expect(created.join()).toContain('is -1 CNY out of balance');
  });

  test('finds an overdraft that was accepted', () => {
    const problems = forgeEntry('payments:sendPayment', 'p1', (entry) => {
      entry.request.amount.amount = '1001';
    });
    expect(problems.join()).toContain('the auditor refuses it with PAYMENTS_INSUFFICIENT_FUNDS');
  });

  test('finds an id that was accepted twice', () => {
    const { lane, sequence, position } = find('payments:sendPayment', 'p1');
    const doubled = forge(lane, sequence, (row) => row.entries.push(row.entries[position]));
    expect(audit(doubled, { settlements }).join()).toContain('payments:sendPayment was accepted twice');
  });

  test('finds a credit that the sender never sent', () => {
    const { lane, sequence } = find('payments:sendPayment', 'p2');
    const denied = forge(lane, sequence, (row) => {
      row.entries = [];
    });
    const problems = audit(denied, { settlements }).join();
    expect(problems).toContain(
      'posts maple-cid C CNY 300, maple.due-from-cedar D CNY 300, the auditor maple-cid C CNY 40',
    );
    const silent = denied.filter((row) => row.lane !== 'cedar' || row.sequence <= sequence);
    expect(audit(silent).join()).toContain('receives what nobody sent');
  });

  test('finds counters that disagree with the postings', () => {
    const { lane, sequence } = find('payments:sendPayment', 'p2');
    const inflated = forge(lane, sequence, (row) => {
      row.head.sent.maple.CNY = '3000';
    });
    expect(audit(inflated, { settlements })).toContain(`${lane} ${sequence} counts 3000 sent maple/CNY, not 300`);
  });

  test('finds a settlement that the books do not know', () => {
    const twice = audit(rows, { settlements: [...settlements, { ...settlements[0], settlementId: 's9' }] });
    expect(twice).toEqual(['cedar to maple: 600 CNY settled, of 340 sent and 300 received']);
  });
});

test('sortedJson writes the same text for the same value', () => {
  expect(sortedJson({ b: [{ d: 1, c: 2 }], a: 'x' })).toBe('{"a":"x","b":[{"c":2,"d":1}]}');
});
