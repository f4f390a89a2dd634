import { errors as accountErrors } from '@tangram/chaincode/accounts/errors.ts';
import { errors as coreErrors } from '@tangram/chaincode/core/core-errors.ts';
import { type CatalogueRow, catalogueOf } from '@tangram/chaincode/core/errors.ts';
import { errors as laneErrors } from '@tangram/chaincode/core/lane-errors.ts';
import { errors as creditErrors } from '@tangram/chaincode/credit/errors.ts';
import { errors as lendingErrors } from '@tangram/chaincode/lending/errors.ts';
import { errors as paymentErrors } from '@tangram/chaincode/payments/errors.ts';
import { errors as registryErrors } from '@tangram/chaincode/registry/errors.ts';
import { errors as settlementErrors } from '@tangram/chaincode/settlement/errors.ts';
import { errors as isoErrors } from '../iso20022/errors.ts';
import { gatewayErrors } from '../services/gateway-errors.ts';
import { authErrors } from './authentication-errors.ts';
import { errors as apiErrors } from './errors.ts';

/** Every error that a gateway can answer, in the order of the reference. */
export const catalogue: readonly CatalogueRow[] = [
  apiErrors,
  authErrors,
  isoErrors,
  gatewayErrors,
  coreErrors,
  laneErrors,
  accountErrors,
  paymentErrors,
  lendingErrors,
  registryErrors,
  creditErrors,
  settlementErrors,
].flatMap((errors) => catalogueOf(errors));

const rows: ReadonlyMap<string, CatalogueRow> = new Map(catalogue.map((row) => [row.code, row]));

/** The catalogue's row of a code; undefined for a code that no catalogue has. */
export function findRow(code: string): CatalogueRow | undefined {
  return rows.get(code);
}
