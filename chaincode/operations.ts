import { accountsOperations } from './accounts/contract.ts';
import type { AnyOperation } from './core/operation.ts';
import { paymentsOperations } from './payments/contract.ts';
import { registryOperations } from './registry/contract.ts';
import { settlementOperations } from './settlement/contract.ts';

/** The operations of every module: what the chaincode offers, and what whoever reads its rows must know. */
export const operations: readonly AnyOperation[] = [
  ...accountsOperations,
  ...paymentsOperations,
  ...registryOperations,
  ...settlementOperations,
];
