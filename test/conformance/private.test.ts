import { privateCases } from './cases/private.ts';
import { conformance } from './suite.ts';

conformance('private', privateCases);
