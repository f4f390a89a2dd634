import { createHmac, randomBytes } from 'node:crypto';
import { canonicalJson, sha256 } from '@tangram/chaincode/core/canonical.ts';
import { mspIdOf } from '@tangram/chaincode/core/names.ts';
import { errors } from '@tangram/chaincode/credit/errors.ts';
import type { Access, Consent, Grant, Holding, Latest, Sealed, Subject } from '@tangram/chaincode/credit/schemas.ts';
import type { FabricClient } from '../../fabric/fabric-client.ts';
import type { SubjectKeys } from '../../secrets/subject-keys.ts';
import { submitDirect } from '../direct-transaction.ts';
import type { LedgerQueries, OperationService, Requester } from '../types.ts';

export interface CreditServiceOptions {
  bank: string;
  banks: readonly string[];
  client: FabricClient;
  operations: OperationService;
  queries: LedgerQueries;
  keys: SubjectKeys;
  now: () => number;
}

/** The bank at which a subject has its account. */
export const homeOf = (subjectId: string): string => subjectId.slice(0, subjectId.indexOf('-'));

/** An id that follows from what it is for, so that a repetition is one: 36 characters. */
const idFrom = (...about: readonly (string | number)[]): string => sha256(canonicalJson(about)).slice(0, 36);

const WINDOW_MILLISECONDS = 120_000;
const NOT_RECORDED = 'CREDIT_ACCESS_NOT_RECORDED';

/**
 * Id of an access for a purpose that has an id. The same within two minutes, so that a retry is one access; later it is
 * a read of its own, and what was recorded for the first would have expired.
 */
export const accessIdFrom = (
  { now }: Pick<CreditServiceOptions, 'now'>,
  ...about: readonly (string | number)[]
): string => idFrom(...about, Math.floor(now() / WINDOW_MILLISECONDS));

export const newSecret = (): string => randomBytes(32).toString('hex');

/** A secret that only who has the subject's key can find again, so that a repetition seals and commits to the same bytes. */
export function secretFrom(subjectKey: string, about: object): string {
  return createHmac('sha256', Buffer.from(subjectKey, 'hex'))
    .update(`tangram/credit-secret/v1\n${canonicalJson(about)}`)
    .digest('hex');
}

/** Submits a private deposit; only `endorser`'s peers see the transient value. */
export async function deposit<Result>(
  client: FabricClient,
  call: { readonly bank: string; readonly operation: string; readonly request: object },
  transient?: { readonly name: string; readonly value: object },
): Promise<Result> {
  const text = transient && canonicalJson(transient.value);
  const { result } = await submitDirect(client, {
    call: {
      chaincode: call.bank,
      transactionName: call.operation,
      argument: canonicalJson({ ...call.request, ...(text === undefined ? {} : { digest: sha256(text) }) }),
      ...(text === undefined ? {} : { transient: { [transient?.name ?? '']: Buffer.from(text) } }),
    },
    endorsers: [mspIdOf(call.bank)],
    lags: (code) => code === NOT_RECORDED,
  });
  return JSON.parse(result) as Result;
}

/** A consent as the subject's home bank has it. Throws CREDIT_CONSENT_NOT_FOUND. */
export async function getConsent(
  { banks, queries }: Pick<CreditServiceOptions, 'banks' | 'queries'>,
  { subjectId, consentId }: { readonly subjectId: string; readonly consentId: string },
): Promise<Consent> {
  const home = homeOf(subjectId);
  const consent = banks.includes(home)
    ? await queries.readRow<Consent>(home, `credit-consent/${consentId}`)
    : undefined;
  if (consent?.subjectId !== subjectId) throw errors.CONSENT_NOT_FOUND({ consentId });
  return consent;
}

export const findLatest = (queries: LedgerQueries, subjectId: string, kind: string) =>
  queries.readRow<Latest>(homeOf(subjectId), `credit-latest/${subjectId}/${kind}`);
export const findSubject = (queries: LedgerQueries, bank: string, subjectId: string) =>
  queries.readRow<Subject>(bank, `credit-subject/${subjectId}`);
export const findHolding = (queries: LedgerQueries, bank: string, name: string) =>
  queries.readRow<Holding>(bank, `credit-holding/${name}`);

/** Every recorded access to a subject's data at a bank, oldest first. */
export async function listAllAccesses(queries: LedgerQueries, bank: string, subjectId: string): Promise<Access[]> {
  const all: Access[] = [];
  for (;;) {
    const request = { subjectId, from: all.length + 1 };
    const page = await queries.evaluate<{ accesses: Access[] }>('credit:listAccesses', request, bank);
    all.push(...page.accesses);
    if (page.accesses.length === 0) return all;
  }
}

export interface Reading {
  readonly accessId: string;
  readonly subjectId: string;
  readonly kind: string;
  readonly reference: string;
  readonly consentId: string;
  readonly purpose: Consent['purpose'];
  readonly reader: string;
  readonly fields: readonly string[];
}

/** Records an access, then fetches the sealed bytes from an own peer. Throws ServiceError. */
export async function readSealed(
  { queries, operations }: CreditServiceOptions,
  reading: Reading,
  requester: Requester,
): Promise<{ grant: Grant; sealed: Sealed }> {
  const request = { ...reading, fields: [...reading.fields] };
  const booked = await operations.submitOne<Grant>({ operation: 'credit:recordAccess', request, requester });
  const { subjectId, accessNumber } = booked.result;
  const grant = { subjectId, accessNumber };
  // The access is booked: an own peer that does not find it is behind those that told so.
  return { grant, sealed: await queries.evaluateAtHome<Sealed>('credit:readData', grant, [NOT_RECORDED]) };
}
