import { sha256 } from '../core/canonical.ts';
import type { Kind } from '../credit/data/fields.ts';
import { kinds } from '../credit/data/kinds.ts';
import { commit } from '../credit/disclosure/commitment.ts';
import { scoreOpened } from '../credit/score-record.ts';
import { CreditWorld, creditModel, FIRM, planted } from '../testing/credit-world.ts';
import { product, request } from '../testing/lending-world.ts';
import { CNY } from '../testing/world.ts';

let world: CreditWorld;
/** The firm at cedar has consented, and maple has scored it. */
async function scored(
  cutoff = { cutoffVersion: 1, approveFrom: 620, referFrom: 600 },
): Promise<{ decisionProof: object }> {
  world = await new CreditWorld().openFirm();
  await world.putModelsToUse();
  const inUse = (modelId: string) => ({ modelId, version: 1, cutoff });
  await world.accept('consortium', 'credit:useModels', {
    champion: inUse('champion'),
    challenger: inUse('challenger'),
  });
  await world.putData('tax', planted.tax);
  await world.putData('profile', planted.profile);
  await world.consent();
  const { response } = await world.depositScore({ inputs: world.inputs() });
  const statement = { scoreId: 's1', subjectId: FIRM, consentId: 'c1', ...response };
  await world.accept('maple', 'credit:recordScore', statement);
  const use = (modelId: string, steep: number) => ({ model: creditModel(modelId, steep), cutoff });
  const models = { champion: use('champion', 1_000), challenger: use('challenger', 100) };
  const { record } = scoreOpened(models, world.inputs());
  const kind = kinds.score as Kind;
  const context = {
    owner: 'maple',
    subjectId: FIRM,
    kind: 'score',
    schemaVersion: kind.schemaVersion,
    reference: 's1',
  };
  const [decisionProof] = commit({ context, kind }, record, sha256('score s1')).disclose(['decision']);
  return { decisionProof: decisionProof as object };
}

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
    params: { scoreId: 's1', decision: 'DECLINED' },
    writes: 0,
  });
  const approved = { ...decisionProof, value: 'APPROVED' };
  expect((await refuse({ score: { scoredBy: 'maple', scoreId: 's1', decisionProof: approved } })).code).toBe(
    'LENDING_SCORE_NOT_PROVEN',
  );
});
