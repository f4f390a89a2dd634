import { stateCases } from './cases/state.ts';
import { conformance } from './suite.ts';

conformance('state', stateCases);
