import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, creditModel, FIRM, planted } from '../testing/credit-world.ts';
import { scoreOpened } from './score-record.ts';
import type { ScorecardModel } from './scorecard/model.ts';

const cutoff = { cutoffVersion: 1, approveFrom: 620, referFrom: 600 };
const champion = creditModel('champion', 1_000);
/** A challenger that has no points for a time in business which is not known. */
const strict = {
  ...creditModel('challenger', 100),
  attributes: creditModel('challenger', 100).attributes.map(({ missing, ...attribute }) =>
    attribute.name === 'tenure' ? attribute : { ...attribute, missing },
  ),
} as ScorecardModel;

let world: CreditWorld;
beforeEach(async () => {
  world = await new CreditWorld().openFirm();
  await world.putData('tax', planted.tax);
  await world.putData('profile', planted.profile);
  await world.consent();
});

const recordOf = (response: object) => ({ scoreId: 's1', subjectId: FIRM, consentId: 'c1', ...response });
const putToUse = async (challenger: ScorecardModel) => {
  const use = ({ modelId }: ScorecardModel) => ({ modelId, version: 1, cutoff });
  for (const model of [champion, challenger]) await world.accept('consortium', 'credit:registerModel', { model });
  await world.accept('consortium', 'credit:useModels', { champion: use(champion), challenger: use(challenger) });
};
const digestOf = async (modelId: string) =>
  (await world.ledger.query('consortium', 'credit:getModel', { modelId, version: 1 })).digest;

describe('a statement about a score', () => {
  test('names both models that were computed', async () => {
    await putToUse(strict);
    const { response } = await world.depositScore({ inputs: world.inputs() });
    const models = { modelDigest: await digestOf('champion'), challengerDigest: await digestOf('challenger') };
    expect(response).toMatchObject(models);
    expect(await world.accept('maple', 'credit:recordScore', recordOf(response))).toMatchObject(models);
  });

  test('of an applicant whom the challenger cannot score names the champion alone', async () => {
    await putToUse(strict);
    const { response } = await world.depositScore({ inputs: world.inputs().slice(0, 1) });
    expect(response).not.toHaveProperty('challengerDigest');
    const statement = await world.accept('maple', 'credit:recordScore', recordOf(response));
    expect(statement.modelDigest).toBe(await digestOf('champion'));
  });

  test('is refused while the consortium has no model in use', async () => {
    const { response } = await world.depositData({ kind: 'tax', record: planted.tax });
    const digests = { modelDigest: response.commitment, inputDigest: response.commitment, cutoffVersion: 1 };
    expect(await world.refuse('maple', 'credit:recordScore', recordOf({ ...response, ...digests }))).toMatchObject({
      code: 'CREDIT_MODEL_NOT_IN_USE',
      writes: 0,
    });
  });

  test('rests on data that the home bank holds', async () => {
    await putToUse(strict);
    const disclosures = world.openLeaves('bureau', ['defaults']);
    expect(await refusalOf(world.depositScore({ inputs: [{ kind: 'bureau', version: 1, disclosures }] }))).toEqual({
      code: 'CREDIT_HOLDING_NOT_FOUND',
      params: { kind: 'bureau', reference: '1', subjectId: FIRM },
    });
  });
});

describe('a computed score', () => {
  test('holds its reasons apart by spaces, and the challenger beside the champion', () => {
    const models = { champion: { model: champion, cutoff }, challenger: { model: strict, cutoff } };
    const known = scoreOpened(models, world.inputs());
    expect([known.champion.modelId, known.challenger?.modelId]).toEqual(['champion', 'challenger']);
    const unknown = scoreOpened(models, []);
    // 600 less 14 for each of two figures that nobody opened.
    expect(unknown.record).toMatchObject({ score: 572, reasonCodes: 'R01 R02', challenger: null });
    expect(unknown.challenger).toBeUndefined();
  });
});
