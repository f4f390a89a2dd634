import { accountsOperations } from './accounts/contract.ts';
import { runHost } from './host/run-host.ts';
import { paymentsOperations } from './payments/contract.ts';
import { registryOperations } from './registry/contract.ts';
import { settlementOperations } from './settlement/contract.ts';

runHost([...accountsOperations, ...paymentsOperations, ...registryOperations, ...settlementOperations]);
