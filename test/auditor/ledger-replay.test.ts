import { encodeListings } from '@tangram/chaincode/core/book/directory-codec.ts';
import { decodeSegment, encodeSegment } from '@tangram/chaincode/core/book/segment-codec.ts';
import { createTable } from '@tangram/chaincode/core/dispatch.ts';
import { decodeOutboxRow, encodeOutboxRow } from '@tangram/chaincode/core/wire/outbox-codec.ts';
import { encodePage } from '@tangram/chaincode/core/wire/page-codec.ts';
import { operations } from '@tangram/chaincode/operations.ts';
import { AuditedWorld, blocksOf } from '../properties/audited-world.ts';
import type { TransactionWrites } from './block-writes.ts';
import { LedgerReplay } from './ledger-replay.ts';

type Written = TransactionWrites['writes'][number];

const table = createTable(operations);
const pay = (debtorAccount: string, creditorAccount: string, paymentId: string) => ({
  operation: 'payments:sendPayment',
  request: { paymentId, debtorAccount, creditorAccount, amount: { amount: '7', currency: 'CNY' } },
});

const hold = {
  operation: 'payments:holdFunds',
  request: {
    ...pay('cedar-b', 'cedar-a', '').request,
    paymentId: undefined,
    holdId: 'h1',
    expiresAt: '2026-02-01T00:00:00Z',
  },
};
const refund = { operation: 'payments:refundPayment', request: { refundId: 'r1', paymentId: 'p2', pickPayment: 0 } };

let honest: readonly TransactionWrites[];
beforeAll(async () => {
  const audited = new AuditedWorld();
  await audited.prepare();
  await audited.run({ kind: 'batch', lane: 'cedar', operations: [pay('cedar-a', 'cedar-gl', 'p0')] });
  for (const number of [1, 2, 3]) await audited.run({ kind: 'busy', lane: 'cedar', number });
  await audited.run({ kind: 'batch', lane: 'cedar', operations: [pay('cedar-a', 'maple-a', 'p1')] });
  const again = pay('cedar-a', 'maple-a', 'p1');
  const changed = pay('cedar-a', 'maple-b', 'p1');
  const another = pay('cedar-b', 'cedar-a', 'p2');
  await audited.run({ kind: 'batch', lane: 'cedar', operations: [again, changed, another] });
  await audited.run({
    kind: 'batch',
    lane: 'maple',
    operations: [{ operation: 'payments:receive', request: { from: 'cedar' } }],
  });
  await audited.run({ kind: 'batch', lane: 'cedar', operations: [hold, refund] });
  await audited.run({ kind: 'settle', debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY' });
  honest = audited.transactions;
});

function replay(transactions: readonly TransactionWrites[]): readonly string[] {
  const ledger = new LedgerReplay();
  for (const block of blocksOf({ transactions: [...transactions] })) ledger.addBlock(block);
  return ledger.finish();
}

/** The ledger with the writes changed whose key begins so: all of them, or those that a condition picks. */
function forge(prefix: string, change: (write: Written) => Uint8Array | undefined): readonly string[] {
  let count = 0;
  const forged = honest.map((transaction) => ({
    ...transaction,
    writes: transaction.writes.flatMap((write) => {
      const value = write.key.startsWith(prefix) ? change(write) : write.value;
      if (value !== write.value) count += 1;
      return value === undefined ? [] : [{ ...write, value }];
    }),
  }));
  expect(count).toBeGreaterThan(0);
  return replay(forged);
}

describe('LedgerReplay', () => {
  test('finds nothing wrong with an honest ledger, repetitions and conflicts included', () => {
    expect(replay(honest)).toEqual([]);
  });

  test('finds a saved part of the book that makes a customer richer', () => {
    const problems = forge('lane/0/segment/', ({ value }) => {
      const { sequence, holdings } = decodeSegment(value);
      const richer = holdings.map((holding) => ({ ...holding, credits: holding.credits + 1n }));
      return encodeSegment('cedar', sequence, richer);
    });
    expect(problems.join()).toMatch(/segment\/\d+\/\d\d cedar-\w+ booked: the ledger has \d+, the auditor \d+/);
  });

  test('finds a saved part of the book that leaves an account out', () => {
    const problems = forge('lane/0/segment/', ({ value }) => {
      const { sequence, holdings } = decodeSegment(value);
      return encodeSegment('cedar', sequence, holdings.slice(1));
    });
    expect(problems.join()).toMatch(/holds \d accounts of \d/);
  });

  test('finds a directory row that says other than the batch did', () => {
    const problems = forge('lane/0/directory/', () =>
      encodeListings({ lane: 'cedar', previousHash: '0'.repeat(64) }, [
        { accountId: 'cedar-a', currency: 'CNY', status: 'CLOSED' },
      ]),
    );
    expect(problems.join()).toContain('lists cedar-a as CLOSED CNY');
    expect(problems.join()).toContain('changes cedar-b and does not list it');
  });

  test('finds an outbox row that pays somebody else', () => {
    const problems = forge('lane/0/outbox/maple/', ({ value }) => {
      const { items, ...row } = decodeOutboxRow(table, value);
      return encodeOutboxRow(table, { ...row, items: items.map((item) => ({ ...item, creditorAccount: 'maple-do' })) });
    });
    expect(problems.join()).toContain('is credit p1 7 CNY maple-do, the auditor expects credit p1 7 CNY maple-a');
  });

  test('finds a head that forgets what was sent, and one with another hash', () => {
    const change = (head: object) => (write: Written) => {
      const row = JSON.parse(Buffer.from(write.value).toString('utf8'));
      return write.namespace === 'cedar' ? Buffer.from(JSON.stringify({ ...row, ...head })) : write.value;
    };
    expect(forge('lane/0/head', change({ sent: {} })).join()).toContain('cedar sent maple/CNY: the ledger has 0');
    expect(forge('lane/0/head', change({ hash: 'f'.repeat(64) })).join()).toContain('with another hash');
  });

  test('finds a hold, a payment and cash that were written otherwise than booked', () => {
    const change = (record: object) => (write: Written) =>
      Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(write.value).toString('utf8')), ...record }));
    expect(forge('hold/', change({ status: 'VOIDED' })).join()).toContain('hold/h1 status: the ledger has VOIDED');
    expect(forge('payment/', change({ refunded: '0' })).join()).toMatch(
      /payment\/\S+ refunded: the ledger has 0, the auditor 7/,
    );
    expect(forge('reserves/', change({ deposited: '0' })).join()).toContain('cedar cash CNY: the ledger has 0');
  });

  test('finds a page of ids that forgets, and one that names what nobody asked for', () => {
    const forgetful = forge('ids/payment/i/', () => encodePage({ entries: {} }));
    expect(forgetful.join()).toMatch(/ids\/payment\/i\/\S+ does not hold its id alone/);
    const lost = forge('ids/payment/i/', () => undefined);
    expect(lost.join()).toMatch(/accepted an id and wrote no ids\/payment\/i\//);
    const moved = forge('ids/payment/i/', ({ key }) => encodePage({ entries: { [key.slice(15)]: [1, 0] } }));
    expect(moved.join()).toContain('does not hold its id alone');
    const invented = replay(
      honest.map((transaction) => ({
        ...transaction,
        writes: transaction.writes.flatMap((write) =>
          write.key.startsWith('ids/payment/i/') ? [write, { ...write, key: 'ids/payment/i/p9' }] : [write],
        ),
      })),
    );
    expect(invented.join()).toContain('is written for an id that the batch did not accept');
  });

  test('finds a settlement that took more than it says', () => {
    const problems = forge('settled-out/', ({ value }) => {
      const row = JSON.parse(Buffer.from(value).toString('utf8'));
      return Buffer.from(JSON.stringify({ ...row, amount: '8' }));
    });
    expect(problems).toEqual(['settled out cedar/maple/CNY: the ledger has 8, the auditor 7']);
  });

  test('finds a batch row whose bytes are no row', () => {
    const problems = forge('lane/0/batch/', ({ value }) => value.subarray(0, value.length - 1));
    expect(problems.join()).toContain('cannot be read');
  });

  test("finds writes that the namespace's owner did not endorse, or nobody else did", () => {
    const endorsed = (by: string[]) =>
      replay(honest.map((transaction) => ({ ...transaction, endorsers: new Set(by) }))).join();
    expect(endorsed(['CedarMSP'])).toContain('writes cedar with the endorsement of CedarMSP alone');
    expect(endorsed(['MapleMSP', 'PineMSP'])).toContain('writes cedar with the endorsement of MapleMSP, PineMSP alone');
  });

  test('finds a transaction that is missing', () => {
    const last = honest.findLastIndex(({ writes }) => writes.some(({ key }) => key.startsWith('lane/0/outbox/')));
    const problems = replay(honest.filter((_, index) => index !== last)).join();
    expect(problems).toContain('does not continue its predecessor');
    expect(problems).toContain('PAYMENTS_OUTBOX_ROW_MISSING');
  });

  test('finds blocks that do not follow each other', () => {
    const ledger = new LedgerReplay();
    const [first, second, third] = blocksOf({ transactions: [...honest] }) as [any, any, any];
    for (const block of [first, third, { ...second, isWhole: false }]) ledger.addBlock(block);
    expect(ledger.finish()).toEqual(
      expect.arrayContaining([
        'block 2 follows 0',
        'block 2 does not continue its predecessor',
        'block 1 holds other transactions than its header states',
      ]),
    );
  });
});
