import { fileURLToPath } from 'node:url';
import { type Process, startProcess } from './process.ts';

/** A chaincode service: the package id it answers for and where it listens. */
export interface Server {
  ccid: string;
  address: string;
}

/** The process that serves chaincode, started and stopped by the suite. */
export interface Host {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const fixture = fileURLToPath(new URL('chaincode/main.ts', import.meta.url));

/** A host for these servers; starting it again while it runs does nothing. */
export function createHost(servers: Server[]): Host {
  let running: Process | undefined;
  return {
    async start() {
      if (running?.isRunning()) return;
      running = await startProcess(fixture, [], {
        CHAINCODE_SERVERS: JSON.stringify(servers),
        CORE_CHAINCODE_LOGGING_LEVEL: 'critical',
        CORE_CHAINCODE_LOGGING_SHIM: 'critical',
      });
    },
    async stop() {
      await running?.stop();
    },
  };
}
