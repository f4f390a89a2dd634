import { createTable } from '@tangram/chaincode/core/dispatch.ts';
import { operations } from '@tangram/chaincode/operations.ts';

/** By which batches are written and rows are read: the chaincode's own table. */
export const operationTable = createTable(operations);
