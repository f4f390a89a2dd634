import { encodeIndexedPage } from '@tangram/chaincode/core/wire/page-codec.ts';
import type { DecodedRow } from '@tangram/network/ledger-format/batch-row.ts';
import { IdPageChecks } from './check-ids.ts';
import type { Model } from './state.ts';

const ids = ['00000001', '00000002'].map((ending) => `0190b1a2-7c3d-7e4f-8a5b-6c7d${ending}`);
const key = `ids/payment/t${Math.floor(0x0190b1a27c3d / 2048)
  .toString(16)
  .padStart(10, '0')}/`;
const row = (sequence: number, accepted: readonly string[]) =>
  ({
    lane: 'cedar',
    sequence,
    entries: accepted.map((paymentId) => ({
      operation: 'payments:sendPayment',
      request: { paymentId },
      outcome: 'accepted',
    })),
  }) as unknown as DecodedRow;

/** What the auditor says of indexes that one batch after another writes for the same slice. */
function problemsOf(...indexes: readonly (readonly (readonly [id: string, place: number])[])[]): string {
  const checks = new IdPageChecks();
  checks.add(row(5, ids));
  return indexes
    .flatMap((entries, step) => {
      const value = encodeIndexedPage(new Map(entries.map(([id, place]) => [id, [5, place] as const])));
      return checks.check({} as Model, row(9 + step, []), { key, value });
    })
    .join();
}

const [one = '', other = ''] = ids;
const whole = [
  [one, 0],
  [other, 1],
] as const;

describe('the index of a closed slice', () => {
  test('is right where it tells of every accepted id, at its place, for ever', () => {
    expect(problemsOf(whole, whole)).toBe('');
  });

  test.each([
    ['forgets an id', [whole.slice(1)], 'holds 1 ids of 2'],
    ['exchanges two', [[[one, 1] as const, [other, 0] as const]], 'tells of an id that ends with 00000002 at 5/0'],
    ['names what nobody asked for', [[...whole, [one.replace(/1$/, '7'), 2] as const]], 'ends with 00000007 at 5/2'],
    ['is written anew with less', [whole, whole.slice(1)], 'has another index than before'],
  ])('is found out where it %s', (_, indexes, problem) => {
    expect(problemsOf(...indexes)).toContain(problem);
  });
});
