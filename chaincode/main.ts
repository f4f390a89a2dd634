import { accountsOperations } from './accounts/contract.ts';
import { startHost } from './host/chaincode-host.ts';
import { readConfiguration } from './host/configuration.ts';
import { paymentsOperations } from './payments/contract.ts';
import { settlementOperations } from './settlement/contract.ts';

const operations = [...accountsOperations, ...paymentsOperations, ...settlementOperations];

process.once('SIGTERM', () => process.exit(0));
process.once('SIGINT', () => process.exit(0));
startHost({ ...readConfiguration(process.env), operations }).then(
  () => process.stdout.write('{"ready":true}\n'),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
