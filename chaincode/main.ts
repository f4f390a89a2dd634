import { runProgram } from './host/run-program.ts';

runProgram(async () => (await import('./operations.ts')).operations);
