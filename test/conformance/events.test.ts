import { eventsCases } from './cases/events.ts';
import { conformance } from './suite.ts';

conformance('events', eventsCases);
