import { claimedSignature } from '../accounts/index.ts';
import { canonicalJson, sha256 } from '../core/canonical.ts';
import { type AnyOperation, defineOperation } from '../core/operation.ts';
import { consentText } from './consent-rules.ts';
import { depositData } from './deposit-data.ts';
import { depositScore } from './deposit-score.ts';
import { depositShare } from './deposit-share.ts';
import { certifyErasure, eraseSubject, purgeSubject } from './erase-subject.ts';
import { giveConsent } from './give-consent.ts';
import { useModels as putModelsToUse, registerModel } from './govern-models.ts';
import { ModelDigest, ModelsInUse, RegisterModel } from './model-schemas.ts';
import { creditQueries } from './queries.ts';
import { recordAccess } from './record-access.ts';
import { recordData } from './record-data.ts';
import { recordScore } from './record-score.ts';
import { recordShare } from './record-share.ts';
import { requestData } from './request-data.ts';
import { revokeConsent } from './revoke-consent.ts';
import {
  Consent,
  ConsentReference,
  Count,
  DataRequest,
  DepositData,
  Deposited,
  DepositShare,
  EraseSubject,
  ErasureCertificate,
  GiveConsent,
  Grant,
  Holding,
  RecordAccess,
  RecordData,
  RecordShare,
  SubjectReference,
} from './schemas.ts';
import { DepositScore, RecordScore, ScoreDeposited, ScoreStatement } from './score-schemas.ts';

// Once-only ids have 36 characters at most; what has no id of its own is named by what it is about.
const idOf = (...about: readonly (string | number)[]) => sha256(canonicalJson(about)).slice(0, 36);

const models: readonly AnyOperation[] = [
  defineOperation({
    name: 'credit:registerModel',
    kind: 'submit',
    lanes: ['consortium'],
    roles: ['operator'],
    request: RegisterModel,
    result: ModelDigest,
    run: registerModel,
  }),
  defineOperation({
    name: 'credit:useModels',
    kind: 'submit',
    lanes: ['consortium'],
    roles: ['operator'],
    request: ModelsInUse,
    result: ModelsInUse,
    run: putModelsToUse,
  }),
];

const submits: readonly AnyOperation[] = [
  defineOperation({
    name: 'credit:giveConsent',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: GiveConsent,
    result: Consent,
    run: giveConsent,
    onceOnly: { scope: 'credit-consent', id: ({ consentId }) => consentId, ignore: ['signature'] },
    signature: (ledger, request) => claimedSignature(ledger, request.subjectId, { request, text: consentText }),
  }),
  defineOperation({
    name: 'credit:revokeConsent',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: ConsentReference,
    result: Consent,
    run: revokeConsent,
  }),
  defineOperation({
    name: 'credit:recordData',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: RecordData,
    result: Holding,
    run: recordData,
    onceOnly: { scope: 'credit-data', id: ({ subjectId, kind, version }) => idOf(subjectId, kind, version) },
  }),
  defineOperation({
    name: 'credit:recordAccess',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: RecordAccess,
    result: Grant,
    run: recordAccess,
    onceOnly: { scope: 'credit-access', id: ({ accessId }) => accessId },
  }),
  defineOperation({
    name: 'credit:requestData',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: DataRequest,
    result: DataRequest,
    run: requestData,
  }),
  defineOperation({
    name: 'credit:recordShare',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: RecordShare,
    result: Holding,
    run: recordShare,
    onceOnly: {
      scope: 'credit-share',
      id: ({ subjectId, consentId, kind, version, accessNumber }) =>
        idOf(subjectId, consentId, kind, version, accessNumber),
    },
  }),
  defineOperation({
    name: 'credit:recordScore',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['operator'],
    request: RecordScore,
    result: ScoreStatement,
    run: recordScore,
    onceOnly: { scope: 'credit-score', id: ({ scoreId }) => scoreId },
  }),
  defineOperation({
    name: 'credit:eraseSubject',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: EraseSubject,
    result: SubjectReference,
    run: eraseSubject,
    onceOnly: { scope: 'credit-erasure', id: ({ erasureId }) => erasureId },
  }),
  defineOperation({
    name: 'credit:certifyErasure',
    kind: 'submit',
    lanes: ['bank'],
    roles: ['customer', 'operator'],
    request: SubjectReference,
    result: ErasureCertificate,
    run: certifyErasure,
  }),
];

const deposits: readonly AnyOperation[] = [
  defineOperation({
    name: 'credit:depositData',
    kind: 'deposit',
    lanes: ['bank'],
    roles: ['operator'],
    request: DepositData,
    result: Deposited,
    run: depositData,
  }),
  defineOperation({
    name: 'credit:depositShare',
    kind: 'deposit',
    lanes: ['bank'],
    roles: ['operator'],
    members: 'all',
    request: DepositShare,
    result: Deposited,
    run: depositShare,
  }),
  defineOperation({
    name: 'credit:depositScore',
    kind: 'deposit',
    lanes: ['bank'],
    roles: ['operator'],
    request: DepositScore,
    result: ScoreDeposited,
    run: depositScore,
  }),
  defineOperation({
    name: 'credit:purgeSubject',
    kind: 'deposit',
    lanes: ['bank'],
    roles: ['operator'],
    members: 'all',
    request: SubjectReference,
    result: Count,
    run: purgeSubject,
  }),
];

export const creditOperations: readonly AnyOperation[] = [...models, ...submits, ...deposits, ...creditQueries];
