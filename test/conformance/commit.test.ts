import { commitCases } from './cases/commit.ts';
import { conformance } from './suite.ts';

conformance('commit', commitCases);
