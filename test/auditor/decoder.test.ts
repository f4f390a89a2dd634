import { decodeListings } from '@tangram/chaincode/core/book/directory-codec.ts';
import { decodeSegment } from '@tangram/chaincode/core/book/segment-codec.ts';
import { createTable } from '@tangram/chaincode/core/dispatch.ts';
import { decodeOutboxRow } from '@tangram/chaincode/core/wire/outbox-codec.ts';
import { decodePage } from '@tangram/chaincode/core/wire/page-codec.ts';
import { decodeRow } from '@tangram/chaincode/core/wire/row-codec.ts';
import { operations } from '@tangram/chaincode/operations.ts';
import { decodeBatchRow } from '@tangram/network/ledger-format/batch-row.ts';
import * as format from '@tangram/network/ledger-format/other-rows.ts';
import * as fc from 'fast-check';
import { AuditedWorld, storedRows } from '../properties/audited-world.ts';
import { commands } from '../properties/commands.ts';

const table = createTable(operations);
const plain = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_name, inner) => (typeof inner === 'bigint' ? String(inner) : inner)));

/** The rows of a random ledger on which every kind of operation, accepted and refused, stands. */
let audited: AuditedWorld;
beforeAll(async () => {
  audited = new AuditedWorld();
  await audited.prepare();
  for (const number of [1, 2, 3]) await audited.run({ kind: 'busy', lane: 'cedar', number });
  for (const steps of fc.sample(commands, { numRuns: 2, seed: 7 })) for (const step of steps) await audited.run(step);
}, 180_000);

const rowsUnder = (prefix: string) => {
  const rows = storedRows(audited.world, prefix);
  expect(rows.length).toBeGreaterThan(0);
  return rows.map(({ value }) => value);
};

describe("the auditor's decoder and the product's", () => {
  test('read the same from every batch row', () => {
    for (const bytes of rowsUnder('lane/0/batch/')) {
      const { hash, entries, ...header } = decodeBatchRow(bytes);
      const theirs = plain(decodeRow(table, bytes));
      const ours = entries.map((entry, place) => withWhatFollows(entry, theirs.entries[place]));
      expect({ ...header, entries: plain(ours) }).toEqual(theirs);
    }
  });

  test('read the same from every outbox row', () => {
    for (const bytes of rowsUnder('lane/0/outbox/')) {
      expect(plain(format.decodeOutboxRow(bytes))).toEqual(plain(decodeOutboxRow(table, bytes)));
    }
  });

  test('read the same from every page of ids', () => {
    for (const bytes of rowsUnder('ids/')) {
      const { index: told, ...page } = format.decodeIdPage(bytes);
      const index = told && {
        index: told.map(({ ending, sequence, entry }) => ({ ending, pointer: [sequence, entry] })),
      };
      const entries = 'ids' in page && page.ids.map(({ id, sequence, entry }) => [id, [sequence, entry]]);
      const ours = entries ? { entries: Object.fromEntries(entries) } : page;
      expect({ ...index, ...ours }).toEqual(plain(decodePage(bytes)));
    }
  });

  test('read the same from every segment', () => {
    for (const bytes of rowsUnder('lane/0/segment/')) {
      const { bank, ...segment } = format.decodeSegment(bytes);
      expect(bank).not.toBe('');
      expect(segment).toEqual(plain(decodeSegment(bytes)));
    }
  });

  test('read the same from every directory row', () => {
    for (const bytes of rowsUnder('lane/0/directory/')) {
      expect(format.decodeDirectoryRow(bytes).listings).toEqual(plain(decodeListings(bytes)));
    }
  });

  test('refuse the same bytes: every row that is cut short', () => {
    for (const bytes of rowsUnder('lane/0/batch/').slice(0, 20)) {
      for (let length = 0; length < bytes.length; length += 7) {
        const cut = bytes.subarray(0, length);
        expect(() => decodeBatchRow(cut)).toThrow();
        expect(() => decodeRow(table, cut)).toThrow();
      }
    }
  });
});

/** Audit and usage follow from an outcome alone; the product's decoder gives them, the auditor's leaves them out. */
function withWhatFollows(entry: any, { audit, usage }: any): object {
  const { standings, ...rest } = entry;
  return {
    ...rest,
    ...(standings?.length > 0 && { standings }),
    ...(audit && { audit }),
    ...(usage && { usage }),
  };
}
