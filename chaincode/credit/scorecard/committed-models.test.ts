import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModel } from './check-model.ts';
import { assertSources } from './check-sources.ts';
import { digestModel } from './model.ts';
import { type ScoreInput, scoreApplicant } from './score.ts';

const folder = join(import.meta.dirname, '..', 'models');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const names = readdirSync(folder).filter((name) => /-\d+\.json$/.test(name));

interface Example {
  name: string;
  input: ScoreInput;
  score: number;
  reasonCodes: string[];
}

describe.each(names)('committed model %s', (name) => {
  const model = readModel(read(name));
  const examples: Example[] = read(name.replace('.json', '.examples.json'));

  test.each(examples)('scores an invented applicant, $name, as written down: $score', (example) => {
    expect(scoreApplicant(model, example.input)).toMatchObject({
      score: example.score,
      reasonCodes: example.reasonCodes,
    });
  });

  test('gives the points that its log-odds give in floating point, each rounded once', () => {
    const { score, odds, pointsToDoubleOdds } = model.scaling;
    const factor = pointsToDoubleOdds / Math.log(2);
    const base = score + factor * (model.intercept / 1e9 - Math.log(odds.good / odds.bad));
    expect(Math.abs(model.basePoints - base)).toBeLessThanOrEqual(0.5 + 1e-9);
    for (const { coefficient, bands } of model.attributes) {
      for (const { weightOfEvidence, points } of bands) {
        const exact = factor * (coefficient / 1e9) * (weightOfEvidence / 1e9);
        expect(Math.abs(points - exact)).toBeLessThanOrEqual(0.5 + 1e-9);
      }
    }
  });

  test('has the digest of its report', () => {
    const report = join(import.meta.dirname, '../../../docs/reference', `scorecard-${name.replace('.json', '.md')}`);
    expect(readFileSync(report, 'utf8')).toContain(digestModel(model));
  });

  test('takes every attribute from credit data that can be deposited', () => {
    expect(() => assertSources(model)).not.toThrow();
  });

  test('tells nobody a reason twice', () => {
    expect(new Set(model.attributes.map(({ reason }) => reason)).size).toBe(model.attributes.length);
  });
});
