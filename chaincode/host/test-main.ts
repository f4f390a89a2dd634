import { jarOperations } from '../core/test-operations.ts';
import { runHost } from './run-host.ts';

// A host process of core's test operations.
runHost(jarOperations);
