import { errors } from '@tangram/chaincode/credit/errors.ts';
import { type CreditRecord, type Disclosure, provenLimits } from '@tangram/chaincode/credit/index.ts';
import type { Deposited, Holding } from '@tangram/chaincode/credit/schemas.ts';
import type { Booked, Requester } from '../types.ts';
import {
  type CreditServiceOptions,
  deposit,
  findHolding,
  findSubject,
  homeOf,
  type Reading,
  readSealed,
  secretFrom,
} from './credit-ledger.ts';
import { openHolding } from './open-holding.ts';

export interface PutData {
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
  readonly record: CreditRecord;
}

/** Two ledger transactions: sealed where only the owner sees it, then its commitment published. Throws ServiceError. */
export async function putData(options: CreditServiceOptions, data: PutData, requester: Requester): Promise<Booked> {
  const { bank, client, keys, operations, queries } = options;
  const { subjectId, kind, version, record } = data;
  // No key is made for a stranger, nor again for who was forgotten.
  if (homeOf(subjectId) !== bank) throw errors.SUBJECT_NOT_HERE({ subjectId, bank });
  if ((await findSubject(queries, bank, subjectId))?.status === 'ERASED') throw errors.SUBJECT_ERASED({ subjectId });
  const subjectKey = keys.ensure(subjectId);
  const value = { record, secret: secretFrom(subjectKey, data), subjectKey };
  const about = { subjectId, kind, version };
  const call = { bank, operation: 'credit:depositData', request: about };
  const deposited = await deposit<Deposited>(client, call, { name: 'deposit', value });
  const request = { ...about, ...deposited };
  return operations.submitOne({ operation: 'credit:recordData', request, requester });
}

export interface ReadFields {
  readonly accessNumber: number;
  readonly commitment: string;
  readonly disclosures: Disclosure[];
  /** Between which limits a figure lies whose band was read. */
  readonly bands: Band[];
}

interface Band {
  readonly leaf: string;
  readonly from?: string;
  readonly below?: string;
}

/** Records an access, then opens the fields. Throws ServiceError. */
export async function readFields(
  options: CreditServiceOptions,
  reading: Reading,
  requester: Requester,
): Promise<ReadFields> {
  const { subjectId, kind, reference, fields } = reading;
  const holding = await findHolding(options.queries, options.bank, `${subjectId}/${kind}/${reference}`);
  if (holding === undefined) throw errors.HOLDING_NOT_FOUND({ subjectId, kind, reference });
  const { grant, sealed } = await readSealed(options, reading, requester);
  const disclosures = openHolding(options, holding, { sealed, fields });
  const bands = disclosures.flatMap((disclosure) => limitsOf(holding, disclosure));
  return { accessNumber: grant.accessNumber, commitment: holding.commitment, disclosures, bands };
}

function limitsOf(holding: Holding, disclosure: Disclosure): Band[] {
  const { owner, subjectId, kind, schemaVersion, reference, commitment } = holding;
  const context = { owner, subjectId, kind, schemaVersion, reference };
  const limits = provenLimits({ context, commitment }, disclosure);
  if (limits === undefined) return [];
  const texts = Object.entries(limits).map(([name, limit]) => [name, `${limit}`]);
  return [{ leaf: disclosure.leaf, ...Object.fromEntries(texts) }];
}
