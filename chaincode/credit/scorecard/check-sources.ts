import { findField } from '../data/kinds.ts';
import { errors } from '../errors.ts';
import type { Attribute, ScorecardModel } from './model.ts';

/** A model that is to score what banks hold must take each attribute from a field of such values. Refuses: MODEL_INVALID. */
export function assertSources({ attributes }: ScorecardModel): void {
  for (const attribute of attributes) {
    if (!isSourced(attribute)) {
      throw errors.MODEL_INVALID({ rule: `the source of ${attribute.name} does not hold such values` });
    }
  }
}

function isSourced({ source, ...attribute }: Attribute): boolean {
  // A score that feeds a score would let one decision repeat itself.
  const field = source.kind === 'score' ? undefined : findField(source.kind, source.field);
  if (field === undefined) return false;
  if (attribute.type === 'range') return field.type === 'count' || field.type === 'amount';
  const { bands } = attribute;
  return (
    field.type === 'category' && bands.every((band) => band.categories.every((it) => field.categories.includes(it)))
  );
}
