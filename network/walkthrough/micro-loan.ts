import { consentTerms } from './credit.ts';
import { money, openLoanAccount, product as termLoan } from './loan.ts';
import { formatMoney } from './report.ts';
import type { RestClient } from './rest-client.ts';
import { expectAnswer } from './tally.ts';
import { currency, type Note, type Walk } from './walk.ts';

const bank = 'cedar';
const shop = 'cedar-teashop';
const desk = 'cedar-desk';
const product = { ...termLoan, productId: 'SME-MICRO', mostPrincipal: '3000000', requiresScore: true };

/** A loan that nobody decided by hand. */
export interface InstantLoan {
  readonly milliseconds: number;
  readonly lineage: { readonly consent?: { readonly consentId: string } };
}

/** Sets what micro-loans need: their product, and a lending desk that gives its bank a mandate for them. */
export async function prepareMicroLoans(walk: Walk): Promise<void> {
  const post = async (at: string, path: string, body: object) => {
    const answer = await walk.rest.call({ bank: at, method: 'POST', path, body });
    walk.tally.count(answer.status < 300 ? answer : expectAnswer(answer, { status: 201 }));
  };
  await post('centralbank', '/v1/loan-products', product);
  await openLoanAccount(walk, [desk, '20000000']);
  const named = { productId: product.productId, productVersion: product.version };
  const mandate = { mandateId: 'desk-mandate', lenderAccount: desk, ...named, most: money('3000000') };
  await post(bank, '/v1/loan-mandates', { ...mandate, leastRate: '0.055' });
}

/**
 * The tea shop consents, is scored, asks and accepts: four calls, from the consent to money on its account. The score is
 * the bank's own call; the other three may be the borrower's, and here the bank's token sends them all. The offer stands
 * in the answer to the third, because the bank was given a mandate.
 */
export async function lendAtOnce(rest: RestClient, name: string, amount: string): Promise<InstantLoan> {
  const post = async (path: string, body: object) => {
    const answer = await rest.call({ bank, method: 'POST', path, body });
    if (answer.status >= 300) expectAnswer(answer, { status: 201 });
    return answer.body;
  };
  const [consentId, scoreId, requestId, loanId] = ['consent', 'score', 'request', 'loan'].map(
    (what) => `${name}-${what}`,
  ) as [string, string, string, string];
  const started = performance.now();

  const consent = { consentId, subjectId: shop, grantee: bank, ...consentTerms };
  await post('/v1/credit/consents', consent);
  const { decision, decisionProof } = await post('/v1/credit/scores', { scoreId, consentId, subjectId: shop });
  if (decision !== 'APPROVED') throw new Error(`The tea shop is ${decision}.`);
  const asked = await post('/v1/loan-requests', {
    ...{ requestId, borrowerAccount: shop, productId: product.productId, productVersion: product.version },
    ...{ amount: money(amount), highestRate: '0.06', instalments: 6, matching: 'lowestRateFirst' },
    ...{ expiresAt: '2099-12-31T00:00:00Z', score: { scoredBy: bank, scoreId, decisionProof } },
  });
  if (asked.offered !== amount) throw new Error(`${asked.offered} is offered at once instead of ${amount}.`);
  const { paidOut } = (await post(`/v1/loan-requests/${requestId}/disburse`, { loanId })) as {
    paidOut: { amount: string };
  };

  const milliseconds = Math.round(performance.now() - started);
  if (paidOut.amount !== amount) throw new Error(`${paidOut.amount} is paid out instead of ${amount}.`);
  const lineage = expectAnswer(await rest.call({ bank, path: `/v1/loans/${loanId}/lineage` }), { status: 200 }).body;
  return { milliseconds, lineage: lineage as unknown as InstantLoan['lineage'] };
}

/** A second, small loan of the tea shop; every id is fixed, so again is a replay. */
export async function microLoan(walk: Walk, note: Note): Promise<void> {
  await prepareMicroLoans(walk);
  const amount = '2000000';
  const { milliseconds, lineage } = await lendAtOnce(walk.rest, 'micro', amount);
  if (lineage.consent?.consentId !== 'micro-consent') throw new Error('The loan’s lineage names no consent.');
  note(
    `${formatMoney(amount, currency)} from consent to money on the account in ${milliseconds} ms: scored by its bank, ` +
      'offered under a mandate, accepted and paid out in four calls',
  );
}
