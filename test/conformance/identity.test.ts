import { identityCases } from './cases/identity.ts';
import { conformance } from './suite.ts';

conformance('identity', identityCases);
