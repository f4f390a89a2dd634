import { creditModel, EXPIRES, planted } from '@tangram/chaincode/testing/credit-world.ts';
import { product } from '@tangram/chaincode/testing/lending-world.ts';
import { type ApiAnswer, type MemoryApi, openBooks, startMemoryApi } from '../testing/memory-api.ts';

const subjectId = 'cedar-alice';
const fields = ['tax.turnover', 'profile.tenure'];

/** Alice's firm is scored by its own bank at 649 points: declined by one cutoff, approved by the next. */
describe('a loan request on a score, through REST', () => {
  let api: MemoryApi;
  let declined: any;
  let approved: any;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank']);
    await openBooks(api, ['cedar']);
    await send('centralbank', '/v1/loan-products', product);
    await send('centralbank', '/v1/credit/models', { model: creditModel('champion', 1_000) });
    for (const kind of ['tax', 'profile'] as const) {
      await send('cedar', `/v1/credit/subjects/${subjectId}/data`, { kind, version: 1, record: planted[kind] });
    }
    const consent = { consentId: 'c1', subjectId, grantee: 'cedar', purpose: 'CREDIT_DECISION', fields };
    await send('cedar', '/v1/credit/consents', { ...consent, expiresAt: EXPIRES });
    declined = await scoreWith({ cutoffVersion: 1, approveFrom: 2_000, referFrom: 1_999 }, 's-declined');
    approved = await scoreWith({ cutoffVersion: 2, approveFrom: 620, referFrom: 600 }, 's-approved');
  });
  afterAll(() => api.stop());

  async function send(bank: string, path: string, body: object, method: 'POST' | 'PUT' = 'POST'): Promise<any> {
    const answer = await api.call({ bank, method, path, body });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  }

  async function scoreWith(cutoff: object, scoreId: string): Promise<any> {
    await send(
      'centralbank',
      '/v1/credit/models-in-use',
      { champion: { modelId: 'champion', version: 1, cutoff } },
      'PUT',
    );
    return send('cedar', '/v1/credit/scores', { scoreId, consentId: 'c1', subjectId });
  }

  let asked = 100;
  function ask(score: object): Promise<ApiAnswer> {
    asked += 1;
    const terms = { productId: 'SME', productVersion: 1, amount: { amount: '10000', currency: 'CNY' } };
    const rest = { highestRate: '0.12', instalments: 6, matching: 'proRata', expiresAt: EXPIRES };
    const body = { requestId: `Q-${asked}`, borrowerAccount: subjectId, ...terms, ...rest, score };
    return api.call({ method: 'POST', path: '/v1/loan-requests', body });
  }

  const claim = ({ scoreId, decisionProof }: any, more: object = {}, scoredBy = 'cedar') => ({
    ...{ scoredBy, scoreId },
    decisionProof: { ...decisionProof, ...more },
  });

  /** All that was ever sent to endorsers. What is in a batch stands in its row for ever, refused or not. */
  const sent: string[] = [];
  const isSent = (text: string) => sent.some((each) => each.includes(text));
  // A digest travels as its 32 bytes.
  const isSaltSent = ({ decisionProof }: any) => isSent(Buffer.from(decisionProof.salt, 'hex').toString('latin1'));
  beforeAll(() => {
    api.gateways.fabric.fault = ({ step, call }) => {
      const texts = Object.values(call?.transient ?? {}).map((bytes) => Buffer.from(bytes).toString('latin1'));
      if (step === 'endorse') sent.push(call?.argument ?? '', ...texts);
      return undefined;
    };
  });

  const notProven = (scoredBy = 'cedar') => ({ scoredBy, scoreId: 's-declined', accountId: subjectId });
  test.each([
    ['declined', () => claim(declined), 'LENDING_SCORE_NOT_APPROVED', { scoreId: 's-declined' }],
    // With the salt of a proof anybody can try the three decisions, whichever the request names.
    ['hides that', () => claim(declined, { value: 'APPROVED' }), 'LENDING_SCORE_NOT_PROVEN', notProven()],
    ['opens more', () => claim(declined, { leaf: 'score', value: 649 }), 'LENDING_SCORE_NOT_PROVEN', notProven()],
    ['another bank made', () => claim(declined, {}, 'maple'), 'LENDING_SCORE_NOT_PROVEN', notProven('maple')],
    ['no bank made', () => claim(declined, {}, 'nobank'), 'LENDING_SCORE_NOT_PROVEN', notProven('nobank')],
  ])('that %s is refused before anything of it is sent to a peer', async (_, score, code, params) => {
    expect(declined).toMatchObject({ score: 649, decision: 'DECLINED' });
    const answer = await ask(score());
    expect(answer).toMatchObject({ status: 422, body: { code, params } });
    expect(answer.text).not.toContain('DECLINED');
    expect([isSent(`Q-${asked}`), isSaltSent(declined)]).toEqual([false, false]);
  });

  test('that is approved is open for offers, and tells every member that it was approved', async () => {
    expect(await ask(claim(approved))).toMatchObject({ status: 201, body: { status: 'OPEN' } });
    expect(isSent(`Q-${asked}`)).toBe(true);
    expect([isSaltSent(approved), isSent('APPROVED'), isSent('DECLINED')]).toEqual([true, true, false]);
  });
});
