import { errors } from '@tangram/chaincode/credit/errors.ts';
import { publicKeyOf } from '@tangram/chaincode/credit/index.ts';
import type { Consent, DataRequest, Holding } from '@tangram/chaincode/credit/schemas.ts';
import type { Booked, Requester } from '../types.ts';
import { readFields } from './credit-data.ts';
import {
  accessIdFrom,
  type CreditServiceOptions,
  deposit,
  findLatest,
  getConsent,
  homeOf,
  listAllAccesses,
  newSecret,
} from './credit-ledger.ts';
import { requestSecretOf } from './open-holding.ts';

export interface ConsentUse {
  readonly consentId: string;
  readonly subjectId: string;
}

/** Asks the home bank for what a consent covers, with a key made for this subject. Throws ServiceError. */
export async function requestData(
  options: CreditServiceOptions,
  { consentId, subjectId }: ConsentUse,
  requester: Requester,
): Promise<Booked> {
  const { keys, operations } = options;
  // No key is made for whom no subject gave a consent.
  await getConsent(options, { subjectId, consentId });
  const encryptionKey = publicKeyOf(requestSecretOf(keys.ensure(subjectId)));
  const request = { consentId, subjectId, encryptionKey };
  return operations.submitOne({ operation: 'credit:requestData', request, requester });
}

export interface SharedKind {
  readonly kind: string;
  readonly version: number;
  readonly accessNumber: number;
}

/** The home bank's part: opens what the consent covers into the other bank's collection, one deposit a kind. */
export async function sendShares(
  options: CreditServiceOptions,
  { shareId, consentId, subjectId }: ConsentUse & { readonly shareId: string },
  requester: Requester,
): Promise<SharedKind[]> {
  const { client, queries } = options;
  const consent = await getConsent(options, { subjectId, consentId });
  const { grantee, purpose } = consent;
  const asked = await queries.readRow<DataRequest>(grantee, `credit-request/${subjectId}/${consentId}`);
  if (asked === undefined) throw errors.REQUEST_NOT_FOUND({ bank: grantee, consentId });
  const shared: SharedKind[] = [];
  for (const [kind, fields] of fieldsByKind(consent)) {
    const version = (await findLatest(queries, subjectId, kind))?.version;
    if (version === undefined) continue;
    const accessId = accessIdFrom(options, shareId, kind, version);
    const about = { subjectId, kind, reference: `${version}`, consentId, purpose, fields };
    const { accessNumber, disclosures } = await readFields(options, { accessId, ...about, reader: grantee }, requester);
    const request = { subjectId, kind, version, consentId, accessNumber };
    const value = { disclosures, ephemeralSecret: newSecret() };
    const call = { bank: grantee, operation: 'credit:depositShare', request };
    await deposit(client, call, { name: 'share', value });
    shared.push({ kind, version, accessNumber });
  }
  return shared;
}

/** The other bank's part: publishes what has arrived in its collection, in the versions that count. */
export async function receiveShares(
  { bank, operations, queries }: CreditServiceOptions,
  { consentId, subjectId }: ConsentUse,
  requester: Requester,
): Promise<Holding[]> {
  const accesses = await listAllAccesses(queries, homeOf(subjectId), subjectId);
  const meant = accesses.filter((access) => access.reader === bank && access.consentId === consentId);
  // The last access to a kind is the one that its bytes were deposited under.
  const last = new Map(meant.map((access) => [access.kind, access]));
  const received: Holding[] = [];
  for (const [kind, { accessNumber, reference }] of last) {
    const request = { subjectId, kind, version: Number(reference), consentId, accessNumber };
    received.push(
      (await operations.submitOne<Holding>({ operation: 'credit:recordShare', request, requester })).result,
    );
  }
  return received;
}

/** Fields of a consent by their kind; a score is computed anew, not shared. */
export function fieldsByKind({ fields }: Pick<Consent, 'fields'>): Map<string, string[]> {
  const kindOf = (field: string) => field.slice(0, field.indexOf('.'));
  return Map.groupBy(
    fields.filter((field) => kindOf(field) !== 'score'),
    kindOf,
  );
}
