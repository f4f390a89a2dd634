import type { ClientOperation, GatewayClient } from '@tangram/gateway/client.ts';
import { accrueDuePages } from '@tangram/gateway/services/loan-accrual.ts';
import { accountId, currency } from './accounts.ts';
import { demandAll } from './demand-all.ts';
import type { PaymentSource } from './payment-source.ts';
import type { Traffic } from './protocol.ts';
import { uuidv7 } from './uuid.ts';

const requester = { kind: 'operator', subject: 'bench' } as const;
const loansAChunk = 300;
const openAtOnce = 4;
const expiryMilliseconds = 7 * 86_400_000;

/** What every loan of a bench is lent by: twelve per cent, 30/360, twelve months. */
export const loanTerms = {
  ...{ productId: 'BENCH', productVersion: 1, highestRate: '0.12', instalments: 12 },
  matching: 'proRata',
} as const;
export const loanPrincipal = 100_000;

/** Has customers lend to each other, each loan with a request, an offer and its disbursement. */
export async function openLoans(
  client: GatewayClient,
  { bank, accountsPerBank }: Traffic,
  { count, source }: { count: number; source: PaymentSource },
): Promise<void> {
  let next = 0;
  const openMore = async () => {
    while (next < count) {
      const first = next;
      next = Math.min(count, first + loansAChunk);
      const drafts = Array.from({ length: next - first }, (_, offset) =>
        draftLoan(bank, first + offset, accountsPerBank),
      );
      const operations = drafts.flatMap((draft) => draft.operations);
      await demandAll(() => client.submitOperations(bank, operations, requester));
      for (const { lent } of drafts) source.move(lent);
    }
  };
  await Promise.all(Array.from({ length: openAtOnce }, openMore));
}

/** Lenders take turns, and each is the borrower of another. */
function draftLoan(bank: string, index: number, accountsPerBank: number) {
  const [lenderAccount, borrowerAccount] = [index, index + 1].map((each) => accountId(bank, each % accountsPerBank));
  if (!lenderAccount || !borrowerAccount) throw new Error(`${bank} has no two accounts.`);
  const amount = { amount: String(loanPrincipal), currency };
  const requestId = uuidv7();
  const expiresAt = new Date(Date.now() + expiryMilliseconds).toISOString();
  const operations: ClientOperation[] = [
    { operation: 'lending:requestLoan', request: { requestId, borrowerAccount, amount, ...loanTerms, expiresAt } },
    {
      operation: 'lending:offerFunding',
      request: { offerId: uuidv7(), requestId, lenderAccount, amount, leastRate: loanTerms.highestRate },
    },
    { operation: 'lending:disburseLoan', request: { loanId: uuidv7(), requestId } },
  ];
  return { operations, lent: { debtorAccount: lenderAccount, creditorAccount: borrowerAccount, amount } };
}

/** Accrues all loans of the bank to the ledger's day, as its gateway does by itself once a day; gives the day. */
export const accrueLoans = (client: GatewayClient): Promise<string> =>
  accrueDuePages({
    operations: client.operations,
    queries: client.queries,
    signal: new AbortController().signal,
  });
