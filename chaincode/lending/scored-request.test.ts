import { sha256 } from '../core/canonical.ts';
import { type CreditWorld, FIRM } from '../testing/credit-world.ts';
import { product, request } from '../testing/lending-world.ts';
import { scoredFirm } from '../testing/scored-firm.ts';
import { CNY } from '../testing/world.ts';

let world: CreditWorld;
const scored = async (...cutoff: Parameters<typeof scoredFirm>): Promise<{ decisionProof: object }> => {
  const { world: fresh, decisionProof } = await scoredFirm(...cutoff);
  world = fresh;
  return { decisionProof };
};

const asked = { ...request, borrowerAccount: FIRM, amount: CNY(1_000) };
const refuse = (more: object) => world.refuse('cedar', 'lending:requestLoan', { ...asked, ...more });

test('a product may ask for a score, and a loan tells its consent by one query', async () => {
  const { decisionProof } = await scored();
  await world.accept('consortium', 'lending:setProduct', { ...product, requiresScore: true });
  const score = { scoredBy: 'maple', scoreId: 's1', decisionProof };
  expect(await refuse({})).toEqual({ code: 'LENDING_SCORE_MISSING', params: { productId: 'SME' }, writes: 0 });
  const params = { scoredBy: 'maple', scoreId: 's1', accountId: FIRM };
  for (const forged of [{ value: 'DECLINED' }, { leaf: 'score' }, { salt: sha256('other') }]) {
    const claim = { ...score, decisionProof: { ...decisionProof, ...forged } };
    expect(await refuse({ score: claim })).toEqual({ code: 'LENDING_SCORE_NOT_PROVEN', params, writes: 0 });
  }
  await world.open('cedar-ann', { funds: 1_000n });
  const foreign = await refuse({ score, borrowerAccount: 'cedar-ann' });
  expect(foreign).toMatchObject({ code: 'LENDING_SCORE_NOT_PROVEN', params: { accountId: 'cedar-ann' } });

  await world.accept('cedar', 'lending:requestLoan', { ...asked, score });
  await world.accept('cedar', 'lending:offerFunding', {
    ...{ offerId: 'O1', requestId: 'Q1', lenderAccount: 'cedar-ann', amount: CNY(1_000), leastRate: '0.1' },
  });
  await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
  const lineage = await world.ledger.query('cedar', 'lending:getLoanLineage', { loanId: 'L1' });
  expect(lineage).toMatchObject({
    requestId: 'Q1',
    score: { scoreId: 's1', scoredBy: 'maple', subjectId: FIRM, consentId: 'c1' },
    consent: { consentId: 'c1', subjectId: FIRM, grantee: 'maple', purpose: 'CREDIT_DECISION' },
  });
  expect(lineage.disbursedBy).not.toBe(lineage.requestedBy);
});

test('a request on a score that declined is refused, and so is one that hides it', async () => {
  const { decisionProof } = await scored({ cutoffVersion: 2, approveFrom: 2_000, referFrom: 1_999 });
  await world.accept('consortium', 'lending:setProduct', product);
  expect(await refuse({ score: { scoredBy: 'maple', scoreId: 's1', decisionProof } })).toEqual({
    code: 'LENDING_SCORE_NOT_APPROVED',
    // What was decided is private: it may stand in no error.
    params: { scoreId: 's1' },
    writes: 0,
  });
  const approved = { ...decisionProof, value: 'APPROVED' };
  expect((await refuse({ score: { scoredBy: 'maple', scoreId: 's1', decisionProof: approved } })).code).toBe(
    'LENDING_SCORE_NOT_PROVEN',
  );
});

describe('a score', () => {
  const DAY = 86_400_000;
  let score: object;
  let scoredAt: string;
  beforeEach(async () => {
    const { decisionProof } = await scored();
    score = { scoredBy: 'maple', scoreId: 's1', decisionProof };
    ({ scoredAt } = await world.ledger.query('maple', 'credit:getScore', { scoreId: 's1' }));
  });
  const scoredRequest = (more: object = {}) => ({ ...asked, expiresAt: '2028-01-01T00:00:00Z', score, ...more });

  test.each([
    ['as the product says', { scoreValidDays: 7 }, 7],
    ['thirty days where the product does not say', {}, 30],
  ])('counts %s, and at its very end no more', async (_, change, days) => {
    await world.accept('consortium', 'lending:setProduct', { ...product, ...change });
    world.ledger.clock.milliseconds = Date.parse(scoredAt) + days * DAY;
    expect(await world.refuse('cedar', 'lending:requestLoan', scoredRequest())).toEqual({
      code: 'LENDING_SCORE_EXPIRED',
      params: { scoreId: 's1', scoredAt, days },
      writes: 0,
    });
  });

  test.each([
    ['as the product says', { scoreValidDays: 7 }, 7],
    ['thirty days where the product does not say', {}, 30],
  ])('counts %s, to the last millisecond; what was accepted then is repeated later', async (_, change, days) => {
    await world.accept('consortium', 'lending:setProduct', { ...product, ...change });
    world.ledger.clock.milliseconds = Date.parse(scoredAt) + days * DAY - 1;
    const first = await world.accept('cedar', 'lending:requestLoan', scoredRequest());
    world.ledger.clock.advance(DAY);
    const { outcome } = await world.send('cedar', 'lending:requestLoan', scoredRequest());
    expect(outcome).toMatchObject({ outcome: 'replayed', result: first });
  });

  test('counts no more once its consent is revoked', async () => {
    await world.accept('consortium', 'lending:setProduct', product);
    await world.accept('cedar', 'lending:requestLoan', scoredRequest());
    await world.accept('cedar', 'credit:revokeConsent', { consentId: 'c1' });
    expect(await world.refuse('cedar', 'lending:requestLoan', scoredRequest({ requestId: 'Q2' }))).toEqual({
      code: 'CREDIT_CONSENT_REVOKED',
      params: { consentId: 'c1' },
      writes: 0,
    });
  });
});
