import { runHost } from '../host/run-host.ts';
import { jarOperations } from './jar-operations.ts';

// A host process of core's test operations.
runHost(jarOperations);
