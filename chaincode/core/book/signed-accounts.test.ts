import { refusalOf } from '../memory-ledger.ts';
import { UndoLog } from '../undo-log.ts';
import { Book } from './book.ts';
import type { Holding, SigningKey } from './holding.ts';
import { Holdings } from './holdings.ts';
import { decodeSegment, encodeSegment } from './segment-codec.ts';

const keys: readonly SigningKey[] = [
  { keyId: '21fe31dfa154a261', algorithm: 'Ed25519', publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
];
const ann: Holding = {
  accountId: 'cedar-ann',
  currency: 'CNY',
  status: 'OPEN',
  debits: 5n,
  credits: 105n,
  pending: 0n,
};
const debit = (amount: bigint) => ({ account: ann.accountId, side: 'D', amount, currency: 'CNY' }) as const;

function bookOf(holding: Holding): { book: Book; undo: UndoLog } {
  const holdings = new Holdings();
  holdings.set(holding);
  const undo = new UndoLog();
  return { book: new Book(holdings, undo), undo };
}

const required = { code: 'CORE_SIGNATURE_REQUIRED', params: { accountId: ann.accountId } };
const refusal = (step: () => unknown) => refusalOf((async () => step())());

describe('the book of an account with keys', () => {
  test('takes a debit and a reservation only as they were granted, each once', async () => {
    const { book } = bookOf({ ...ann, keys });
    expect(await refusal(() => book.post(debit(10n)))).toEqual(required);
    expect(await refusal(() => book.reserve(ann.accountId, 10n))).toEqual(required);
    book.grantDebit(ann.accountId, 10n);
    expect(await refusal(() => book.post(debit(11n)))).toEqual(required);
    book.post(debit(10n));
    expect(await refusal(() => book.post(debit(10n)))).toEqual(required);
    book.grantDebit(ann.accountId, 20n);
    expect(book.reserve(ann.accountId, 20n)).toMatchObject({ pending: 20n, keys });
  });

  test('forgets a grant whose operation was undone', async () => {
    const { book, undo } = bookOf({ ...ann, keys });
    book.grantDebit(ann.accountId, 10n);
    undo.rollBack(0);
    expect(await refusal(() => book.post(debit(10n)))).toEqual(required);
  });

  test('takes credits, and asks nothing of accounts without keys', () => {
    const { book } = bookOf({ ...ann, keys });
    book.post({ ...debit(10n), side: 'C' });
    expect(book.find(ann.accountId)?.credits).toBe(115n);
    const unsigned = bookOf(ann);
    unsigned.book.post(debit(10n));
    expect(unsigned.book.find(ann.accountId)?.debits).toBe(15n);
  });

  test('tells the keys with every standing, and no keys once they are taken away', () => {
    const { book } = bookOf(ann);
    expect(book.setKeys(ann.accountId, keys)).toMatchObject({ keys });
    expect(book.setStatus(ann.accountId, 'FROZEN')).toMatchObject({ status: 'FROZEN', keys });
    expect(book.setKeys(ann.accountId, [])).toEqual({
      accountId: ann.accountId,
      currency: 'CNY',
      status: 'FROZEN',
      pending: 0n,
    });
    expect(book.find(ann.accountId)).toEqual({ ...ann, status: 'FROZEN' });
  });
});

test('a segment holds the keys, and is no byte longer for accounts that have none', () => {
  const other = { ...ann, accountId: 'cedar-bob' };
  const signed = { ...ann, keys };
  expect(decodeSegment(encodeSegment('cedar', 7, [signed, other])).holdings).toEqual([signed, other]);
  const without = encodeSegment('cedar', 7, [ann, other]).length;
  expect(encodeSegment('cedar', 7, [signed, other]).length).toBe(without + 1 + 1 + 8 + 1 + 32);
});
