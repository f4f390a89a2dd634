import { runProgram } from '../host/run-program.ts';

// A host process of core's test operations.
runProgram(async () => (await import('./jar-operations.ts')).jarOperations);
