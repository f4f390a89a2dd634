import type { LedgerQueries } from '../services/ledger-queries.ts';
import type { Access } from './access.ts';
import { visibleLoan, visibleRequest } from './loan-booking.ts';
import { loanMandateRoutes } from './loan-mandates.ts';

// While the own peer is away another bank's peer answers queries, and one of them may lie.
const answers = (accountId: string): Record<string, unknown> => ({
  'lending:getLoan': { borrowerAccount: accountId, shares: [] },
  'lending:getLoanRequest': { borrowerAccount: accountId, offers: [] },
  'lending:listMandates': { mandates: [{ mandateId: 'M1', lenderAccount: accountId }] },
});
const answering =
  (accountId: string) =>
  async <Result>(name: string): Promise<Result> =>
    answers(accountId)[name] as Result;
const queries: LedgerQueries = {
  evaluate: answering('cedar-liar'),
  evaluateAtHome: answering('cedar-owner'),
  readRow: async () => undefined,
};
const used: string[] = [];
const access = {
  isStaff: false,
  maySee: async () => true,
  requireUse: async (accountId: string) => {
    used.push(accountId);
    throw new Error('is not booked here');
  },
} as unknown as Access;
const call = { services: { queries }, access } as never;

test('who may use a loan, a request or a mandate is asked of an own peer and of no other', async () => {
  expect((await visibleLoan(call, 'L1')).borrowerAccount).toBe('cedar-owner');
  expect((await visibleRequest(call, 'Q1')).borrowerAccount).toBe('cedar-owner');
  const end = loanMandateRoutes.find(({ operationId }) => operationId === 'endLoanMandate');
  const asked = {
    services: { queries },
    access,
    params: { mandateId: 'M1' },
    body: { productId: 'SME', productVersion: 1 },
  };
  await expect(end?.run(asked as never)).rejects.toThrow('is not booked here');
  expect(used).toEqual(['cedar-owner']);
});
