import { policyCases } from './cases/policy.ts';
import { privateCases } from './cases/private.ts';
import { privateLifeCases } from './cases/private-life.ts';
import { transientCases } from './cases/transient.ts';
import { conformance } from './suite.ts';

conformance({
  policy: policyCases,
  private: privateCases,
  'private-life': privateLifeCases,
  transient: transientCases,
});
