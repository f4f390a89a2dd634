import { runHost } from './host/run-host.ts';
import { operations } from './operations.ts';

runHost(operations);
