import type { ExampleAccount } from './first-day.ts';
import { formatMoney } from './report.ts';
import { inParallel } from './rest-client.ts';
import { expectAnswer } from './tally.ts';
import { currency, type Note, openAndFund, type Walk } from './walk.ts';

const bank = 'cedar';
const shop = 'cedar-teashop';
/** Two banks by their accounts at cedar, and three private lenders: amount offered and least yearly rate. */
const lenders = [
  ['cedar-desk-of-maple', '8000000', '0.052'],
  ['cedar-desk-of-pine', '6000000', '0.055'],
  ['cedar-lin', '3000000', '0.049'],
  ['cedar-wu', '2500000', '0.05'],
  ['cedar-zhao', '2500000', '0.058'],
] as const;

export const product = {
  productId: 'SME-TERM',
  version: 1,
  currency,
  method: 'annuity',
  dayCount: 'ACT/365F',
  frequency: { every: 1, unit: 'month' },
  leastInstalments: 3,
  mostInstalments: 36,
  leastPrincipal: '100000',
  mostPrincipal: '100000000',
  lowestRate: '0.01',
  highestRate: '0.15',
  penaltyRate: '0.05',
  penaltyGraceDays: 3,
  prepayment: 'lowerInstalment',
  waterfall: ['pastDue', 'due', 'inAdvance'].flatMap((time) =>
    ['penalty', 'fee', 'interest', 'principal'].map((component) => `${time}.${component}`),
  ),
  nonAccrualDays: 90,
  chargeOffDays: 180,
};

/** A small firm borrows from many lenders at once, repays twice and prepays; every id is fixed, so again is a replay. */
export async function teaShopLoan(walk: Walk, note: Note): Promise<void> {
  const post = async (path: string, body: object, at: string = bank) => {
    const answer = await walk.rest.call({ bank: at, method: 'POST', path, body });
    walk.tally.count(answer.status < 300 ? answer : expectAnswer(answer, { status: 201 }));
    return answer.body;
  };
  await post('/v1/loan-products', product, 'centralbank');
  const accounts = [[shop, ''] as const, ...lenders];
  await inParallel(accounts, accounts.length, (account) => openLoanAccount(walk, account));

  const started = performance.now();
  const request = '/v1/loan-requests/tea-request';
  await post('/v1/loan-requests', {
    ...{ requestId: 'tea-request', borrowerAccount: shop, productId: product.productId, productVersion: 1 },
    ...{ amount: money('20000000'), highestRate: '0.06', instalments: 12, matching: 'lowestRateFirst' },
    expiresAt: '2099-12-31T00:00:00Z',
    ...(walk.teaShopScore ? { score: walk.teaShopScore } : {}),
  });
  for (const [lenderAccount, amount, leastRate] of lenders) {
    const offerId = `tea-${lenderAccount}`;
    await post(`${request}/offers`, { offerId, lenderAccount, amount: money(amount), leastRate });
  }
  const loan = await post(`${request}/disburse`, { loanId: 'tea-loan' });
  const milliseconds = Math.round(performance.now() - started);

  const repayments = '/v1/loans/tea-loan/repayments';
  await post(repayments, { repaymentId: 'tea-repayment-1', amount: money('1720000') });
  await post(repayments, { repaymentId: 'tea-repayment-2', amount: money('1720000') });
  const { balance } = (await post(repayments, { repaymentId: 'tea-prepayment', amount: money('10000000') })) as {
    balance: { amount: string };
  };
  await expectShares(walk, balance.amount);
  const { length } = loan.shares as unknown[];
  note(
    `${formatMoney('20000000', currency)} from ${length} lenders at ${percentOf(loan.annualRate as string)} a year, ` +
      `${milliseconds} ms from the request to the money; repaid to ${formatMoney(balance.amount, currency)}`,
  );
}

export const money = (amount: string) => ({ amount, currency });

/** Opens an account of the scenes about loans, with a deposit where one is given. */
export function openLoanAccount(
  walk: Walk,
  [accountId, openingDeposit]: readonly [accountId: string, deposit: string, ...rest: string[]],
): Promise<void> {
  const names = { name: accountId, customerId: `C-${accountId}` };
  // These accounts are none of the first day's, whose books are summed apart.
  const apart = { ...walk, expectedHoldings: 0n };
  return openAndFund(apart, { bank, accountId, currency, openingDeposit, ...names } as ExampleAccount);
}

/** What the lenders hold must sum to what the shop owes. */
async function expectShares({ rest }: Walk, balance: string): Promise<void> {
  const { body } = expectAnswer(await rest.call({ bank, path: '/v1/loans/tea-loan' }), { status: 200 });
  const held = (body.shares as { principal: string }[]).reduce((sum, { principal }) => sum + BigInt(principal), 0n);
  if (String(held) !== balance) throw new Error(`The lenders hold ${held} of a loan of ${balance}.`);
}

const percentOf = (rate: string) => `${Number((Number.parseFloat(rate) * 100).toFixed(4))} %`;
