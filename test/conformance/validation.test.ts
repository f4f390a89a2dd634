import { conflictCases } from './cases/conflict.ts';
import { forgeCases } from './cases/forge.ts';
import { orderingCases } from './cases/ordering.ts';
import { tamperCases } from './cases/tamper.ts';
import { conformance } from './suite.ts';

conformance({
  conflict: conflictCases,
  tamper: tamperCases,
  forge: forgeCases,
  ordering: orderingCases,
});
