import { policyCases } from './cases/policy.ts';
import { conformance } from './suite.ts';

conformance('policy', policyCases);
