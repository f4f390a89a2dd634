import type { AnyOperation } from '../core/operation.ts';
import { startHost } from './chaincode-host.ts';
import { readConfiguration } from './configuration.ts';
import { setShimLogLevel } from './shim-log.ts';

/** Makes this process a chaincode host: prints `{"ready":true}` when all servers listen, leaves at SIGTERM. */
export function runHost(operations: readonly AnyOperation[]): void {
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', () => process.exit(0));
  // The shim logs two lines per call at its default level, and refusals as errors: refusals are answers here.
  setShimLogLevel(process.env.CORE_CHAINCODE_LOGGING_LEVEL ?? 'CRITICAL');
  listen(operations).then(
    () => process.stdout.write('{"ready":true}\n'),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}

async function listen(operations: readonly AnyOperation[]): Promise<void> {
  await startHost({ ...readConfiguration(process.env), operations });
}
