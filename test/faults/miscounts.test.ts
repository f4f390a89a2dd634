import { findMiscounts } from './miscounts.ts';

describe('findMiscounts', () => {
  const amount = { amount: '5', currency: 'CNY' };
  const payment = { paymentId: 'p-1', debtorAccount: 'cedar-a', creditorAccount: 'maple-b', amount };
  const debit = { reference: 'p-1', side: 'D' };
  const credit = { reference: 'p-1', side: 'C' };
  const deposit = { reference: 'deposit-cedar-a', side: 'C' };

  test.each([
    { what: 'nothing where both sides stand once', cedar: [deposit, debit], maple: [credit], found: [] },
    { what: 'a lost credit', cedar: [debit], maple: [], found: ['p-1 C maple-b stands there 0 times.'] },
    { what: 'a double debit', cedar: [debit, debit], maple: [credit], found: ['p-1 D cedar-a stands there 2 times.'] },
    {
      what: 'what nobody was told of',
      cedar: [debit, { reference: 'p-2', side: 'D' }],
      maple: [credit],
      found: ['p-2 D cedar-a was never acknowledged.'],
    },
  ])('finds $what', ({ cedar, maple, found }) => {
    const entries = [
      { accountId: 'cedar-a', items: cedar },
      { accountId: 'maple-b', items: maple },
    ];
    expect(findMiscounts([payment], entries)).toEqual(found);
  });
});
