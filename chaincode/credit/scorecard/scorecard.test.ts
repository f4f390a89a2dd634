import { refusalOf } from '../../core/memory-ledger.ts';
import { bestApplicant, smallScorecard } from '../../testing/small-scorecard.ts';
import { readModel } from './check-model.ts';
import { assertSources } from './check-sources.ts';
import { assertCutoff, decide, judge, judgeWithChallenger } from './decide.ts';
import { basePointsOf, pointsOf } from './derive-points.ts';
import { digestModel, type ScorecardModel } from './model.ts';
import { scoreApplicant } from './score.ts';

const model = smallScorecard();
const refusal = async (call: () => unknown) => refusalOf(Promise.resolve().then(call));
const changed = (change: (copy: any) => void): ScorecardModel => {
  const copy = structuredClone(model) as any;
  change(copy);
  return copy;
};

describe('points', () => {
  test.each([
    // factor = 20 / ln 2 = 28.8539; a weight of ln 2 doubles the odds, so it is worth the 20 points themselves.
    { coefficient: 1_000_000_000, weight: 693_147_181, points: 20 },
    { coefficient: 1_000_000_000, weight: -693_147_181, points: -20 },
    { coefficient: 1_000_000_000, weight: 1_000_000_000, points: 29 },
    { coefficient: 500_000_000, weight: 1_000_000_000, points: 14 },
    { coefficient: -500_000_000, weight: 1_000_000_000, points: -14 },
    { coefficient: 0, weight: 1_000_000_000, points: 0 },
  ])('of coefficient $coefficient and weight $weight are $points', ({ coefficient, weight, points }) => {
    expect(pointsOf(20, coefficient, weight)).toBe(points);
  });

  test('that no number could hold are thrown, not rounded', () => {
    expect(() => pointsOf(1_000_000_000, 1_000_000_000, 1_000_000_000)).not.toThrow();
    expect(() => pointsOf(1_000_000_000_000, 1_000_000_000_000, 1_000_000_000_000)).toThrow(RangeError);
  });

  test.each([
    // 600 - 20 / ln 2 * (ln 30 - intercept)
    { intercept: 0, base: 502 },
    { intercept: 1_000_000_000, base: 531 },
    { intercept: 3_401_197_382, base: 600 },
    { intercept: 4_094_344_562, base: 620 },
  ])('that everybody has are $base at an intercept of $intercept', ({ intercept, base }) => {
    expect(basePointsOf({ scaling: model.scaling, intercept })).toBe(base);
  });
});

describe('scoreApplicant', () => {
  test('adds base points and one band per attribute', () => {
    const { score, attributes, reasonCodes } = scoreApplicant(model, bestApplicant);
    expect(score).toBe(531 + 29 * 4 + 20 + 12);
    expect(attributes.map(({ cost }) => cost)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(reasonCodes).toEqual([]);
  });

  test.each([
    { name: 'below a bound', inflow: 99, points: 0 },
    { name: 'on a bound, which belongs to the next band', inflow: 100, points: 29 },
    { name: 'on the lowest bound', inflow: 0, points: 0 },
    { name: 'below every bound', inflow: -1, points: -29 },
    { name: 'beyond safe integers, as text', inflow: '99999999999999999999999', points: 29 },
    { name: 'not known', inflow: null, points: -14 },
  ])('takes the band of a figure $name', ({ inflow, points }) => {
    const { attributes } = scoreApplicant(model, { ...bestApplicant, inflow });
    expect(attributes[0]).toEqual({ name: 'inflow', points, cost: 29 - points });
  });

  test('names the four dearest attributes, and of equals the one declared first', () => {
    const worst = { inflow: -1, balance: 0, invoices: -1, taxPaid: -1, years: 1, history: 'LATE' };
    // Costs 58, 29, 58, 58, 40, 55.
    expect(scoreApplicant(model, worst).reasonCodes).toEqual(['R01', 'R03', 'R04', 'R06']);
    const reversed = changed((copy) => copy.attributes.reverse());
    expect(scoreApplicant(reversed, worst).reasonCodes).toEqual(['R04', 'R03', 'R01', 'R06']);
  });

  test('names fewer where fewer cost anything', () => {
    expect(scoreApplicant(model, { ...bestApplicant, years: 1 }).reasonCodes).toEqual(['R05']);
  });

  test('breaks off at a model that nobody checked and whose bands leave a figure out', () => {
    const open = changed((copy) => copy.attributes[0].bands.pop());
    expect(() => scoreApplicant(open, bestApplicant)).toThrow('Invariant C1');
  });

  test('counts a missing value against the best that the attribute offers, missing included', () => {
    const kind = changed((copy) => {
      copy.attributes[0].missing = { weightOfEvidence: 2_000_000_000, points: 58 };
    });
    expect(scoreApplicant(kind, bestApplicant).attributes[0]).toEqual({ name: 'inflow', points: 29, cost: 29 });
  });

  test.each([
    { name: 'a missing category', input: { history: undefined }, attribute: 'history', problem: 'missing' },
    { name: 'an unknown one', input: { history: 'NICE' }, attribute: 'history', problem: 'no category of the model' },
    { name: 'a fraction', input: { years: 1.5 }, attribute: 'years', problem: 'no whole number' },
    { name: 'text', input: { years: '1e3' }, attribute: 'years', problem: 'no whole number' },
    { name: 'an unsafe number', input: { years: 2 ** 60 }, attribute: 'years', problem: 'no whole number' },
  ])('refuses $name without repeating it', async ({ input, attribute, problem }) => {
    expect(await refusal(() => scoreApplicant(model, { ...bestApplicant, ...input }))).toEqual({
      code: 'CREDIT_SCORE_INPUT_INVALID',
      params: { attribute, problem },
    });
  });
});

describe('readModel', () => {
  test('takes a model whose points follow from its log-odds', () => {
    expect(readModel(JSON.parse(JSON.stringify(model)))).toEqual(model);
  });

  test.each<{ rule: string; change: (copy: any) => void }>([
    { rule: 'it does not match the schema', change: (copy) => Object.assign(copy, { author: 'me' }) },
    { rule: 'it does not match the schema', change: (copy) => Object.assign(copy, { intercept: 0.5 }) },
    { rule: 'name balance stands twice', change: (copy) => Object.assign(copy.attributes[0], { name: 'balance' }) },
    { rule: 'reasonCode R02 stands twice', change: (copy) => Object.assign(copy.attributes[0], { reasonCode: 'R02' }) },
    { rule: 'inflow needs one open band, the last', change: (copy) => copy.attributes[0].bands.pop() },
    {
      rule: 'inflow needs one open band, the last',
      change: (copy) => {
        delete copy.attributes[0].bands[0].below;
      },
    },
    {
      rule: 'the bands of inflow do not ascend',
      change: (copy) => Object.assign(copy.attributes[0].bands[1], { below: 0 }),
    },
    {
      rule: 'a category of history stands twice',
      change: (copy) => copy.attributes[5].bands[1].categories.push('CLEAN'),
    },
    {
      rule: 'basePoints do not follow from scaling and intercept',
      change: (copy) => Object.assign(copy, { basePoints: copy.basePoints + 1 }),
    },
    {
      rule: 'points of years do not follow from its log-odds',
      change: (copy) => Object.assign(copy.attributes[4].bands[1], { points: 21 }),
    },
    {
      rule: 'points of years do not follow from its log-odds',
      change: (copy) => Object.assign(copy.attributes[4].missing, { points: 0 }),
    },
  ])('refuses a model where $rule', async ({ rule, change }) => {
    expect(await refusal(() => readModel(changed(change)))).toEqual({ code: 'CREDIT_MODEL_INVALID', params: { rule } });
  });

  test('names a model by a digest that any change of content changes, and no change of order', () => {
    const digest = digestModel(model);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digestModel(Object.fromEntries(Object.entries(model).reverse()) as ScorecardModel)).toBe(digest);
    expect(digestModel({ ...model, version: 2 })).not.toBe(digest);
    expect(digestModel(changed((copy) => copy.attributes.reverse()))).not.toBe(digest);
  });
});

describe('assertSources', () => {
  const banded = (...bands: string[][]) =>
    changed((copy) => {
      const [band] = copy.attributes[5].bands;
      const source = { kind: 'profile', field: 'tenure' };
      const attribute = { ...copy.attributes[5], source, bands: bands.map((categories) => ({ ...band, categories })) };
      copy.attributes = [attribute];
    });
  const sourced = (source: object, type = 'range') =>
    changed((copy) => {
      copy.attributes = [{ ...copy.attributes[type === 'range' ? 0 : 5], source }];
    });

  test('takes figures for ranges and known categories for categories', () => {
    expect(() => assertSources(sourced({ kind: 'tax', field: 'turnover' }))).not.toThrow();
    expect(() => assertSources(sourced({ kind: 'bureau', field: 'defaults' }))).not.toThrow();
    expect(() => assertSources(banded(['NONE', 'BELOW_1'], ['FROM_1']))).not.toThrow();
  });

  test.each([
    { name: 'one band of several', bands: [['NONE'], ['GOLDEN']] },
    { name: 'one category of several', bands: [['NONE', 'GOLDEN'], ['FROM_1']] },
  ])('refuses a category that the field does not have in $name', async ({ bands }) => {
    expect((await refusal(() => assertSources(banded(...bands))))?.code).toBe('CREDIT_MODEL_INVALID');
  });

  test.each([
    { name: 'an unknown kind', kind: 'toString', field: 'turnover', type: 'range' },
    { name: 'an unknown field', kind: 'tax', field: 'bonus', type: 'range' },
    { name: 'a score as input', kind: 'score', field: 'score', type: 'range' },
    { name: 'a text as a range', kind: 'profile', field: 'legalName', type: 'range' },
    { name: 'a figure as a category', kind: 'tax', field: 'turnover', type: 'category' },
    { name: 'categories that the field does not have', kind: 'profile', field: 'tenure', type: 'category' },
  ])('refuses $name', async ({ kind, field, type }) => {
    const attribute = type === 'range' ? 'inflow' : 'history';
    expect(await refusal(() => assertSources(sourced({ kind, field }, type)))).toEqual({
      code: 'CREDIT_MODEL_INVALID',
      params: { rule: `the source of ${attribute} does not hold such values` },
    });
  });
});

describe('decisions', () => {
  const cutoff = { cutoffVersion: 3, approveFrom: 600, referFrom: 560 };

  test.each([
    { score: 600, decision: 'APPROVED' },
    { score: 599, decision: 'REFERRED' },
    { score: 560, decision: 'REFERRED' },
    { score: 559, decision: 'DECLINED' },
  ])('$score is $decision', ({ score, decision }) => {
    expect(decide(score, cutoff)).toBe(decision);
  });

  test('refuses a cutoff that refers what it approves', async () => {
    const upsideDown = { cutoffVersion: 1, approveFrom: 500, referFrom: 501 };
    expect(await refusal(() => decide(700, upsideDown))).toEqual({
      code: 'CREDIT_CUTOFF_INVALID',
      params: { rule: 'referFrom is above approveFrom' },
    });
    expect(() => assertCutoff({ cutoffVersion: 1, approveFrom: 500, referFrom: 500 })).not.toThrow();
  });

  test('states score, decision, reasons, model and cutoff', () => {
    expect(judge({ model, cutoff }, { ...bestApplicant, history: 'LATE' })).toMatchObject({
      modelId: 'small',
      modelVersion: 1,
      modelDigest: digestModel(model),
      cutoffVersion: 3,
      score: 624,
      decision: 'APPROVED',
      reasonCodes: ['R06'],
    });
  });

  test('the champion decides whatever the challenger says', () => {
    const challenger = {
      model: { ...model, modelId: 'stern' },
      cutoff: { ...cutoff, approveFrom: 900, referFrom: 800 },
    };
    const both = judgeWithChallenger({ champion: { model, cutoff }, challenger }, bestApplicant);
    expect(both.champion.decision).toBe('APPROVED');
    expect(both.challenger).toMatchObject({ modelId: 'stern', decision: 'DECLINED' });
    expect(judgeWithChallenger({ champion: { model, cutoff } }, bestApplicant)).toEqual({ champion: both.champion });
  });

  test('an applicant whom only the challenger cannot score is decided; one whom the champion cannot is refused', async () => {
    const curious = { cutoff, model: changed((copy) => Object.assign(copy.attributes[5], { name: 'mood' })) };
    const both = judgeWithChallenger({ champion: { model, cutoff }, challenger: curious }, bestApplicant);
    expect(both.champion.decision).toBe('APPROVED');
    expect(both.challenger).toBeUndefined();
    const other = refusal(() => judgeWithChallenger({ champion: curious }, bestApplicant));
    expect((await other)?.code).toBe('CREDIT_SCORE_INPUT_INVALID');
    const upsideDown = { model, cutoff: { cutoffVersion: 1, approveFrom: 1, referFrom: 2 } };
    const wrong = refusal(() =>
      judgeWithChallenger({ champion: { model, cutoff }, challenger: upsideDown }, bestApplicant),
    );
    expect((await wrong)?.code).toBe('CREDIT_CUTOFF_INVALID');
  });
});
