import { endorseCases } from './cases/endorse.ts';
import { identityCases } from './cases/identity.ts';
import { rangeCases } from './cases/range.ts';
import { stateCases } from './cases/state.ts';
import { conformance } from './suite.ts';

conformance({
  identity: identityCases,
  endorse: endorseCases,
  state: stateCases,
  range: rangeCases,
});
