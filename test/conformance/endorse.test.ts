import { endorseCases } from './cases/endorse.ts';
import { conformance } from './suite.ts';

conformance('endorse', endorseCases);
