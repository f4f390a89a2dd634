import { type AnyOperation, defineOperation } from '../core/operation.ts';
import { getConsent, getErasure, getHolding } from './find-records.ts';
import { getModel, getModelsInUse } from './govern-models.ts';
import { listAccesses } from './list-accesses.ts';
import { ModelReference, ModelsInUse, Nothing, RegisteredModel } from './model-schemas.ts';
import { readData } from './read-data.ts';
import { getScore } from './record-score.ts';
import {
  AccessPage,
  Consent,
  ConsentReference,
  ErasureCertificate,
  Grant,
  Holding,
  HoldingReference,
  ListAccesses,
  Sealed,
  SubjectReference,
} from './schemas.ts';
import { ScoreReference, ScoreStatement } from './score-schemas.ts';

const anyone = { kind: 'query', lanes: ['bank'], roles: ['customer', 'operator'] } as const;
const consortium = { ...anyone, lanes: ['consortium'] } as const;

/** Queries of the module; the sealed bytes are for the holder alone, everything else is public. */
export const creditQueries: readonly AnyOperation[] = [
  defineOperation({
    name: 'credit:readData',
    ...anyone,
    members: 'owner',
    request: Grant,
    result: Sealed,
    run: readData,
  }),
  defineOperation({
    name: 'credit:getConsent',
    ...anyone,
    request: ConsentReference,
    result: Consent,
    run: getConsent,
  }),
  defineOperation({
    name: 'credit:getHolding',
    ...anyone,
    request: HoldingReference,
    result: Holding,
    run: getHolding,
  }),
  defineOperation({
    name: 'credit:getScore',
    ...anyone,
    request: ScoreReference,
    result: ScoreStatement,
    run: getScore,
  }),
  defineOperation({
    name: 'credit:listAccesses',
    ...anyone,
    request: ListAccesses,
    result: AccessPage,
    run: listAccesses,
  }),
  defineOperation({
    name: 'credit:getErasure',
    ...anyone,
    request: SubjectReference,
    result: ErasureCertificate,
    run: getErasure,
  }),
  defineOperation({
    name: 'credit:getModel',
    ...consortium,
    request: ModelReference,
    result: RegisteredModel,
    run: getModel,
  }),
  defineOperation({
    name: 'credit:getModelsInUse',
    ...consortium,
    request: Nothing,
    result: ModelsInUse,
    run: getModelsInUse,
  }),
];
