import { checker } from '../../core/schema.ts';
import { errors } from '../errors.ts';
import { basePointsOf, pointsOf } from './derive-points.ts';
import { type Attribute, ScorecardModel } from './model.ts';

const isModel = checker(ScorecardModel);

/**
 * A model whose bands cover every value once and whose points follow from its log-odds. Refuses: MODEL_INVALID, with
 * the first rule broken of schema, names, reason codes, bands, points.
 */
export function readModel(value: unknown): ScorecardModel {
  if (!isModel(value)) throw errors.MODEL_INVALID({ rule: 'it does not match the schema' });
  assertDistinct(value.attributes, 'name');
  assertDistinct(value.attributes, 'reasonCode');
  for (const attribute of value.attributes) assertBands(attribute);
  assertPoints(value);
  return value;
}

function assertDistinct(attributes: readonly Attribute[], field: 'name' | 'reasonCode'): void {
  const seen = new Set<string>();
  for (const attribute of attributes) {
    if (seen.has(attribute[field])) throw errors.MODEL_INVALID({ rule: `${field} ${attribute[field]} stands twice` });
    seen.add(attribute[field]);
  }
}

/** Ranges ascend and the last is open, so that each number has exactly one band; a category stands once. */
function assertBands(attribute: Attribute): void {
  const { name } = attribute;
  if (attribute.type === 'category') {
    const categories = attribute.bands.flatMap((band) => band.categories);
    if (new Set(categories).size < categories.length) {
      throw errors.MODEL_INVALID({ rule: `a category of ${name} stands twice` });
    }
    return;
  }
  let last = Number.NEGATIVE_INFINITY;
  attribute.bands.forEach(({ below = Number.POSITIVE_INFINITY }, index) => {
    const isLast = index === attribute.bands.length - 1;
    const isOpen = below === Number.POSITIVE_INFINITY;
    if (isLast !== isOpen) throw errors.MODEL_INVALID({ rule: `${name} needs one open band, the last` });
    if (below <= last) throw errors.MODEL_INVALID({ rule: `the bands of ${name} do not ascend` });
    last = below;
  });
}

function assertPoints(model: ScorecardModel): void {
  const { pointsToDoubleOdds } = model.scaling;
  if (model.basePoints !== basePointsOf(model)) {
    throw errors.MODEL_INVALID({ rule: 'basePoints do not follow from scaling and intercept' });
  }
  for (const { name, coefficient, bands, missing } of model.attributes) {
    for (const { weightOfEvidence, points } of [...bands, ...(missing ? [missing] : [])]) {
      if (points !== pointsOf(pointsToDoubleOdds, coefficient, weightOfEvidence)) {
        throw errors.MODEL_INVALID({ rule: `points of ${name} do not follow from its log-odds` });
      }
    }
  }
}
