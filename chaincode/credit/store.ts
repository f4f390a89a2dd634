import { collection } from '../core/store.ts';
import { ModelsInUse, RegisteredModel } from './model-schemas.ts';
import { Access, Consent, DataRequest, ErasureCertificate, Holding, Latest, Subject } from './schemas.ts';
import { ScoreStatement } from './score-schemas.ts';

// Under public/, because other banks' chaincode reads them; nothing in them is confidential.
export const consents = collection('public/credit-consent', Consent, (row) => [row.consentId]);
export const subjects = collection('public/credit-subject', Subject, (row) => [row.subjectId]);
export const holdings = collection('public/credit-holding', Holding, (row) => [row.subjectId, row.kind, row.reference]);
export const latestVersions = collection('public/credit-latest', Latest, (row) => [row.subjectId, row.kind]);
export const accesses = collection('public/credit-access', Access, (row) => [row.subjectId, `${row.accessNumber}`]);
// By subject too: consent ids are unique at one home bank only, and a key is made for one subject.
export const dataRequests = collection('public/credit-request', DataRequest, (row) => [row.subjectId, row.consentId]);
export const scores = collection('public/credit-score', ScoreStatement, (row) => [row.scoreId]);
export const erasures = collection('public/credit-erasure', ErasureCertificate, (row) => [row.subjectId]);
export const models = collection('public/credit-model', RegisteredModel, (row) => [row.modelId, `${row.version}`]);

const CURRENT = 'current';
export const modelsInUse = collection('public/credit-models-in-use', ModelsInUse, () => [CURRENT]);
export const currentModels = [CURRENT] as const;

/** Key of sealed bytes in the holder's implicit collection. */
export const sealedKey = (subjectId: string, kind: string, reference: string): string =>
  `credit/${subjectId}/${kind}/${reference}`;

/** Key, in the same collection, of the names of all that was deposited about a subject. */
export const depositsKey = (subjectId: string): string => `credit-deposits/${subjectId}`;
